package boot

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/diskfs/go-diskfs/backend/file"
	"github.com/diskfs/go-diskfs/filesystem/fat32"
)

// What is written to the stick of the bed is found on it: here by the same library, in the bed by the kernel.
func TestOnStick(t *testing.T) {
	path := filepath.Join(t.TempDir(), "stick.img")
	if err := newStick(path); err != nil {
		t.Fatal(err)
	}
	if names, err := onStick(path); err != nil || len(names) != 0 {
		t.Errorf("on a new stick: %q, %v", names, err)
	}
	image, err := file.OpenFromPath(path, false)
	if err != nil {
		t.Fatal(err)
	}
	defer image.Close()
	volume, err := fat32.Read(image, stickSize-stickStart, stickStart, stickSector)
	if err != nil {
		t.Fatal(err)
	}
	out, err := volume.OpenFile("/slipway-h1-support.tar.gz", os.O_CREATE|os.O_RDWR)
	if err != nil {
		t.Fatal(err)
	}
	z := gzip.NewWriter(out)
	archive := tar.NewWriter(z)
	err = archive.WriteHeader(&tar.Header{Name: "h1/manifest.json", Mode: 0o600})
	if err := errors.Join(err, archive.Close(), z.Close(), out.Close()); err != nil {
		t.Fatal(err)
	}
	want := []string{"slipway-h1-support.tar.gz", "slipway-h1-support.tar.gz/h1/manifest.json"}
	if names, err := onStick(path); err != nil || !slices.Equal(names, want) {
		t.Errorf("%q, %v; want %q", names, err, want)
	}
}

// stick: a support bundle goes to a stick with FAT, which the kernel of a build machine may not know, and the machine that
// the stick is carried to can read it.
func stick(g guest) {
	const device = "/dev/sda1"
	g.until("the stick is found", bedLimit, func() (bool, string) {
		list := g.run("slipway", "diag", "sticks")
		return strings.Contains(list, device) && strings.Contains(list, "TRANSFER") && strings.Contains(list, "vfat"), list
	})
	if _, err := g.Run(g.t.Context(), bedLimit, "slipway", "diag", "bundle", "--stick", device); err != nil {
		g.t.Fatal(err)
	}
	if mounts := g.run("cat", "/proc/mounts"); strings.Contains(mounts, device) {
		g.t.Errorf("the stick is still mounted: %s", mounts)
	}
	names, err := onStick(g.stick)
	if err != nil {
		g.t.Fatal(err)
	}
	has := func(part string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return strings.Contains(name, part) })
	}
	if !has(".tar.gz/") || !has("/manifest.json") || has(".partial") {
		g.t.Errorf("on the stick: %q", names)
	}
}
