package iso

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/sbom"
)

var epoch = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

// fakeParts is a small set of parts: the layout does not care what is in them.
func fakeParts(t *testing.T) Parts {
	t.Helper()
	dir := t.TempDir()
	part := func(name string, size int) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, bytes.Repeat([]byte(name+"\n"), size/(len(name)+1)+1)[:size], 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	return Parts{
		Squashfs: part("squashfs", largeFile+300_001), Kernel: part("kernel", 50_000), Initrd: part("initrd", 70_000),
		BIOS: part("eltorito", 12_288), MBR: part("mbr", 512), Shim: part("shim", 9_000), Grub: part("grub", 8_000),
		SBOM: sbomPart(t, dir),
	}
}

// bakedParts are two sections of one file, as a content bundle in parts is.
func bakedParts(p Parts) []File {
	return []File{
		{Path: ContentPath + "/cargo.part00", Source: p.Squashfs, Length: largeFile + 1000},
		{Path: ContentPath + "/cargo.part01", Source: p.Squashfs, Offset: largeFile + 1000},
	}
}

func sbomPart(t *testing.T, dir string) string {
	t.Helper()
	data, err := sbom.Encode([]sbom.Component{{Kind: sbom.Debian, Name: "bash", Version: "5.2", Licence: "GPL-3+"}, {Kind: sbom.Go, Name: "go", Version: "1.26", Licence: "BSD-3-Clause"}})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "sbom")
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// shared is one image for all tests that only read it.
var shared struct {
	once sync.Once
	dir  string
}

func TestMain(m *testing.M) {
	code := m.Run()
	os.RemoveAll(shared.dir)
	os.Exit(code)
}

func fakeImage(t *testing.T) string {
	t.Helper()
	shared.once.Do(func() {
		dir, err := os.MkdirTemp("", "iso")
		if err != nil {
			t.Fatal(err)
		}
		shared.dir = dir
		writeFake(t, fakeParts(t), filepath.Join(dir, "test.iso"))
	})
	return filepath.Join(shared.dir, "test.iso")
}

func fakeImageFrom(t *testing.T, parts Parts) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "test.iso")
	writeFake(t, parts, out)
	return out
}

func writeFake(t *testing.T, parts Parts, out string) {
	t.Helper()
	spec, err := Tree(parts, Content{Menu: Menu{Release: "v1.2.3", Consoles: []string{"ttyS0", "tty1"}},
		Settings: []byte("after: reboot\n"), UserData: []byte("#cloud-config\n"), Epoch: epoch, Baked: bakedParts(parts)})
	if err != nil {
		t.Fatal(err)
	}
	if err := Write(t.Context(), spec, out); err != nil {
		t.Fatal(err)
	}
}

func TestWriteAndVerify(t *testing.T) {
	image := fakeImage(t)
	report, err := Verify(t.Context(), image)
	if err != nil {
		t.Fatal(err)
	}
	if report.VolumeID != "COS_LIVE" || report.Release != "v1.2.3" || !report.BIOS || !report.UEFI || len(report.Files) != 13 ||
		len(report.Components) != 2 || report.Components[0].Licence != "GPL-3+" {
		t.Errorf("got %+v", report)
	}
	left, err := filepath.Glob(image + ".*")
	if err != nil || len(left) > 0 {
		t.Errorf("the build left %s (%v)", left, err)
	}
}

func digestFile(t *testing.T, path string) string {
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", sha256.Sum256(data))
}

// The second build runs on another day; its sources have other times, other places and another number of hard links.
func TestSameInputSameImage(t *testing.T) {
	first := digestFile(t, fakeImage(t))
	t.Setenv("SOURCE_DATE_EPOCH", "86400") // go-diskfs' clock: another day
	parts := fakeParts(t)
	if err := os.Chtimes(parts.Squashfs, time.Unix(1, 0), time.Unix(2, 0)); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(parts.Squashfs, parts.Squashfs+".link"); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(parts.Kernel, 0o600); err != nil {
		t.Fatal(err)
	}
	if second := digestFile(t, fakeImageFrom(t, parts)); first != second {
		t.Errorf("two builds differ: %s, %s", first, second)
	}
}

// Building must not take the sources with it: the writer removes its workspace.
func TestSourcesStay(t *testing.T) {
	parts := fakeParts(t)
	before := digestFile(t, parts.BIOS)
	fakeImageFrom(t, parts)
	for _, path := range []string{parts.Squashfs, parts.Kernel, parts.Initrd, parts.SBOM} {
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	}
	if after := digestFile(t, parts.BIOS); before != after {
		t.Error("the BIOS image was changed in its place")
	}
}

func judge(t *testing.T, name string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Skipf("%s is not installed: run tests/packages.sh", name)
	}
	out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	if err != nil {
		t.Errorf("%s: %v\n%s", name, err, out)
	}
	return string(out)
}

func wantLines(t *testing.T, who, text string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(text, want) {
			t.Errorf("%s does not say %q:\n%s", who, want, text)
		}
	}
}

func TestXorriso(t *testing.T) {
	image := fakeImage(t)
	boot := judge(t, "xorriso", "-indev", image, "-report_el_torito", "plain", "-report_system_area", "plain")
	wantLines(t, "xorriso", boot, "Volume id    : 'COS_LIVE'", "El Torito boot img :   1  BIOS  y   none",
		"El Torito boot img :   2  UEFI  y   none", "El Torito img path :   1  /boot/eltorito.img", "El Torito img path :   2  /boot/uefi.img",
		"protective-msdos-label", "GPT", "/boot/uefi.img")
	list := judge(t, "xorriso", "-indev", image, "-find", "/", "-exec", "lsdl")
	wantLines(t, "xorriso", list, "'/slipway/manifest.json'", "'/EFI/BOOT/BOOTX64.EFI'", "Mar  4  2026", "-r--r--r--")
	// The kernel of the image, extracted by somebody else, is the one that went in.
	out := filepath.Join(t.TempDir(), "squashfs")
	judge(t, "xorriso", "-osirrox", "on", "-indev", image, "-extract", "/rootfs.squashfs", out)
	parts := fakeParts(t)
	if digestFile(t, out) != digestFile(t, parts.Squashfs) {
		t.Error("xorriso reads another squashfs")
	}
	// So is the file that went in as two parts, when they are put together.
	folder := filepath.Join(t.TempDir(), "content")
	judge(t, "xorriso", "-osirrox", "on", "-indev", image, "-extract", "/"+ContentPath, folder)
	var whole []byte
	for _, name := range []string{"cargo.part00", "cargo.part01"} {
		data, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		whole = append(whole, data...)
	}
	if fmt.Sprintf("%x", sha256.Sum256(whole)) != digestFile(t, parts.Squashfs) {
		t.Error("xorriso reads other parts")
	}
}

func TestIsoinfo(t *testing.T) {
	image := fakeImage(t)
	info := judge(t, "isoinfo", "-d", "-i", image)
	wantLines(t, "isoinfo", info, "Volume id: COS_LIVE", "Rock Ridge signatures", "El Torito VD version 1", "NO Joliet present")
	list := judge(t, "isoinfo", "-R", "-f", "-i", image)
	wantLines(t, "isoinfo", list, "/boot/grub2/grub.cfg", "/config.yaml", "/slipway/manifest.json")
	menu := judge(t, "isoinfo", "-R", "-x", "/boot/grub2/grub.cfg", "-i", image)
	wantLines(t, "isoinfo", menu, "install-mode", "console=ttyS0 console=tty1", "Install Slipway v1.2.3")
}

func TestSgdisk(t *testing.T) {
	image := fakeImage(t)
	wantLines(t, "sgdisk", judge(t, "sgdisk", "-v", image), "No problems found")
	wantLines(t, "sgdisk", judge(t, "sgdisk", "-i", "1", image), "EFI system partition", "Partition name: 'EFI'")
}

func TestBlkid(t *testing.T) {
	image := fakeImage(t)
	wantLines(t, "blkid", judge(t, "blkid", "-p", image), `LABEL="COS_LIVE"`, `TYPE="iso9660"`)
}

func TestESP(t *testing.T) {
	parts := fakeParts(t)
	out := filepath.Join(t.TempDir(), "esp.img")
	files := []File{{Path: "EFI/BOOT/BOOTX64.EFI", Source: parts.Shim}, {Path: "EFI/BOOT/a-long-name.cfg", Data: []byte("x")}, {Path: "boot/grub/grub.cfg", Data: []byte("y")}}
	if err := writeESP(files, epoch, out); err != nil {
		t.Fatal(err)
	}
	wantLines(t, "blkid", judge(t, "blkid", "-p", out), `LABEL="EFI_LIVE"`, `VERSION="FAT32"`)
	wantLines(t, "fsck.fat", judge(t, "fsck.fat", "-n", "-v", out), "8 files")
}
