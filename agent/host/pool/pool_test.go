package pool

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// disk is a loop device of this many bytes.
func disk(t *testing.T, size int64) string {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("needs root, for a loop device")
	}
	file := filepath.Join(t.TempDir(), "disk")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(file, size); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("losetup", "--find", "--show", file).Output()
	if err != nil {
		t.Skipf("no loop devices here: %v", err)
	}
	device := strings.TrimSpace(string(out))
	t.Cleanup(func() { _ = exec.Command("losetup", "--detach", device).Run() })
	return device
}

// Feature 66: an empty disk becomes a pool that is found by its label; the second time nothing is done.
func TestFormatAndMount(t *testing.T) {
	if _, err := exec.LookPath("mkfs.xfs"); err != nil {
		t.Skip("needs mkfs.xfs (apt-get install xfsprogs)")
	}
	d, dir, ctx := disk(t, 400<<20), t.TempDir(), context.Background()
	if Labelled(ctx, d) {
		t.Fatal("an empty disk is no pool")
	}
	if err := Format(ctx, d); err != nil || !Labelled(ctx, d) {
		t.Fatalf("format: %v", err)
	}
	if err := Mount(ctx, d, dir); err != nil {
		t.Fatalf("mount: %v", err)
	}
	defer exec.Command("umount", dir).Run() //nolint:errcheck // the test's own
	if err := os.WriteFile(filepath.Join(dir, "content"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Format(ctx, d); err != nil {
		t.Errorf("once more: %v", err)
	}
	if err := Mount(ctx, d, dir); err != nil {
		t.Errorf("mounted once more: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "content")); err != nil {
		t.Errorf("the content is gone: %v", err)
	}
}

// Feature 66: never a disk with anything on it, whether a tool knows it or not.
func TestForeignDataIsRefused(t *testing.T) {
	for name, at := range map[string]int64{"start": 4096, "end": 32<<20 - 7} {
		d := disk(t, 32<<20)
		write(t, d, at, "x")
		if err := Format(t.Context(), d); err == nil || !strings.Contains(err.Error(), "no tool here knows") {
			t.Errorf("%s: %v", name, err)
		}
	}
	d := disk(t, 32<<20)
	if out, err := exec.Command("mkfs.ext4", "-q", d).CombinedOutput(); err != nil {
		t.Skipf("mkfs.ext4: %s", out)
	}
	if err := Format(t.Context(), d); err == nil || !strings.Contains(err.Error(), "ext4") {
		t.Errorf("ext4: %v", err)
	}
	if out, err := exec.Command("blkid", "--probe", d).Output(); err != nil || !strings.Contains(string(out), "ext4") {
		t.Errorf("the file system was touched: %v, %s", err, out)
	}
}

func write(t *testing.T, file string, at int64, text string) {
	t.Helper()
	f, err := os.OpenFile(file, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt([]byte(text), at); err != nil {
		t.Fatal(err)
	}
	if err := f.Sync(); err != nil {
		t.Fatal(err)
	}
}
