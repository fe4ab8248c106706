package lab

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// process is the process that holds the host (scripts/host.sh), or 0. The number
// in the file may be stale and belong to somebody else by now, so the process must
// be in the host's cgroup.
func (h *Host) process() int {
	text, err := os.ReadFile(filepath.Join(h.dir, "pid"))
	if err != nil {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || !alive(pid) || !inCgroup(pid, h.lab.cgroup(h.Name())) {
		return 0
	}
	return pid
}

// leader is the host's first process as this machine counts, or 0. It is the one
// to enter and the one to kill: a kill of systemd-nspawn would leave it behind.
func (h *Host) leader() int {
	pid := h.process()
	if pid == 0 {
		return 0
	}
	return findLeader(pid)
}

// findLeader looks among the descendants of pid for the first process of another
// pid namespace.
func findLeader(pid int) int {
	for _, child := range children(pid) {
		if isFirstProcess(child) && !runsNspawn(child) {
			return child
		}
		if found := findLeader(child); found != 0 {
			return found
		}
	}
	return 0
}

func children(pid int) []int {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		return nil
	}
	var pids []int
	for field := range strings.FieldsSeq(string(text)) {
		if child, err := strconv.Atoi(field); err == nil {
			pids = append(pids, child)
		}
	}
	return pids
}

// isFirstProcess reads NSpid of proc(5): the process's number in each nested pid
// namespace, the innermost last.
func isFirstProcess(pid int) bool {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(status)) {
		if numbers, found := strings.CutPrefix(line, "NSpid:"); found {
			fields := strings.Fields(numbers)
			return len(fields) > 1 && fields[len(fields)-1] == "1"
		}
	}
	return false
}

// runsNspawn is true while systemd-nspawn still sets the host up.
func runsNspawn(pid int) bool {
	comm, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
	return err != nil || bytes.HasPrefix(comm, []byte("systemd-nspawn")) || bytes.HasPrefix(comm, []byte("(sd-"))
}

// alive is false for a zombie too: kill(pid, 0) would still find it.
func alive(pid int) bool {
	state := processState(pid)
	return state != 0 && state != 'Z' && state != 'X'
}

func inCgroup(pid int, name string) bool {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/cgroup", pid))
	return err == nil && bytes.Contains(text, []byte("/"+name))
}
