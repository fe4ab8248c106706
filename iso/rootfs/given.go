package rootfs

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/slipway-os/slipway/iso/rootfs/apt"
)

// The rest of this file takes a Kairos root file system that somebody else made, in place of our Debian: a directory, a tar
// archive, or a squashfs such as the rootfs.squashfs of an official Kairos ISO. It keeps its own kernel, initrd, kairos-agent
// and immucore, and gets what Slipway adds to any Kairos system: units, layout, boot menu.

// given returns the tree of a base, with our parts in it.
func (b *builder) given(ctx context.Context, base string) (string, error) {
	contents, err := baseDigest(base)
	if err != nil {
		return "", fmt.Errorf("read the base %s: %w", base, err)
	}
	tree, err := fs.Sub(kairosFiles, "kairos/files")
	if err != nil {
		panic(err) // the path is a constant of this package
	}
	return b.ensure(ctx, stage{
		name:   "given",
		digest: digest(contents, digestTree(tree), string(layoutStage()), fmt.Sprint(mountPoints(), kairosLinks)),
		build: func(ctx context.Context, dir string) error {
			if err := b.unpack(ctx, base, dir); err != nil {
				return fmt.Errorf("unpack the base %s: %w", base, err)
			}
			if err := checkBase(dir); err != nil {
				return fmt.Errorf("the base %s cannot be used: %w", base, err)
			}
			release, err := os.ReadFile(filepath.Join(dir, releaseFile)) // the base stays what it says it is
			if err != nil {
				return err
			}
			if err := installKairosFiles(dir, tree); err != nil {
				return err
			}
			return writeFile(dir, releaseFile, release, 0o644)
		},
	})
}

const releaseFile = "etc/kairos-release"

// squashMagic begins a squashfs (Linux, Documentation/filesystems/squashfs.rst).
const squashMagic = "hsqs"

func (b *builder) unpack(ctx context.Context, base, dir string) error {
	info, err := os.Stat(base)
	if err != nil {
		return err
	}
	if info.IsDir() {
		return copyTree(ctx, base, dir)
	}
	head, err := headOf(base)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "tar", "--extract", "--numeric-owner", "--xattrs", "--xattrs-include=*", "--file", base, "--directory", dir)
	if bytes.HasPrefix(head, []byte(squashMagic)) {
		if err := apt.Need(ctx, b.log, map[string]string{"unsquashfs": "squashfs-tools"}); err != nil {
			return err
		}
		cmd = exec.CommandContext(ctx, "unsquashfs", "-no-progress", "-force", "-dest", dir, base)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return b.runLogged(cmd, "given")
}

// copyTree copies a base whole: hard links would let somebody who changes his base change the cache.
func copyTree(ctx context.Context, from, to string) error {
	if out, err := exec.CommandContext(ctx, "cp", "-a", "--", from, to).CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

// checkBase says what a tree lacks to be a Kairos system that we can build on.
func checkBase(dir string) error {
	var missing []error
	for _, name := range []string{"usr/bin/kairos-agent", "usr/bin/immucore", "usr/lib/systemd/systemd", releaseFile} {
		if _, err := os.Lstat(filepath.Join(dir, name)); err != nil {
			missing = append(missing, fmt.Errorf("it has no /%s: it is no Kairos system with systemd", name))
		}
	}
	if _, err := kernelVersion(dir); err != nil {
		missing = append(missing, err)
	}
	return errors.Join(missing...)
}

func headOf(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	head := make([]byte, len(squashMagic))
	_, err = io.ReadFull(file, head)
	return head, err
}

// baseDigest tells one base from another: a file by its contents; a directory, for speed, by the names, sizes and times of
// what is in it.
func baseDigest(base string) (string, error) {
	info, err := os.Stat(base)
	if err != nil || !info.IsDir() {
		if err == nil {
			return fileDigest(base)
		}
		return "", err
	}
	hash := sha256.New()
	err = filepath.WalkDir(base, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			fmt.Fprintf(hash, "%s %o %d %d\n", path, info.Mode(), info.Size(), info.ModTime().UnixNano())
		}
		return err
	})
	return hex.EncodeToString(hash.Sum(nil)), err
}
