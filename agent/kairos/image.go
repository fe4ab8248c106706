package kairos

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// imageName is the file by which one image is told from another; slipway-build writes it.
const imageName = "usr/lib/slipway/image"

// grubEnv is what the boot menu remembers: saved_entry is its default, next_entry is taken once (GRUB manual, "Environment
// block").
const grubEnv = "oem/grubenv"

// The boot menu's entries (iso/rootfs/kairos/files/etc/cos/grub.cfg).
const (
	entryActive   = "cos"
	entryPrevious = "fallback"
)

// Image is the name of the image that runs; empty when it has none.
func (c Client) Image() string { return readName(c.Root) }

func readName(root string) string {
	text, err := os.ReadFile(filepath.Join(root, imageName))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

// Previous tells whether the previous image runs, not the one that is booted by default.
func (c Client) Previous() bool {
	_, err := os.Stat(filepath.Join(c.Root, "run/cos/passive_mode"))
	return err == nil
}

// needed is what a host boots, and runs at the least.
var needed = []string{"boot/vmlinuz", "boot/initrd", "etc/cos/bootargs.cfg", "usr/bin/slipway", "usr/bin/kairos-agent", "system/oem/10_layout.yaml", imageName}

// WithImage mounts the root file system in a squashfs file, makes sure that it is an image of Slipway, and calls do with
// the folder and the image's name.
func (c Client) WithImage(ctx context.Context, squashfs string, do func(dir, name string) error) (err error) {
	dir := filepath.Join(c.Root, "run/slipway/image")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if out, err := exec.CommandContext(ctx, "mount", "-t", "squashfs", "-o", "loop,ro,nodev,nosuid", squashfs, dir).CombinedOutput(); err != nil {
		return fmt.Errorf("open the new image: %w: %s", err, strings.TrimSpace(string(out)))
	}
	defer func() {
		err = errors.Join(err, exec.CommandContext(context.WithoutCancel(ctx), "umount", dir).Run())
	}()
	for _, file := range needed {
		if _, err := os.Lstat(filepath.Join(dir, file)); err != nil {
			return fmt.Errorf("this is no image of Slipway: it lacks /%s", file)
		}
	}
	return do(dir, readName(dir))
}

// Write makes the image in dir the active one; what was active becomes the previous one, which runs on. say gets
// kairos-agent's messages.
func (c Client) Write(ctx context.Context, dir string, say func(string)) error {
	cmd := exec.CommandContext(ctx, c.Command, "upgrade", "--source", "dir:"+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		return err
	}
	last := lines(out, say)
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("write the new image: %w: %s", err, last)
	}
	return nil
}

// lines passes every line on, and returns the last one.
func lines(r io.Reader, say func(string)) (last string) {
	scanner := bufio.NewScanner(r)
	for scanner.Scan() {
		if line := strings.TrimSpace(scanner.Text()); line != "" {
			last = line
			say(line)
		}
	}
	_, _ = io.Copy(io.Discard, r) // of a line that was too long: the writer must not block
	return last
}

// TryOnce makes the next boot take the active image, and every later one the previous image, until Keep.
func (c Client) TryOnce(ctx context.Context) error {
	return c.setMenu(ctx, "saved_entry="+entryPrevious, "next_entry="+entryActive)
}

// Abandon makes every boot take the previous image, until Keep.
func (c Client) Abandon(ctx context.Context) error {
	return c.setMenu(ctx, "saved_entry="+entryPrevious, "next_entry=")
}

// Keep makes the active image the default.
func (c Client) Keep(ctx context.Context) error { return c.setMenu(ctx, "saved_entry="+entryActive) }

func (c Client) setMenu(ctx context.Context, values ...string) error {
	path := filepath.Join(c.Root, grubEnv)
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		if out, err := exec.CommandContext(ctx, c.editor(), path, "create").CombinedOutput(); err != nil {
			return fmt.Errorf("make the boot menu's memory: %w: %s", err, strings.TrimSpace(string(out)))
		}
	}
	if out, err := exec.CommandContext(ctx, c.editor(), append([]string{path, "set"}, values...)...).CombinedOutput(); err != nil {
		return fmt.Errorf("set the boot menu: %w: %s", err, strings.TrimSpace(string(out)))
	}
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}

func (c Client) editor() string {
	if c.Editor != "" {
		return c.Editor
	}
	return "grub-editenv"
}
