package lab

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// killLimit is how long killed processes may take to go.
const killLimit = 15 * time.Second

// remove takes away everything that carries the lab's name, whoever made it. What
// is not there is no error, so it also clears up after a killed run.
func (l *Lab) remove() error {
	if err := l.killAll(); err != nil {
		return err
	}
	if _, err := os.Stat(l.socket()); err == nil {
		// The server ends by itself with its last session; a refusal is no news.
		_, _ = l.tmux(context.Background(), "kill-server")
	}
	if err := l.detachDisks(); err != nil {
		return err
	}
	if err := removeCgroups(l.cgroup("")); err != nil {
		return err
	}
	if err := os.RemoveAll(l.dir); err != nil {
		return fmt.Errorf("remove the lab's files: %w", err)
	}
	return lowerLimits()
}

// killAll ends every process in the lab's cgroups and waits until they are gone. It
// looks again after each round, since a dying process may have made another one.
func (l *Lab) killAll() error {
	deadline := time.Now().Add(killLimit)
	for {
		pids, err := cgroupProcesses(l.cgroup(""))
		if err != nil || len(pids) == 0 {
			return err
		}
		for _, pid := range pids {
			if err := unix.Kill(pid, unix.SIGKILL); err != nil && !errors.Is(err, unix.ESRCH) {
				return fmt.Errorf("kill process %d of lab %q: %w", pid, l.Name(), err)
			}
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("lab %q: processes %v do not end", l.Name(), pids)
		}
		time.Sleep(poll)
	}
}

// cgroupRoots are the mount points of this machine's cgroup hierarchies, v1 and v2.
func cgroupRoots() ([]string, error) {
	text, err := os.ReadFile("/proc/mounts")
	if err != nil {
		return nil, err
	}
	var roots []string
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) > 2 && (fields[2] == "cgroup" || fields[2] == "cgroup2") {
			roots = append(roots, fields[1])
		}
	}
	return roots, nil
}

// cgroupDirs are all groups whose name starts with prefix and the groups in them,
// outer ones first.
func cgroupDirs(prefix string) ([]string, error) {
	roots, err := cgroupRoots()
	if err != nil {
		return nil, err
	}
	var dirs []string
	for _, root := range roots {
		tops, err := filepath.Glob(filepath.Join(root, prefix+"*"))
		if err != nil {
			return nil, err
		}
		for _, top := range tops {
			err := filepath.WalkDir(top, func(path string, entry os.DirEntry, err error) error {
				if err == nil && entry.IsDir() {
					dirs = append(dirs, path)
				}
				return ignoreMissing(err) // groups vanish while a host ends
			})
			if err != nil {
				return nil, err
			}
		}
	}
	return dirs, nil
}

func cgroupProcesses(prefix string) ([]int, error) {
	dirs, err := cgroupDirs(prefix)
	if err != nil {
		return nil, err
	}
	var pids []int
	for _, dir := range dirs {
		text, err := os.ReadFile(filepath.Join(dir, "cgroup.procs"))
		if err != nil {
			continue // the group has just gone
		}
		for field := range strings.FieldsSeq(string(text)) {
			if pid, err := strconv.Atoi(field); err == nil && alive(pid) {
				pids = append(pids, pid)
			}
		}
	}
	return pids, nil
}

// removeCgroups removes groups depth first. A group stays busy for a moment after
// its last process ended.
func removeCgroups(prefix string) error {
	deadline := time.Now().Add(killLimit)
	for {
		dirs, err := cgroupDirs(prefix)
		if err != nil || len(dirs) == 0 {
			return err
		}
		var last error
		for i := len(dirs) - 1; i >= 0; i-- {
			if err := unix.Rmdir(dirs[i]); err != nil && !errors.Is(err, unix.ENOENT) {
				last = fmt.Errorf("remove cgroup %s: %w", dirs[i], err)
			}
		}
		if last != nil && time.Now().After(deadline) {
			return last
		}
		if last != nil {
			time.Sleep(poll)
		}
	}
}
