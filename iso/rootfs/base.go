package rootfs

import (
	"context"
	_ "embed"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"github.com/slipway-os/slipway/iso/rootfs/apt"
)

//go:embed packages.txt
var packageList string

// noDocs keeps text that nobody reads on an appliance out of the image.
// Copyright files stay.
var noDocs = []string{
	"path-exclude=/usr/share/doc/*", "path-include=/usr/share/doc/*/copyright",
	"path-exclude=/usr/share/man/*", "path-exclude=/usr/share/info/*",
	"path-exclude=/usr/share/locale/*", "path-exclude=/usr/share/lintian/*",
}

// noDracut keeps the kernel's package from building an initrd that would be
// thrown away; the ISO builds its own when the tree is complete.
const noDracut = `chroot "$1" dpkg-divert --local --rename --add /usr/bin/dracut && ln -s /bin/true "$1/usr/bin/dracut"`

// pruned is removed after the packages are in: what only a desktop has, what
// must differ from host to host, and what the build itself leaves behind.
var pruned = []string{
	"usr/lib/modules/*/kernel/sound", "usr/lib/modules/*/kernel/drivers/media",
	"usr/lib/modules/*/kernel/drivers/gpu", "usr/lib/modules/*/kernel/drivers/net/wireless",
	"usr/lib/modules/*/kernel/drivers/staging", "usr/lib/modules/*/kernel/drivers/bluetooth",
	"etc/ssh/ssh_host_*", "etc/hostname", "var/lib/systemd/random-seed",
	"var/log/*", "var/cache/apt/*", "var/lib/apt/lists/*",
	"initrd.img*", "vmlinuz*",
	// Which mirror this machine uses is no business of the appliance.
	"etc/apt/sources.list", "etc/apt/apt.conf.d/99mmdebstrap",
}

// mmdebstrap returns the command that unpacks Debian into dir. It runs in
// namespaces of its own: when the build is cut, its mounts go with it.
func mmdebstrap(dir string, sources, aptOptions []string) []string {
	args := []string{
		"unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "--mount-proc",
		"mmdebstrap", "--mode=root", "--variant=minbase", "--format=directory",
		"--aptopt=Acquire::Languages none", "--aptopt=APT::Install-Recommends false",
		"--essential-hook=" + noDracut,
		"--include=" + strings.Join(packages(packageList), ","),
	}
	for _, o := range noDocs {
		args = append(args, "--dpkgopt="+o)
	}
	for _, o := range aptOptions {
		args = append(args, "--aptopt="+o)
	}
	args = append(args, apt.Suite, dir)
	return append(args, sources...)
}

// packages reads the package list: names between white space, # for comments.
func packages(text string) []string {
	var names []string
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		names = append(names, strings.Fields(line)...)
	}
	return names
}

func (b *builder) buildBase(ctx context.Context, dir string) error {
	sources, err := apt.Sources(apt.ConfigDir)
	if err != nil {
		return err
	}
	if err := apt.Need(ctx, b.log, map[string]string{"mmdebstrap": "mmdebstrap", "unshare": "util-linux"}); err != nil {
		return err
	}
	options, err := apt.TransportOptions(ctx)
	if err != nil {
		return err
	}
	command := mmdebstrap(dir, sources, options)
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	// Killed, mmdebstrap leaves temporary files: in a place that the next run clears.
	temp := filepath.Join(b.cache, "tmp")
	if err := os.RemoveAll(temp); err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	if err := os.Mkdir(temp, 0o755); err != nil {
		return err
	}
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "TMPDIR="+temp)
	if err := b.runLogged(cmd, "base"); err != nil {
		return fmt.Errorf("unpack Debian: %w", err)
	}
	return pruneBase(ctx, dir)
}

func pruneBase(ctx context.Context, dir string) error {
	for _, pattern := range pruned {
		paths, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			return err
		}
		for _, path := range paths {
			if err := os.RemoveAll(path); err != nil {
				return fmt.Errorf("prune: %w", err)
			}
		}
	}
	// An empty machine-id, not a missing one: systemd then makes one without
	// taking the boot for a first boot that would reset the unit presets.
	if err := writeFile(dir, "etc/machine-id", nil, 0o444); err != nil {
		return err
	}
	version, err := kernelVersion(dir)
	if err != nil {
		return err
	}
	if out, err := exec.CommandContext(ctx, "chroot", dir, "/sbin/depmod", version).CombinedOutput(); err != nil {
		return fmt.Errorf("index the kernel modules: %w: %s", err, out)
	}
	return symlink(dir, "boot/vmlinuz", "vmlinuz-"+version)
}

// runLogged runs cmd with its output in a file of the cache, and reports the
// last lines when it fails. If this process is killed, cmd goes too: it must not
// write on into a tree that the next build clears. The kernel ties that to the
// thread that started cmd (PR_SET_PDEATHSIG(2const)), so the thread has to stay.
func (b *builder) runLogged(cmd *exec.Cmd, name string) error {
	path := filepath.Join(b.cache, name+".log")
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	cmd.Stdout = io.MultiWriter(file, &progress{log: b.log, name: name})
	cmd.Stderr = cmd.Stdout
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%w (log: %s)\n%s", err, path, tail(path))
	}
	return nil
}
