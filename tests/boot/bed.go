package boot

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// Bed is a root file system that a machine boots directly, with Debian's kernel and no installation: its systemd, its
// udev, its terminals are the real ones, and what is written stays in memory. A boot takes half a minute.
type Bed struct {
	Rootfs string // the tree, as slipway-build rootfs makes it
	Share  string // a folder that the machine sees as /run/test
	Stick  string // the image of a USB stick that is in the machine, with FAT
	// Arguments of the kernel.
	Arguments string
}

// NewBed puts what boots the tree into the folder share, with the kernel arguments that an installed host has as far as
// they are not about its disks.
func NewBed(ctx context.Context, rootfs, share string) (*Bed, error) {
	guest := filepath.Join(share, "guest")
	build := exec.CommandContext(ctx, "go", "build", "-ldflags", "-s -w", "-o", guest, "./guest")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if err := run(build); err != nil {
		return nil, err
	}
	archive, err := initrd(rootfs, guest)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(share, "initrd"), archive, 0o644); err != nil {
		return nil, err
	}
	stick := filepath.Join(share, "stick.img")
	if err := newStick(stick); err != nil {
		return nil, fmt.Errorf("make a USB stick: %w", err)
	}
	arguments, err := installedArguments(rootfs)
	return &Bed{Rootfs: rootfs, Share: share, Stick: stick, Arguments: arguments + " " + emulated}, err
}

var argumentsForm = regexp.MustCompile(`(?m)^set kernelcmd="(.*)"$`)

// installedArguments are those that an installed host boots with.
func installedArguments(rootfs string) (string, error) {
	file := filepath.Join(rootfs, "etc/cos/bootargs.cfg")
	text, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	found := argumentsForm.FindSubmatch(text)
	if found == nil {
		return "", fmt.Errorf("%s sets no kernelcmd", file)
	}
	var keep []string
	for _, argument := range strings.Fields(string(found[1])) {
		name, _, _ := strings.Cut(argument, "=")
		if name != "root" && !strings.HasPrefix(name, "cos-img") && !strings.HasPrefix(name, "rd.") {
			keep = append(keep, argument)
		}
	}
	return strings.Join(keep, " "), nil
}

func (b *Bed) arguments() []string {
	args := []string{
		"-kernel", filepath.Join(b.Rootfs, "boot/vmlinuz"), "-initrd", filepath.Join(b.Share, "initrd"), "-append", b.Arguments,
		"-chardev", "socket,id=guest,path=guest.sock,server=on,wait=off", "-serial", "chardev:guest",
		"-drive", "if=none,id=stick,format=raw,file=" + b.Stick, "-device", "qemu-xhci", "-device", "usb-storage,drive=stick,removable=on",
	}
	for tag, path := range map[string]string{"root": b.Rootfs, "share": b.Share} {
		args = append(args, "-virtfs", "local,path="+path+",mount_tag="+tag+",security_model=passthrough,readonly=on,multidevs=remap")
	}
	return args
}

// guestRequest and guestAnswer are the guest program's.
type guestRequest struct {
	ID      int
	Command []string
	Seconds int
}

type guestAnswer struct {
	ID            int
	Ended         bool // tells it from an echo of the request
	Output, Error string
}

// Run runs a command for at most limit inside a machine that booted a Bed, once its systemd is so far. The answer is what
// the command wrote.
func (m *Machine) Run(ctx context.Context, limit time.Duration, command ...string) (string, error) {
	if m.guest == nil {
		if err := m.greet(ctx); err != nil {
			return "", err
		}
	}
	return m.ask(2*limit, guestRequest{Command: command, Seconds: int(limit.Seconds())})
}

// greet asks until the guest program answers: what comes before it listens is lost, or comes back as an echo.
func (m *Machine) greet(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	conn, err := m.dialGuest(ctx)
	if err != nil {
		return err
	}
	m.guest, m.answers = conn, bufio.NewReader(conn)
	for {
		_, err := m.ask(3*time.Second, guestRequest{Command: []string{"true"}, Seconds: 1})
		if err == nil || !errors.Is(err, os.ErrDeadlineExceeded) {
			return err
		}
		if ctx.Err() != nil {
			return fmt.Errorf("the machine does not get as far as its services: %w", ctx.Err())
		}
	}
}

// ask sends one request and reads up to its answer.
func (m *Machine) ask(limit time.Duration, r guestRequest) (string, error) {
	what := strings.Join(r.Command, " ")
	if err := m.guest.SetDeadline(time.Now().Add(limit)); err != nil {
		return "", err
	}
	m.asked++
	r.ID = m.asked
	if err := json.NewEncoder(m.guest).Encode(r); err != nil {
		return "", err
	}
	for {
		line, err := m.answers.ReadBytes('\n')
		if err != nil {
			return "", fmt.Errorf("%s: no answer from the machine: %w", what, err)
		}
		var a guestAnswer
		if json.Unmarshal(line, &a) != nil || !a.Ended || a.ID != r.ID {
			continue // an echo, or the answer to a greeting that was given up
		}
		if a.Error != "" {
			return a.Output, fmt.Errorf("%s: %s: %s", what, a.Error, a.Output)
		}
		return a.Output, nil
	}
}

// dialGuest waits until QEMU listens for the test.
func (m *Machine) dialGuest(ctx context.Context) (net.Conn, error) {
	for {
		conn, err := net.Dial("unix", filepath.Join(m.dir, "guest.sock"))
		if err == nil {
			return conn, nil
		}
		select {
		case <-m.done:
			return nil, errors.Join(err, m.err)
		case <-ctx.Done():
			return nil, errors.Join(err, ctx.Err())
		case <-time.After(100 * time.Millisecond):
		}
	}
}
