package stick

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestSticksAmongDisks(t *testing.T) {
	out, err := os.ReadFile("testdata/lsblk.json")
	if err != nil {
		t.Fatal(err)
	}
	got, err := parseDisks(out)
	want := []Stick{{"/dev/sdc1", "vfat", "TRANSFER", "Ultra Fit", 31000000000}, {"/dev/sdd", "ext4", "", "Bare Stick", 8000000000}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := parseDisks([]byte("no")); err == nil {
		t.Error("what is no list is taken for one")
	}
}

func TestProbe(t *testing.T) {
	for text, want := range map[string]bool{"DEVNAME=/dev/vdd\nLABEL=A\nTYPE=ext4\nFSSIZE=77\n": true, "TYPE=crypto_LUKS\n": false, "TYPE=iso9660\n": false, "": false} {
		s, ok := parseProbe("/dev/vdd", []byte(text))
		if ok != want || ok && s != (Stick{"/dev/vdd", "ext4", "A", "", 77}) {
			t.Errorf("%q: %+v, %v", text, s, ok)
		}
	}
}

// A stick with links that lead to the host's own files.
func TestNothingLeadsOutOfAStick(t *testing.T) {
	dir, outside := t.TempDir(), filepath.Join(t.TempDir(), "victim")
	if err := os.WriteFile(outside, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"f", "f.partial"} {
		if err := os.Symlink(outside, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := place(t.Context(), dir, "f", strings.NewReader("new"), func(int64) {}); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(outside); err != nil || string(b) != "mine" {
		t.Errorf("the host's file is now %q, %v", b, err)
	}
	if st, err := os.Lstat(filepath.Join(dir, "f")); err != nil || !st.Mode().IsRegular() {
		t.Errorf("%v, %v", st, err)
	}
}

func TestACutCopyLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := place(ctx, dir, "f", strings.NewReader("new"), func(int64) {}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 0 {
		t.Errorf("%v", entries)
	}
}

// loop makes a stick of a file. ext4 alone: the kernel of many build machines has no FAT.
func loop(t *testing.T, size string) Stick {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root, to mount")
	}
	image := filepath.Join(t.TempDir(), "stick.img")
	for _, c := range [][]string{{"truncate", "--size=" + size, image}, {"mkfs.ext4", "-q", image}} {
		if out, err := exec.Command(c[0], c[1:]...).CombinedOutput(); err != nil {
			t.Skipf("%s: %v: %s", c[0], err, out)
		}
	}
	out, err := exec.Command("losetup", "--find", "--show", image).Output()
	if err != nil {
		t.Skipf("no loop device: %v", err)
	}
	device := strings.TrimSpace(string(out))
	t.Cleanup(func() {
		if out, err := exec.Command("losetup", "--detach", device).CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
	})
	return Stick{Device: device, FileSystem: "ext4"}
}

func TestWriteToARealFileSystem(t *testing.T) {
	s := loop(t, "16M")
	w := Writer{Dir: filepath.Join(t.TempDir(), "stick")}
	text := strings.Repeat("x", 1<<20)
	var last int64
	for range 2 { // the second time it is replaced
		if err := w.Write(t.Context(), s, "bundle.tar.gz", strings.NewReader(text), int64(len(text)), func(n int64) { last = n }); err != nil {
			t.Fatal(err)
		}
	}
	if entries, err := os.ReadDir(w.Dir); err != nil || len(entries) != 0 || last != int64(len(text)) {
		t.Errorf("it is still mounted: %v, %v; progress %d", entries, err, last)
	}
	if err := unix.Mount(s.Device, w.Dir, "ext4", unix.MS_RDONLY, ""); err != nil { // left by an agent that was killed
		t.Fatal(err)
	}
	if b, err := os.ReadFile(filepath.Join(w.Dir, "bundle.tar.gz")); err != nil || string(b) != text {
		t.Errorf("%d bytes, %v", len(b), err)
	}
	err := w.Write(t.Context(), s, "big", strings.NewReader(""), 1<<30, func(int64) {})
	if err == nil || !strings.Contains(err.Error(), "KiB free") {
		t.Errorf("a full stick: %v", err)
	}
	s.FileSystem = "ext2nd"
	if err := w.Write(t.Context(), s, "x", strings.NewReader(""), 0, func(int64) {}); err == nil || !strings.Contains(err.Error(), "cannot be mounted") {
		t.Errorf("another file system: %v", err)
	}
}
