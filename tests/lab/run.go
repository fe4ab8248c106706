package lab

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"time"

	"golang.org/x/sys/unix"
)

// Run is cmd.Run for a command that Command made. A host that shuts down stops all its processes before it kills them; nsenter
// then stops itself as well, and would never see that its child was killed: the command would not return, and the host not end,
// since a process of it stays unreaped. So a stopped nsenter is made to go on.
func Run(cmd *exec.Cmd) error {
	if err := cmd.Start(); err != nil {
		return err
	}
	ended, watcher := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(watcher)
		tick := time.NewTicker(10 * poll)
		defer tick.Stop()
		for {
			select {
			case <-ended:
				return
			case <-tick.C:
				if processState(cmd.Process.Pid) == 'T' {
					// It may have ended by now; the next round sees whatever else went wrong.
					_ = unix.Kill(cmd.Process.Pid, unix.SIGCONT)
				}
			}
		}
	}()
	defer func() { close(ended); <-watcher }()
	return cmd.Wait()
}

// processState is the third field of proc_pid_stat(5), 0 when there is no such process.
func processState(pid int) byte {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	_, rest, found := bytes.Cut(stat, []byte(") ")) // the name before it may hold anything but this
	if !found || len(rest) == 0 {
		return 0
	}
	return rest[0]
}
