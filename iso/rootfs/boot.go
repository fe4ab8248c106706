package rootfs

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/slipway-os/slipway/iso/rootfs/apt"
)

// The files of a "boot" stage: what a machine needs before it has the tree.
const (
	kernelFile = "vmlinuz"
	initrdFile = "initrd"
	biosFile   = "eltorito.img" // GRUB for BIOS, for the boot catalog of a CD
	mbrFile    = "boot_hybrid.img"
	shimFile   = "shimx64.efi"
	grubFile   = "grubx64.efi"
)

// biosModules are built into GRUB for BIOS: all that the menu of the medium uses.
const biosModules = "iso9660 biosdisk linux echo configfile search search_fs_file search_label " +
	"normal test true serial terminal all_video part_gpt part_msdos ls ext2 loopback loadenv chain halt reboot"

// bootScript runs dracut and grub-mkimage inside the tree $1, for the kernel $2: they come from it and see only what the
// image has. The mounts go with the namespaces that the script runs in.
const bootScript = `set -eu
mount -t proc proc "$1/proc"; mount --rbind /dev "$1/dev"; mount -t sysfs sysfs "$1/sys"
mount -t tmpfs tmpfs "$1/tmp"; mount -t tmpfs tmpfs "$1/var/tmp"
chroot "$1" /usr/bin/dracut.distrib --force --no-hostonly --reproducible /boot/initrd "$2"
chroot "$1" grub-mkimage -O i386-pc-eltorito -p /boot/grub2 -d /usr/lib/grub/i386-pc -o /boot/eltorito.img ` + biosModules

// bootFiles makes kernel, initrd and boot loaders from the Kairos tree. The agent is not in them, so they change rarely.
func (b *builder) bootFiles(kairosDir string) stage {
	return stage{
		name:   "boot",
		digest: digest(filepath.Base(kairosDir), bootScript),
		build: func(ctx context.Context, dir string) error {
			if err := os.MkdirAll(dir, 0o755); err != nil {
				return err
			}
			tree := filepath.Join(dir, "tree")
			if err := Clone(ctx, kairosDir, tree); err != nil {
				return err
			}
			if err := b.runBootScript(ctx, tree); err != nil {
				return err
			}
			if err := collectBootFiles(dir, tree); err != nil {
				return err
			}
			return os.RemoveAll(tree)
		},
	}
}

func (b *builder) runBootScript(ctx context.Context, tree string) error {
	if err := apt.Need(ctx, b.log, map[string]string{"unshare": "util-linux"}); err != nil {
		return err
	}
	kernel, err := kernelVersion(tree)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child",
		"sh", "-c", bootScript, "sh", tree, kernel)
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
	if err := b.runLogged(cmd, "boot"); err != nil {
		return fmt.Errorf("make the initrd: %w", err)
	}
	return nil
}

// kernelVersion is the version of the tree's one kernel.
func kernelVersion(tree string) (string, error) {
	kernels, err := filepath.Glob(filepath.Join(tree, "usr/lib/modules/*"))
	if err != nil {
		return "", err
	}
	if len(kernels) != 1 {
		return "", fmt.Errorf("expected one kernel in %s, found %d", tree, len(kernels))
	}
	return filepath.Base(kernels[0]), nil
}

func collectBootFiles(dir, tree string) error {
	kernel, err := kernelVersion(tree)
	if err != nil {
		return err
	}
	for name, from := range map[string]string{
		kernelFile: "boot/vmlinuz-" + kernel,
		initrdFile: "boot/initrd",
		biosFile:   "boot/eltorito.img",
		mbrFile:    "usr/lib/grub/i386-pc/boot_hybrid.img",
		// Debian's signed ones: firmware trusts shim, shim trusts this GRUB, GRUB trusts Debian's kernel. The variant
		// for CDs looks for its menu in /boot/grub of the medium.
		shimFile: "usr/lib/shim/shimx64.efi.signed",
		grubFile: "usr/lib/grub/x86_64-efi-signed/gcdx64.efi.signed",
	} {
		if err := installFile(dir, name, filepath.Join(tree, from), 0o644); err != nil {
			return fmt.Errorf("take %s from the tree: %w", from, err)
		}
	}
	return nil
}
