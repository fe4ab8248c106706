package main

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"time"

	"golang.org/x/sys/unix"
)

// request is a command and how long it may take; package boot writes it.
type request struct {
	ID      int
	Command []string
	Seconds int
}

// answer is what became of the request with the same ID.
type answer struct {
	ID     int
	Ended  bool
	Output string // both streams, as they came
	Error  string // empty when the command ended with 0
}

// serve runs one command after the other that comes on the line.
func serve(line string) error {
	f, err := os.OpenFile(line, os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	if err := raw(int(f.Fd())); err != nil { // Fd also makes it a file that blocks
		return err
	}
	lines, out := bufio.NewScanner(f), json.NewEncoder(f)
	for lines.Scan() {
		var r request
		if json.Unmarshal(lines.Bytes(), &r) != nil || len(r.Command) == 0 {
			continue // the end of what was sent before this listened
		}
		if err := out.Encode(r.run()); err != nil {
			return err
		}
	}
	return lines.Err()
}

func (r request) run() answer {
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(r.Seconds)*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, r.Command[0], r.Command[1:]...)
	cmd.WaitDelay = time.Second
	text, err := cmd.CombinedOutput()
	a := answer{ID: r.ID, Ended: true, Output: string(text)}
	if err != nil {
		a.Error = err.Error()
	}
	return a
}

// raw makes a serial line one of bytes: no echo, no line editing, no signals (termios(3), cfmakeraw).
func raw(fd int) error {
	t, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		return err
	}
	t.Iflag, t.Oflag, t.Lflag = 0, 0, 0
	t.Cflag = unix.CS8 | unix.CREAD | unix.CLOCAL | unix.B115200
	return unix.IoctlSetTermios(fd, unix.TCSETS, t)
}
