package rootfs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/slipway-os/slipway/iso/cachedir"
	"github.com/slipway-os/slipway/iso/rootfs/apt"
	"github.com/slipway-os/slipway/systemd"
)

// Image holds the paths of what an ISO is made from. They lie in the cache: read them, or link them, but do not change them.
type Image struct {
	Squashfs, Kernel, Initrd string
	// BIOS boots a CD by its boot catalog, MBR is the code of the first sector of a disk.
	BIOS, MBR string
	// Shim and Grub are EFI programs, signed by Debian.
	Shim, Grub string
	// SBOM lists what all is made from, with licences; see agent/sbom.
	SBOM string
}

// ImageOptions says what to make.
type ImageOptions struct {
	Options
	// Small leaves out what no virtual machine needs (drivers of network cards, of exotic file systems): for tests.
	Small bool
	// Epoch is the time of everything in the image, so that equal inputs give equal bytes.
	Epoch time.Time
}

// notInVirtualMachines is left out of a small image, as patterns of mksquashfs.
var notInVirtualMachines = []string{
	"usr/lib/modules/*/kernel/drivers/net/ethernet/*", "usr/lib/modules/*/kernel/drivers/infiniband/*",
	"usr/lib/modules/*/kernel/drivers/iio/*", "usr/lib/modules/*/kernel/drivers/hwmon/*", "usr/lib/modules/*/kernel/drivers/video/*",
	"usr/lib/modules/*/kernel/fs/ocfs2/*", "usr/lib/modules/*/kernel/fs/gfs2/*", "usr/lib/modules/*/kernel/fs/smb/*",
	"usr/lib/modules/*/kernel/fs/btrfs/*", "usr/lib/modules/*/kernel/lib/test_*",
	"usr/lib/cni/dhcp", "usr/bin/containerd-shim-runc-v1", "usr/bin/containerd-shim", "usr/share/zoneinfo/*", "usr/share/doc/*",
	// VMware's tools: the tests run in QEMU.
	"usr/bin/vmtoolsd", "usr/bin/VGAuthService", "usr/lib/*/libvmtools.so*", "usr/lib/*/open-vm-tools/*", "usr/share/misc/pci.ids",
	// Nothing that runs on a host needs them; each file is one more to copy in an installation.
	"usr/lib/python3*/*", "usr/share/perl/*", "usr/share/perl5/*", "usr/bin/ctr", "usr/lib/dracut/*",
}

// BuildImage makes the parts of an ISO from the same tree that Build makes. o.Out is not used. Only the newest image stays
// in the cache.
func BuildImage(ctx context.Context, o ImageOptions) (Image, error) {
	if os.Geteuid() != 0 {
		return Image{}, errors.New("an image has device nodes and owners: run this as root (sudo)")
	}
	b, err := newBuilder(o.Options)
	if err != nil {
		return Image{}, err
	}
	unlock, err := cachedir.Lock(filepath.Join(b.cache, "lock"))
	if err != nil {
		return Image{}, err
	}
	defer unlock()
	kairosDir, err := b.system(ctx, o.Base)
	if err != nil {
		return Image{}, err
	}
	boot := b.bootFiles(kairosDir)
	if o.Base != "" {
		if boot, err = b.givenBoot(ctx, kairosDir); err != nil {
			return Image{}, err
		}
	}
	bootDir, err := b.ensure(ctx, boot)
	if err != nil {
		return Image{}, err
	}
	sbomDir, err := b.components(ctx, kairosDir, o.Options)
	if err != nil {
		return Image{}, err
	}
	squash, err := b.squash(kairosDir, bootDir, sbomDir, o)
	if err != nil {
		return Image{}, err
	}
	squashDir, err := b.ensure(ctx, squash)
	if err != nil {
		return Image{}, err
	}
	file := func(name string) string { return filepath.Join(bootDir, name) }
	return Image{
		Squashfs: filepath.Join(squashDir, "rootfs.squashfs"), SBOM: filepath.Join(sbomDir, sbomFile),
		Kernel: file(kernelFile), Initrd: file(initrdFile), BIOS: file(biosFile), MBR: file(mbrFile), Shim: file(shimFile), Grub: file(grubFile),
	}, b.removeOthers(squashDir)
}

func (b *builder) squash(kairosDir, bootDir, sbomDir string, o ImageOptions) (stage, error) {
	agent, err := fileDigest(o.Agent)
	if err != nil {
		return stage{}, fmt.Errorf("read the agent: %w", err)
	}
	s := stage{name: "image", digest: digest(filepath.Base(kairosDir), filepath.Base(bootDir), filepath.Base(sbomDir), agent, digestTree(systemd.Files()),
		fmt.Sprint(systemd.Links(), systemd.AgentLinks(), squashCommand("T", "S", o), "with lists of packages and modules, and its name"))}
	s.build = func(ctx context.Context, dir string) error {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		tree := filepath.Join(dir, "tree")
		if err := Clone(ctx, kairosDir, tree); err != nil {
			return err
		}
		if err := installOurs(ctx, tree, sbomDir, o.Agent); err != nil {
			return err
		}
		// The installed host's boot loader reads both from inside the image.
		if err := installFile(tree, "boot/initrd", filepath.Join(bootDir, initrdFile), 0o644); err != nil {
			return err
		}
		// What tells one image from another, on the host: an upgrade knows by it which one is running.
		if err := writeFile(tree, "usr/lib/slipway/image", []byte(s.digest+"\n"), 0o644); err != nil {
			return err
		}
		if err := b.runSquash(ctx, tree, filepath.Join(dir, "rootfs.squashfs"), o); err != nil {
			return err
		}
		return os.RemoveAll(tree)
	}
	return s, nil
}

func (b *builder) runSquash(ctx context.Context, tree, out string, o ImageOptions) error {
	if err := apt.Need(ctx, b.log, map[string]string{"mksquashfs": "squashfs-tools"}); err != nil {
		return err
	}
	command := squashCommand(tree, out, o)
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	// The times are arguments; with both, mksquashfs refuses.
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
	cmd.Env = without(cmd.Env, "SOURCE_DATE_EPOCH=")
	if err := b.runLogged(cmd, "squash"); err != nil {
		return fmt.Errorf("compress the tree: %w", err)
	}
	return nil
}

// squashCommand packs the tree. Level 3 of zstd: level 15 takes thirty times as long for a tenth less. Blocks of 256 KiB
// suit a live system, which reads single files.
func squashCommand(tree, out string, o ImageOptions) []string {
	epoch := strconv.FormatInt(o.Epoch.Unix(), 10)
	args := []string{"mksquashfs", tree, out, "-noappend", "-no-progress", "-b", "256k", "-comp", "zstd", "-Xcompression-level", "3",
		"-mkfs-time", epoch, "-all-time", epoch}
	if o.Small {
		args = append(args, "-wildcards", "-e")
		args = append(args, notInVirtualMachines...)
	}
	return args
}

// removeOthers removes images of earlier builds: each is hundreds of megabytes, and a new agent makes a new one.
func (b *builder) removeOthers(keep string) error {
	dirs, err := filepath.Glob(filepath.Join(b.cache, "image-*"))
	for _, dir := range dirs {
		if dir != keep {
			err = errors.Join(err, os.RemoveAll(dir))
		}
	}
	return err
}

func without(env []string, prefix string) []string {
	var kept []string
	for _, entry := range env {
		if len(entry) < len(prefix) || entry[:len(prefix)] != prefix {
			kept = append(kept, entry)
		}
	}
	return kept
}

func fileDigest(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}
