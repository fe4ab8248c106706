package kairos

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Feature 18: which image the boot menu takes, with GRUB's own program.
func TestBootMenu(t *testing.T) {
	if _, err := exec.LookPath("grub-editenv"); err != nil {
		t.Skip("grub-editenv is missing (package grub-common)")
	}
	root := t.TempDir()
	if err := os.MkdirAll(filepath.Join(root, "oem"), 0o755); err != nil {
		t.Fatal(err)
	}
	c := Client{Root: root}
	menu := func() string {
		out, err := exec.Command("grub-editenv", filepath.Join(root, "oem/grubenv"), "list").CombinedOutput()
		if err != nil {
			t.Fatal(err, string(out))
		}
		list := strings.Fields(string(out))
		slices.Sort(list)
		return strings.Join(list, " ")
	}
	if err := c.TryOnce(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := menu(); got != "next_entry=cos saved_entry=fallback" {
		t.Errorf("on trial: %s", got)
	}
	if err := c.Abandon(t.Context()); err != nil || menu() != "next_entry= saved_entry=fallback" {
		t.Errorf("abandoned: %s, %v", menu(), err)
	}
	if err := c.Keep(t.Context()); err != nil || !strings.Contains(menu(), "saved_entry=cos") {
		t.Errorf("kept: %s, %v", menu(), err)
	}
	info, err := os.Stat(filepath.Join(root, "oem/grubenv"))
	if err != nil || info.Size() != 1024 {
		t.Errorf("GRUB wants 1024 bytes: %v, %v", info, err)
	}
}

func TestWrite(t *testing.T) {
	root := t.TempDir()
	command := filepath.Join(root, "kairos-agent")
	script := func(text string) {
		if err := os.WriteFile(command, []byte("#!/bin/sh\n"+text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	c := Client{Root: root, Command: command}
	var said []string
	script("echo \"$@\"; echo; echo deploying >&2")
	if err := c.Write(t.Context(), "/image", func(s string) { said = append(said, s) }); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(said, []string{"upgrade --source dir:/image", "deploying"}) {
		t.Errorf("said %q", said)
	}
	script("echo no space left on COS_STATE; exit 1")
	if err := c.Write(t.Context(), "/image", func(string) {}); err == nil || !strings.Contains(err.Error(), "no space left") {
		t.Errorf("failed: %v", err)
	}
}

// An image that lacks anything that a host needs is refused before the disk is touched.
func TestWithImage(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("mounting needs root")
	}
	if _, err := exec.LookPath("mksquashfs"); err != nil {
		t.Skip("mksquashfs is missing (package squashfs-tools)")
	}
	root, tree := t.TempDir(), t.TempDir()
	squash := func() string {
		file := filepath.Join(t.TempDir(), "s")
		if out, err := exec.Command("mksquashfs", tree, file, "-quiet", "-no-progress").CombinedOutput(); err != nil {
			t.Fatal(err, string(out))
		}
		return file
	}
	for _, file := range needed {
		path := filepath.Join(tree, file)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("new\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	c := Client{Root: root}
	if err := c.WithImage(t.Context(), squash(), func(dir, name string) error {
		if name != "new" {
			t.Errorf("name %q", name)
		}
		return nil
	}); err != nil {
		if strings.Contains(err.Error(), "loop") {
			t.Skip(err)
		}
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(tree, "boot/initrd")); err != nil {
		t.Fatal(err)
	}
	if err := c.WithImage(t.Context(), squash(), func(string, string) error { return nil }); err == nil || !strings.Contains(err.Error(), "lacks /boot/initrd") {
		t.Errorf("got %v", err)
	}
	if left, _ := os.ReadDir(filepath.Join(root, "run/slipway/image")); len(left) > 0 {
		t.Error("the image is still mounted")
	}
}
