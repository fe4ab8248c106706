package engine

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/slipway-os/slipway/systemd"
)

const role = "SLIPWAY_TEST_ROLE"

// TestMain runs the tests again with a network, a /run and network settings of their own, so that systemd-networkd can
// run on them and nothing of this machine is touched.
func TestMain(m *testing.M) {
	switch os.Getenv(role) {
	case "peer":
		exit(peer())
	case "inside":
		if err := furnish(); err != nil {
			exit(err)
		}
		os.Exit(m.Run())
	default:
		if missing() != "" {
			os.Exit(m.Run())
		}
		cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
		cmd.Env = append(os.Environ(), role+"=inside")
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
		cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS}
		exit(cmd.Run())
	}
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

const networkdPath = "/usr/lib/systemd/systemd-networkd"

// missing is what this machine lacks for running the real networkd.
func missing() string {
	if os.Geteuid() != 0 {
		return "root, to make a network namespace"
	}
	for _, file := range []string{networkdPath, "/usr/bin/dbus-daemon"} {
		if _, err := os.Stat(file); err != nil {
			return file
		}
	}
	return ""
}

// furnish gives this process the image's network defaults and nothing else to read or write. A /sys that is read-only
// tells networkd that there is no udev to wait for.
func furnish() error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return err
	}
	for _, dir := range []string{"/run", "/etc/systemd/network", "/usr/lib/systemd/network"} {
		if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "mode=755"); err != nil {
			return fmt.Errorf("mount over %s: %w", dir, err)
		}
	}
	if err := unix.Mount("sysfs", "/sys", "sysfs", unix.MS_RDONLY, ""); err != nil {
		return err
	}
	for _, dir := range []string{"/run/dbus", "/run/systemd/network", "/run/systemd/networkd.conf.d"} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	image := systemd.Files()
	return fs.WalkDir(image, "usr/lib/systemd", func(path string, d fs.DirEntry, err error) error {
		to := "/" + path
		switch dir := filepath.Dir(path); {
		case err != nil || d.IsDir():
			return err
		case strings.HasSuffix(dir, "networkd.conf.d"):
			to = filepath.Join("/run/systemd/networkd.conf.d", d.Name())
		case !strings.HasSuffix(dir, "systemd/network"):
			return nil
		}
		raw, err := fs.ReadFile(image, path)
		if err != nil {
			return err
		}
		return os.WriteFile(to, raw, 0o644)
	})
}

// peerCommands, in the environment, makes the peer's network. port0 and port1 are its ends of the cables.
const peerCommands = "SLIPWAY_TEST_PEER"

// simplePeer is a machine at the other end of eth7 that is the gateway and holds another address too.
const simplePeer = `ip addr add 192.0.2.1/24 dev port0
ip addr add ` + held + ` dev port0
ip link set port0 up`

// peer is the other end of the cables: gateway, another machine, DHCP server. It ends with its input.
func peer() error {
	in := bufio.NewReader(os.Stdin)
	if _, err := in.ReadString('\n'); err != nil {
		return err
	}
	for line := range strings.Lines("ip link set lo up\n" + os.Getenv(peerCommands)) {
		args := strings.Fields(line)
		if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w: %s", line, err, out)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- serveDHCP(ctx, "port0", leased, gateway) }()
	fmt.Println("ready")
	_, err := io.Copy(io.Discard, in)
	cancel()
	<-served
	return err
}
