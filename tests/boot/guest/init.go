package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

const newRoot = "/root"

// unit runs this program in the system that was booted; first of all, so that a boot that hangs can be looked at.
const unit = `[Unit]
DefaultDependencies=no
After=systemd-remount-fs.service
[Service]
ExecStart=/run/test/guest /dev/ttyS1
Environment=PATH=/usr/sbin:/usr/bin LC_ALL=C.UTF-8 TERM=linux
IgnoreSIGPIPE=no
`

// boot makes the root and becomes its systemd.
func boot() error {
	for _, m := range []struct{ kind, at string }{{"proc", "/proc"}, {"sysfs", "/sys"}, {"devtmpfs", "/dev"}} {
		if err := mount(m.kind, m.kind, m.at, ""); err != nil {
			return err
		}
	}
	if err := loadModules("/modules"); err != nil {
		return err
	}
	if err := mount("root", "9p", "/lower", "trans=virtio,version=9p2000.L,msize=512000,cache=loose,ro"); err != nil {
		return err
	}
	if err := mount("tmpfs", "tmpfs", "/upper", "mode=755"); err != nil {
		return err
	}
	for _, dir := range []string{"/upper/changes", "/upper/work"} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			return err
		}
	}
	if err := mount("overlay", "overlay", newRoot, "lowerdir=/lower,upperdir=/upper/changes,workdir=/upper/work"); err != nil {
		return err
	}
	if err := furnish(); err != nil {
		return err
	}
	return become("/sbin/init")
}

func mount(what, kind, at, options string) error {
	if err := os.MkdirAll(at, 0o755); err != nil {
		return err
	}
	if err := unix.Mount(what, at, kind, 0, options); err != nil {
		return fmt.Errorf("mount %s at %s: %w", kind, at, err)
	}
	return nil
}

// loadModules loads the modules of dir in the order of their names.
func loadModules(dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.ko"))
	if err != nil {
		return err
	}
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		if err := unix.FinitModule(int(f.Fd()), "", 0); err != nil && err != unix.EEXIST {
			return fmt.Errorf("load %s: %w", name, err)
		}
		f.Close()
	}
	return nil
}

// furnish writes into the new root what a boot needs and the image does not have: a name, an identity, the test's
// files and this program's unit. systemd leaves a /run that is mounted as it is.
func furnish() error {
	if err := mount("tmpfs", "tmpfs", newRoot+"/run", "mode=755"); err != nil {
		return err
	}
	if err := mount("share", "9p", newRoot+"/run/test", "trans=virtio,version=9p2000.L,msize=512000,cache=loose,ro"); err != nil {
		return err
	}
	for name, text := range map[string]string{
		"/etc/machine-id":                        strings.Repeat("5", 32) + "\n",
		"/etc/hostname":                          "bed\n",
		"/run/systemd/system/test-guest.service": unit,
	} {
		if err := os.MkdirAll(filepath.Dir(newRoot+name), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(newRoot+name, []byte(text), 0o644); err != nil {
			return err
		}
	}
	wants := newRoot + "/run/systemd/system/sysinit.target.wants"
	if err := os.MkdirAll(wants, 0o755); err != nil {
		return err
	}
	return os.Symlink("../test-guest.service", wants+"/test-guest.service")
}

// become is switch_root(8): the new root becomes the root, and program process 1.
func become(program string) error {
	for _, dir := range []string{"/proc", "/sys", "/dev"} {
		if err := unix.Mount(dir, newRoot+dir, "", unix.MS_MOVE, ""); err != nil {
			return fmt.Errorf("move %s: %w", dir, err)
		}
	}
	if err := unix.Chdir(newRoot); err != nil {
		return err
	}
	if err := unix.Mount(newRoot, "/", "", unix.MS_MOVE, ""); err != nil {
		return fmt.Errorf("move the root: %w", err)
	}
	if err := unix.Chroot("."); err != nil {
		return err
	}
	return unix.Exec(program, []string{program}, []string{"PATH=/usr/sbin:/usr/bin", "TERM=linux"})
}
