package lab

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"strconv"
	"strings"
	"time"
)

// Limit is how long a command in a host may take, as long as ten creations of a cluster on a quiet machine: one that hangs is
// to say so, instead of holding up whoever waits for it.
const Limit = 15 * time.Minute

// Exec runs a command as root inside the host, in all its namespaces, and returns
// what it wrote to its standard output. When the command fails, the error holds
// what it wrote to its standard error.
func (h *Host) Exec(ctx context.Context, command ...string) ([]byte, error) {
	return h.ExecStdin(ctx, nil, command...)
}

// ExecStdin is Exec with input for the command; secrets belong here, not in the
// command line, which every process of the host can read.
func (h *Host) ExecStdin(ctx context.Context, stdin io.Reader, command ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, Limit, fmt.Errorf("it did not end within %s", Limit))
	defer cancel()
	cmd, err := h.Command(ctx, command...)
	if err != nil {
		return nil, err
	}
	var out, problem bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, &out, &problem
	if err := Run(cmd); err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		return out.Bytes(), fmt.Errorf("%s: %s: %w: %s", h.Name(), strings.Join(command, " "), err,
			strings.TrimSpace(problem.String()))
	}
	return out.Bytes(), nil
}

// Command prepares a command for Run that runs inside the host; the caller connects
// its input and output. Its processes end with the host.
func (h *Host) Command(ctx context.Context, command ...string) (*exec.Cmd, error) {
	leader := h.leader()
	if leader == 0 {
		return nil, fmt.Errorf("%s is off", h.Name())
	}
	args := append([]string{"--target", strconv.Itoa(leader),
		"--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "--",
		"/usr/bin/env", "-i", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin", "HOME=/root",
		"LANG=C.UTF-8", "TERM=" + os.Getenv("TERM")}, command...)
	cmd := exec.CommandContext(ctx, "nsenter", args...)
	cmd.WaitDelay = 10 * time.Second // when nsenter is gone, what it started may still hold the pipes
	return cmd, nil
}

// PutFile writes a file on the running host: whole or not at all.
func (h *Host) PutFile(ctx context.Context, data []byte, name string, mode fs.FileMode) error {
	return h.put(ctx, bytes.NewReader(data), name, mode)
}

// CopyIn copies a file of this machine to the running host.
func (h *Host) CopyIn(ctx context.Context, from, to string) error {
	file, err := os.Open(from)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	return h.put(ctx, file, to, info.Mode().Perm())
}

// put writes through the host's own eyes, so that the host's links lead where the
// host would go and never to a file of this machine.
func (h *Host) put(ctx context.Context, data io.Reader, name string, mode fs.FileMode) error {
	if !path.IsAbs(name) {
		return errors.New("a file on a host needs an absolute path, not " + name)
	}
	const script = `set -eu; umask 077; mkdir -p "$(dirname "$1")"; cat >"$1.new"; chmod "$2" "$1.new"; mv "$1.new" "$1"`
	_, err := h.ExecStdin(ctx, data, "sh", "-c", script, "sh", name, fmt.Sprintf("%04o", mode.Perm()))
	return err
}

// Journal is what a unit logged since this boot, oldest first.
func (h *Host) Journal(ctx context.Context, unit string) (string, error) {
	out, err := h.Exec(ctx, "journalctl", "--boot", "--no-pager", "--output=short-precise", "--unit="+unit)
	return string(out), err
}
