package rootfs

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// givenBoot makes the boot stage of a base: kernel and initrd are its own, for they belong together; an initrd is made only
// when it has none. The boot loaders are Debian's, from our own stage, for they boot any kernel.
func (b *builder) givenBoot(ctx context.Context, givenDir string) (stage, error) {
	oursDir, err := b.kairos(ctx)
	if err != nil {
		return stage{}, err
	}
	ours, err := b.ensure(ctx, b.bootFiles(oursDir))
	if err != nil {
		return stage{}, err
	}
	kernel, err := bootFile(givenDir, "vmlinuz")
	if err != nil {
		return stage{}, err
	}
	initrd, err := bootFile(givenDir, "initrd")
	if err != nil {
		return b.bootFiles(givenDir), nil // none: dracut of the base makes one
	}
	return stage{
		name:   "boot",
		digest: digest(filepath.Base(givenDir), filepath.Base(ours), kernel, initrd),
		build: func(_ context.Context, dir string) error {
			for name, from := range map[string]string{
				kernelFile: kernel, initrdFile: initrd,
				biosFile: filepath.Join(ours, biosFile), mbrFile: filepath.Join(ours, mbrFile),
				shimFile: filepath.Join(ours, shimFile), grubFile: filepath.Join(ours, grubFile),
			} {
				if err := installFile(dir, name, from, 0o644); err != nil {
					return err
				}
			}
			return nil
		},
	}, nil
}

// bootFile finds kernel or initrd of a tree: with the kernel's version in its name, or without.
func bootFile(tree, name string) (string, error) {
	version, err := kernelVersion(tree)
	if err != nil {
		return "", err
	}
	for _, file := range []string{name + "-" + version, name} {
		path := filepath.Join(tree, "boot", file)
		if info, err := os.Lstat(path); err == nil && info.Mode().IsRegular() {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s has no /boot/%s", tree, name)
}
