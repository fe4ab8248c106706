package boot

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
	"time"
)

// Config describes a machine.
type Config struct {
	Dir  string // for its sockets, its log and its firmware's variables
	UEFI bool   // else BIOS
	// SecureBoot is UEFI firmware with Microsoft's keys that starts only what is signed.
	SecureBoot bool
	// CD is the image to boot when the disks have nothing to boot, USB the one that is booted first: SeaBIOS looks at one
	// hard disk only.
	CD, USB string
	Disks   []string // qcow2 files, in the order of /dev/vda, /dev/vdb
	Data    string   // a file that is a further disk, read-only, with the serial number "data"
	Port    int      // of 127.0.0.1, leads to the machine's 5080; 0 for none
	// Wire is a port of 127.0.0.1: machines with the same one have a second network card on the same cable. Number tells
	// them apart: 1 or 2.
	Wire, Number int
	Bed          *Bed // boots a tree instead of a disk
}

// Machine is a running one.
type Machine struct {
	dir  string
	cmd  *exec.Cmd
	done chan struct{}
	// MayFail lets waits go on after what is a failure otherwise.
	MayFail bool
	seen    int // bytes of the serial log that were waited for
	err     error

	guest   net.Conn // to the guest program of a Bed
	answers *bufio.Reader
	asked   int
}

// failures end a wait: nothing good comes after them. A stall is none: on a busy host an emulated machine has some and goes on.
var failures = regexp.MustCompile(`Kernel panic|INSTALLATION FAILED|emergency mode|error: .*out of memory|Failed to boot both default and fallback`)

// processor is the largest that QEMU emulates, without what makes the emulation slow: Linux clears and copies pages by "rep
// stosb" and "rep movsb" where a processor says that they are fast (erms, fsrm), which is one byte at a time here; and every
// walk through page tables of five levels is longer than one of four. There is one of it: with more, about one boot in fifty
// ended with the second halted and its timer's interrupt in service for ever (LostInterrupt; QEMU 10.0.2).
const processor = "max,erms=off,fsrm=off,la57=off"

// emulated are kernel arguments for an emulated processor; appliance.yaml has them too. Linux would take the time from the HPET,
// a device that every look at the clock asks, for it does not trust the emulated time stamp counter; and what it does against
// attacks on real processors (retpolines) costs here what it protects from nothing.
const emulated = "tsc=reliable clocksource=tsc mitigations=off"

// CreateDisk makes an empty disk.
func (q QEMU) CreateDisk(ctx context.Context, path string, gib int) error {
	return run(q.command(ctx, "qemu-img", "create", "-q", "-f", "qcow2", path, fmt.Sprintf("%dG", gib)))
}

// Overlay makes a disk that reads what it does not hold from another, which it leaves as it is.
func (q QEMU) Overlay(ctx context.Context, base, path string) error {
	return run(q.command(ctx, "qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", base, path))
}

// Start switches a machine on. The context ends it.
func (q QEMU) Start(ctx context.Context, c Config) (*Machine, error) {
	if c.UEFI {
		vars, err := os.ReadFile(q.path("usr/share/OVMF/OVMF_VARS_4M" + c.keys() + ".fd"))
		if err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(c.Dir, "vars.fd"), vars, 0o644); err != nil {
			return nil, err
		}
	}
	cmd := q.command(ctx, "qemu-system-x86_64", q.arguments(c)...)
	cmd.Dir = c.Dir // the sockets' names stay short
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	var errors bytes.Buffer
	cmd.Stderr = &errors
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	m := &Machine{dir: c.Dir, cmd: cmd, done: make(chan struct{})}
	go func() {
		defer close(m.done)
		if err := cmd.Wait(); err != nil {
			m.err = fmt.Errorf("QEMU ended: %w: %s", err, errors.String())
		}
	}()
	return m, nil
}

func (q QEMU) arguments(c Config) []string {
	args := []string{
		"-L", q.path("usr/share/qemu"), "-L", q.path("usr/share/seabios"), "-accel", "tcg,thread=multi", "-cpu", processor, "-smp", "1", "-m", "3072",
		"-machine", "q35", "-display", "none", "-vga", "std", "-monitor", "none",
		"-chardev", "socket,id=s0,path=serial.sock,server=on,wait=off,logfile=serial.log", "-serial", "chardev:s0",
		"-qmp", "unix:qmp.sock,server=on,wait=off",
	}
	if c.UEFI {
		args = append(args, "-drive", "if=pflash,format=raw,readonly=on,file="+q.path("usr/share/OVMF/OVMF_CODE_4M"+c.keys()+".fd"),
			"-drive", "if=pflash,format=raw,file=vars.fd")
	}
	if c.SecureBoot { // its variables can be written in system management mode only
		args = append(args, "-machine", "q35,smm=on", "-global", "driver=cfi.pflash01,property=secure,value=on")
	}
	for i, disk := range c.Disks {
		id := "disk" + strconv.Itoa(i)
		args = append(args, "-drive", "if=none,format=qcow2,cache=unsafe,id="+id+",file="+disk,
			"-device", fmt.Sprintf("virtio-blk-pci,drive=%s,serial=%s,bootindex=%d", id, id, i+1))
	}
	if c.CD != "" {
		args = append(args, "-drive", "if=none,id=cd,media=cdrom,readonly=on,file="+c.CD, "-device", "ide-cd,drive=cd,bootindex=9")
	}
	if c.USB != "" {
		args = append(args, "-drive", "if=none,id=usb,format=raw,snapshot=on,file="+c.USB,
			"-device", "qemu-xhci", "-device", "usb-storage,drive=usb,removable=on,bootindex=0")
	}
	if c.Port != 0 {
		args = append(args, "-netdev", fmt.Sprintf("user,id=n0,hostfwd=tcp:127.0.0.1:%d-:5080", c.Port),
			"-device", "virtio-net-pci,netdev=n0,romfile=")
	}
	if c.Bed != nil {
		args = append(args, c.Bed.arguments()...)
	}
	return append(args, c.more()...)
}

// keys is what the names of the firmware's files have when Microsoft's keys are in it.
func (c Config) keys() string {
	if c.SecureBoot {
		return ".ms"
	}
	return ""
}

// WaitFor waits for a text on the serial console that comes after the one waited for before.
func (m *Machine) WaitFor(ctx context.Context, pattern string) error {
	form := regexp.MustCompile(pattern)
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for off := false; ; {
		log, err := os.ReadFile(filepath.Join(m.dir, "serial.log"))
		if err != nil && !os.IsNotExist(err) {
			return err
		}
		fresh := log[min(m.seen, len(log)):]
		if at := form.FindIndex(fresh); at != nil {
			m.seen += at[1]
			return nil
		}
		if err := m.failure(log); err != nil {
			return fmt.Errorf("waiting for %q: %w", pattern, err)
		}
		if off {
			return errors.Join(fmt.Errorf("waiting for %q: the machine is off", pattern), m.err)
		}
		select {
		case <-m.done:
			off = true // what it wrote last is looked at once more
		case <-ctx.Done():
			return fmt.Errorf("waiting for %q: %w\n%s", pattern, ctx.Err(), tail(log))
		case <-tick.C:
		}
	}
}

// Trouble is what the machine's console said since the text that was last waited for and that nothing good comes after.
func (m *Machine) Trouble() error {
	log, err := os.ReadFile(filepath.Join(m.dir, "serial.log"))
	if err != nil {
		return err
	}
	return m.failure(log)
}

func (m *Machine) failure(log []byte) error {
	if bad := failures.Find(log[min(m.seen, len(log)):]); bad != nil && !m.MayFail {
		return fmt.Errorf("the machine says %q\n%s", bad, tail(log))
	}
	return nil
}

func tail(log []byte) []byte { return log[max(0, len(log)-2000):] }

// Type sends text to the serial console, slowly enough for a boot loader.
func (m *Machine) Type(text string) error {
	conn, err := net.Dial("unix", filepath.Join(m.dir, "serial.sock"))
	if err != nil {
		return err
	}
	defer conn.Close()
	for _, c := range []byte(text) {
		if _, err := conn.Write([]byte{c}); err != nil {
			return err
		}
		time.Sleep(60 * time.Millisecond)
	}
	return nil
}

// WaitOff waits until the machine has switched itself off.
func (m *Machine) WaitOff(ctx context.Context) error {
	select {
	case <-m.done:
		return m.err
	case <-ctx.Done():
		return fmt.Errorf("the machine is still on: %w", ctx.Err())
	}
}

// Close cuts the machine's power and waits for its end.
func (m *Machine) Close() {
	_ = m.cmd.Process.Kill() // it may have ended by itself
	<-m.done
}
