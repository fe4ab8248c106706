package boot

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// osBundles makes two content bundles with OS images out of the one on the medium, on a file system for Config.Data:
//
//	good.tar.zst   the same system, with another name
//	bad.tar.zst    kernel and initrd, and nothing that they could start
func osBundles(t *testing.T, image string) string {
	t.Helper()
	dir := t.TempDir()
	good, bad := filepath.Join(dir, "good"), filepath.Join(dir, "bad")
	do(t, dir, "xorriso", "-osirrox", "on", "-indev", image, "-extract", "/rootfs.squashfs", "rootfs.squashfs")
	if err := os.Mkdir(good, 0o755); err != nil {
		t.Fatal(err)
	}
	do(t, dir, "unsquashfs", "-q", "-n", "-d", "good/tree", "rootfs.squashfs")
	rename(t, filepath.Join(good, "tree"), "good")
	for _, file := range []string{"boot/vmlinuz", "boot/initrd", "etc/cos/bootargs.cfg", "system/oem/10_layout.yaml"} {
		do(t, dir, "install", "-D", "-m", "0644", filepath.Join(good, "tree", file), filepath.Join(bad, "tree", file))
	}
	for _, program := range []string{"slipway", "kairos-agent"} {
		do(t, dir, "install", "-D", "-m", "0755", "/dev/null", filepath.Join(bad, "tree/usr/bin", program))
	}
	rename(t, filepath.Join(bad, "tree"), "bad")
	files := filepath.Join(dir, "files")
	for _, name := range []string{"good", "bad"} {
		do(t, filepath.Join(dir, name), "mksquashfs", "tree", "rootfs.squashfs", "-quiet", "-no-progress", "-comp", "zstd", "-Xcompression-level", "3")
		recipe := fmt.Sprintf("name: slipway-os-%s\nversion: 0.2.0\ntype: os\ncreated: 2026-11-20T00:00:00Z\npacks:\n"+
			"  - {name: slipway-os, version: 0.2.0-%s, layer: os, files: [{path: rootfs.squashfs, file: rootfs.squashfs}]}\n", name, name)
		path := filepath.Join(dir, name, "bundle.yaml")
		if err := os.WriteFile(path, []byte(recipe), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(files, 0o755); err != nil {
			t.Fatal(err)
		}
		do(t, "../..", "go", "run", "./cmd/slipway-build", "bundle", "-f", path, "-o", filepath.Join(files, name+".tar.zst"))
		if err := os.RemoveAll(filepath.Join(dir, name)); name == "bad" && err != nil {
			t.Fatal(err)
		}
	}
	disk := filepath.Join(dir, "data.img")
	do(t, dir, "mke2fs", "-q", "-t", "ext4", "-d", files, disk, "1500M")
	return disk
}

// rename gives a tree the name by which one image is told from another.
func rename(t *testing.T, tree, name string) {
	t.Helper()
	dir := filepath.Join(tree, "usr/lib/slipway")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(dir, "image")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "image"), []byte(name+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}

func do(t *testing.T, dir, name string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s %q: %v: %s", name, args, err, out)
	}
}
