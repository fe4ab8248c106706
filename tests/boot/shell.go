package boot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// The image of the tests has systemd.debug_shell=ttyS1 among its kernel arguments: a root shell on a second serial line,
// in the live system, the installed and the recovery one.

func (c Config) more() []string {
	args := []string{"-nic", "none", "-chardev", "socket,id=s1,path=shell.sock,server=on,wait=off,logfile=shell.log", "-serial", "chardev:s1"}
	if c.Data != "" {
		args = append(args, "-drive", "if=none,format=raw,readonly=on,id=data,file="+c.Data, "-device", "virtio-blk-pci,drive=data,serial=data")
	}
	if c.Wire != 0 {
		end := "listen"
		if c.Number == 2 {
			end = "connect"
		}
		args = append(args, "-netdev", fmt.Sprintf("socket,id=n1,%s=127.0.0.1:%d", end, c.Wire),
			"-device", fmt.Sprintf("virtio-net-pci,netdev=n1,romfile=,mac=52:54:00:00:01:%02x", c.Number))
	}
	return args
}

// Shell runs a command line as root and gives what it printed. It waits until there is a shell: the machine may be booting.
func (m *Machine) Shell(ctx context.Context, command string) (string, error) {
	conn, err := net.Dial("unix", filepath.Join(m.dir, "shell.sock"))
	if err != nil {
		return "", err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	if err := prompt(conn); err != nil {
		return "", fmt.Errorf("%s: no shell: %w", command, err)
	}
	// The marks are put together by the shell, so that its echo of the line is not taken for them.
	number := strconv.FormatInt(time.Now().UnixNano()%1e6, 10)
	if !strings.HasSuffix(command, "&") {
		command += " ;"
	}
	line := "echo BEGI''N" + number + "; { " + command + " } 2>&1; echo EN''D" + number + " $?.\n"
	if err := slowly(conn, line); err != nil {
		return "", err
	}
	text, err := readUntil(conn, time.Time{}, func(text string) bool {
		_, after, found := strings.Cut(text, "END"+number+" ")
		return found && strings.Contains(after, ".")
	})
	if err != nil {
		return text, fmt.Errorf("%s: %w\n%s", command, err, text)
	}
	_, text, _ = strings.Cut(text, "BEGIN"+number)
	text, status, _ := strings.Cut(text, "END"+number+" ")
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	if !strings.HasPrefix(status, "0.") {
		return text, fmt.Errorf("%s: exit %s %s", command, status, text)
	}
	return text, nil
}

// prompt presses Return until the shell answers. Of a line that was typed while one shell ended and the next began, the next
// may have got half; Ctrl+C takes that away.
func prompt(conn net.Conn) error {
	for {
		if err := slowly(conn, "\x03\necho REA''DY\n"); err != nil {
			return err
		}
		_, err := readUntil(conn, time.Now().Add(3*time.Second), func(text string) bool { return strings.Contains(text, "READY") })
		var timeout net.Error
		if !errors.As(err, &timeout) || !timeout.Timeout() {
			return err
		}
	}
}

// slowly sends text in pieces that a serial line's buffer takes.
func slowly(conn net.Conn, text string) error {
	for piece := range strings.SplitSeq(text, "") {
		if _, err := conn.Write([]byte(piece)); err != nil {
			return err
		}
		time.Sleep(2 * time.Millisecond)
	}
	return nil
}

func readUntil(conn net.Conn, limit time.Time, done func(string) bool) (string, error) {
	if err := conn.SetReadDeadline(limit); err != nil {
		return "", err
	}
	var text bytes.Buffer
	piece := make([]byte, 4096)
	for !done(text.String()) {
		n, err := conn.Read(piece)
		text.Write(piece[:n])
		if err != nil {
			return text.String(), err
		}
	}
	return text.String(), nil
}
