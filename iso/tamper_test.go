package iso

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func change(t *testing.T, image string, find string, to string) string {
	t.Helper()
	data, err := os.ReadFile(image)
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(data, []byte(find))
	if at < 0 || len(find) != len(to) {
		t.Fatalf("%q is not in the image", find)
	}
	copy(data[at:], to)
	out := filepath.Join(t.TempDir(), "changed.iso")
	if err := os.WriteFile(out, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestVerifyRefuses(t *testing.T) {
	image := fakeImage(t)
	data, err := os.ReadFile(image)
	if err != nil {
		t.Fatal(err)
	}
	write := func(data []byte) string {
		out := filepath.Join(t.TempDir(), "changed.iso")
		if err := os.WriteFile(out, data, 0o644); err != nil {
			t.Fatal(err)
		}
		return out
	}
	backup := bytes.Clone(data)
	backup[len(backup)-512+40]++
	baked := bytes.Clone(data)
	baked[bytes.LastIndex(baked, []byte("squashfs\nsquashfs\n"))]++ // the end of what was placed last
	for name, test := range map[string]struct{ image, want string }{
		"content":      {write(baked), ContentPath + "/cargo.part00 is damaged"},
		"no image":     {write([]byte("hello")), "not an ISO9660 image"},
		"cut":          {write(data[:len(data)/2]), "cut short"},
		"kernel":       {change(t, image, "kernel\nkernel\n", "kernel\nKernel\n"), "boot/kernel is damaged"},
		"menu":         {change(t, image, "set default=install", "set default=INSTALL"), "boot/grub2/grub.cfg is damaged"},
		"manifest":     {change(t, image, `"release": "v1`, `"release"; "v1`), "slipway/manifest.json"},
		"boot record":  {change(t, image, "EL TORITO SPECIFICATION", "XL TORITO SPECIFICATION"), "no boot record"},
		"GPT":          {change(t, image, "EFI PART", "EFI FART"), "partition table: its header"},
		"backup GPT":   {write(backup), "backup partition table"},
		"missing file": {change(t, image, "NM\x0b\x01\x00initrd", "NM\x0b\x01\x00initrx"), "lacks boot/initrd"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Verify(t.Context(), test.image); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

func TestValidate(t *testing.T) {
	good := func() Spec {
		return Spec{VolumeID: "COS_LIVE", BIOSPath: "boot/b", ESP: []File{{Path: "EFI/x"}}, Files: []File{{Path: "boot/b"}, {Path: "config.yaml"}}}
	}
	sizes := func(n int64) func(File) (int64, error) { return func(File) (int64, error) { return n, nil } }
	if err := good().Validate(sizes(4<<30 - 2048)); err != nil {
		t.Errorf("the largest file: %v", err)
	}
	if err := good().Validate(sizes(4<<30 - 2047)); err == nil || !strings.Contains(err.Error(), "split it in parts") {
		t.Errorf("a file of 4 GiB: %v", err)
	}
	for want, change := range map[string]func(*Spec){
		"volume id":               func(s *Spec) { s.VolumeID = "cos live" },
		"two files are called":    func(s *Spec) { s.Files = append(s.Files, File{Path: "CONFIG.yaml"}) },
		"no path":                 func(s *Spec) { s.Files = append(s.Files, File{Path: "../x"}) },
		"too deep":                func(s *Spec) { s.Files = append(s.Files, File{Path: "1/2/3/4/5/6/7/8/9"}) },
		"without blanks":          func(s *Spec) { s.Files = append(s.Files, File{Path: "a b"}) },
		"BIOS image":              func(s *Spec) { s.BIOSPath = "boot/c" },
		"has no files":            func(s *Spec) { s.ESP = nil },
		"at most 500":             func(s *Spec) { s.Files = make([]File, 501) },
		"called boot/uefi.img":    func(s *Spec) { s.Files = append(s.Files, File{Path: ESPPath}) },
		"is no path inside an im": func(s *Spec) { s.ESP = []File{{Path: "/EFI"}} },
	} {
		s := good()
		change(&s)
		if err := s.Validate(sizes(1)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// A sparse file of 4.5 GiB: the writer would silently cut it.
func TestRefusesLargeFile(t *testing.T) {
	parts := fakeParts(t)
	if err := os.Truncate(parts.Squashfs, 9<<29); err != nil {
		t.Fatal(err)
	}
	s := Spec{VolumeID: "X", BIOSPath: "boot/b", MBR: parts.MBR, ESP: []File{{Path: "EFI/x"}},
		Files: []File{{Path: "boot/b", Source: parts.BIOS}, {Path: "rootfs.squashfs", Source: parts.Squashfs}}}
	out := filepath.Join(t.TempDir(), "x.iso")
	if err := Write(t.Context(), s, out); err == nil || !strings.Contains(err.Error(), "split it in parts") {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("an image was written")
	}
}

func TestMenu(t *testing.T) {
	config := Menu{Release: "v1.0.0", Consoles: []string{"ttyS0,115200", "tty1"}, Arguments: []string{"iommu=pt"}}.config()
	wantLines(t, "the menu", string(config), "set timeout=5", "set default=install", "search --no-floppy --label --set=installed COS_STATE",
		"console=ttyS0,115200 console=tty1 iommu=pt install-mode\n", "iommu=pt systemd.wants=slipway-installer@tty1.service\n", "--id shell {")
	path := filepath.Join(t.TempDir(), "grub.cfg")
	if err := os.WriteFile(path, config, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := exec.LookPath("grub-script-check"); err != nil {
		t.Skip("grub-script-check (grub-common) is not installed")
	}
	judge(t, "grub-script-check", path)
}

// Feature 22.
func TestMenuOfABrand(t *testing.T) {
	config := Menu{Release: "v1.0.0", Name: "Harbour OS", Color: "blue", Consoles: []string{"tty1"}}.config()
	wantLines(t, "the menu", string(config), "set menu_color_highlight=white/blue\n", "Install Harbour OS v1.0.0 on this machine", "Start the Harbour OS that is installed")
	if strings.Contains(string(config), "Slipway") {
		t.Errorf("the menu names another product:\n%s", config)
	}
	path := filepath.Join(t.TempDir(), "grub.cfg")
	if err := os.WriteFile(path, config, 0o644); err != nil {
		t.Fatal(err)
	}
	judge(t, "grub-script-check", path)
}

func TestNormaliseIsIdempotent(t *testing.T) {
	image := fakeImageFrom(t, fakeParts(t))
	before := digestFile(t, image)
	file, err := os.OpenFile(image, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := normalise(file, epoch); err != nil {
		t.Fatal(err)
	}
	if after := digestFile(t, image); before != after {
		t.Error("a second pass changes the image")
	}
}

// Whatever the image says, reading it ends, and without a panic.
func FuzzVerify(f *testing.F) {
	head := make([]byte, 26*sectorSize)
	pvd := head[16*sectorSize:]
	copy(pvd, "\x01CD001\x01")
	copy(pvd[156:], "\x22\x00\x14\x00\x00\x00\x00\x00\x00\x14\x00\x08\x00\x00\x00\x00\x08\x00")
	pvd[156+25], pvd[156+32] = 2, 1
	copy(head[20*sectorSize:], "\x30\x00\x15\x00\x00\x00\x00\x00\x00\x15\x00\x08\x00\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x00\x01\x00\x00\x01\x01ANM\x06\x01\x00x")
	f.Add(head)
	f.Fuzz(func(t *testing.T, data []byte) {
		_, err := verify(t.Context(), bytes.NewReader(data), int64(len(data)))
		if err == nil && len(data) < 1<<20 {
			t.Error("something so small was taken for an image")
		}
	})
}
