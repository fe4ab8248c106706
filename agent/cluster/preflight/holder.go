package preflight

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/slipway-os/slipway/agent/cluster"
)

// holder says what holds a port that could not be bound, "" when nobody can tell.
func (g *Gatherer) holder(p cluster.PortProbe, err error) string {
	if !errors.Is(err, syscall.EADDRINUSE) {
		return err.Error()
	}
	for _, family := range []string{"", "6"} {
		table, _ := g.text("/proc/net/" + p.Protocol + family)
		for _, inode := range socketsOn(table, p.Port) {
			if name := g.owner(inode); name != "" {
				return name
			}
		}
	}
	return ""
}

// socketsOn returns the inodes of the sockets on a local port in /proc/net/tcp or its like (proc(5)): local address in
// hex at 1, inode at 9.
func socketsOn(table string, port int) []string {
	suffix := fmt.Sprintf(":%04X", port)
	var inodes []string
	for _, line := range strings.Split(table, "\n") {
		f := strings.Fields(line)
		if len(f) >= 10 && strings.HasSuffix(f[1], suffix) && f[9] != "0" {
			inodes = append(inodes, f[9])
		}
	}
	return inodes
}

// owner finds the process that has a socket open.
func (g *Gatherer) owner(inode string) string {
	fds, _ := filepath.Glob(g.path("/proc/[0-9]*/fd/*"))
	for _, fd := range fds {
		if to, err := os.Readlink(fd); err != nil || to != "socket:["+inode+"]" {
			continue
		}
		process := filepath.Dir(filepath.Dir(fd))
		name, err := os.ReadFile(filepath.Join(process, "comm"))
		if err != nil {
			continue
		}
		return fmt.Sprintf("%s (process %s)", strings.TrimSpace(string(name)), filepath.Base(process))
	}
	return ""
}
