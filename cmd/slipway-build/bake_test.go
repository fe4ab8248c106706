package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/content/baked"
	"github.com/slipway-os/slipway/agent/content/bundlewriter"
	"github.com/slipway-os/slipway/agent/content/store"
	"github.com/slipway-os/slipway/agent/sbom"
	"github.com/slipway-os/slipway/iso"
	"github.com/slipway-os/slipway/iso/appliance"
)

const edgeDefinition = `apiVersion: slipway.dev/v1
kind: ClusterDefinition
metadata: {name: edge, version: "1.0.0"}
packs:
  - {name: kubernetes, version: "1.0.0", layer: kubernetes}
variables: []
`

// ingredients is a folder with a bundle and a cluster definition.
func ingredients(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	layer, err := bundlewriter.NewLayer(t.Context(), bundlewriter.Entry{Path: "/data", Mode: 0o644, Data: bundlewriter.Bytes([]byte("slipway"))})
	if err != nil {
		t.Fatal(err)
	}
	image, err := bundlewriter.NewImage("docker.io/slipway/tiny:1", bundlewriter.ImageConfig{}, []bundlewriter.Layer{layer})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := bundlewriter.Write(t.Context(), bundlewriter.Spec{Name: "tiny", Version: "1", Type: "app", Images: []bundlewriter.Image{image}}, &b); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"tiny.tar.zst": b.Bytes(), "edge.yaml": []byte(edgeDefinition), "cut.tar.zst": b.Bytes()[:b.Len()-50]} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// Features 3 and 4. A bundle and a cluster definition go on the medium, are read there by another program, and come to the host
// as they were.
func TestBakedContentOnTheMedium(t *testing.T) {
	if _, err := exec.LookPath("xorriso"); err != nil {
		t.Skip("xorriso is not installed: run tests/packages.sh")
	}
	var log bytes.Buffer
	b := &bakery{folder: ingredients(t), temp: t.TempDir(), epoch: time.Unix(0, 0), log: &log}
	files, size, err := b.bake(t.Context(), appliance.Content{Bundles: []string{"tiny.tar.zst"}, Definitions: []string{"edge.yaml"}})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 3 || size < 500 || !strings.Contains(log.String(), "needs pack kubernetes 1.0.0") {
		t.Errorf("baked %d files of %d bytes; said %s", len(files), size, &log)
	}
	image := filepath.Join(t.TempDir(), "test.iso")
	writeImage(t, image, files)
	medium := filepath.Join(t.TempDir(), "medium")
	if out, err := exec.CommandContext(t.Context(), "xorriso", "-osirrox", "on", "-indev", image, "-extract", "/slipway/content", medium).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	host := filepath.Join(t.TempDir(), "content")
	if err := baked.Copy(t.Context(), medium, host, func(int64, int64) {}); err != nil {
		t.Fatal(err)
	}
	index, err := baked.ReadIndex(host)
	if err != nil || len(index.Bundles) != 2 {
		t.Fatalf("%+v, %v", index, err)
	}
	pool, err := store.Open(store.Options{Dir: t.TempDir(), Records: records{}, Reserve: func(int64) int64 { return 0 }})
	if err != nil {
		t.Fatal(err)
	}
	for _, bundle := range index.Bundles {
		r := bundle.Open(host)
		defer r.Close()
		if _, err := pool.Import(t.Context(), r, nil); err != nil {
			t.Errorf("%s: %v", bundle.Name, err)
		}
	}
	if d := pool.Definitions(); len(pool.List()) != 2 || len(d) != 1 || d[0].Name != "edge" {
		t.Errorf("the host has %+v, with the definitions %+v", pool.List(), d)
	}
}

// records forgets: the test's store lives as long as the test.
type records struct{}

func (records) Put(string, any) error                         { return nil }
func (records) Delete(string) error                           { return nil }
func (records) Each(func(key string, raw []byte) error) error { return nil }

func writeImage(t *testing.T, out string, files []iso.File) {
	t.Helper()
	part := filepath.Join(t.TempDir(), "part")
	if err := os.WriteFile(part, bytes.Repeat([]byte("part"), 5000), 0o600); err != nil {
		t.Fatal(err)
	}
	list := filepath.Join(t.TempDir(), "sbom")
	if data, err := sbom.Encode(nil); err != nil || os.WriteFile(list, data, 0o600) != nil {
		t.Fatal("the list of components cannot be written")
	}
	spec, err := iso.Tree(iso.Parts{Squashfs: part, Kernel: part, Initrd: part, BIOS: part, MBR: part, Shim: part, Grub: part, SBOM: list},
		iso.Content{Menu: iso.Menu{Release: "v1.0.0", Consoles: []string{"tty1"}}, Baked: files, Epoch: time.Unix(0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	if err := iso.Write(t.Context(), spec, out); err != nil {
		t.Fatal(err)
	}
	if _, err := iso.Verify(t.Context(), out); err != nil {
		t.Fatal(err)
	}
}

func TestWhatCannotBeBaked(t *testing.T) {
	dir := ingredients(t)
	for want, c := range map[string]appliance.Content{
		"cut.tar.zst":    {Bundles: []string{"cut.tar.zst"}},
		"no such file":   {Bundles: []string{"absent.tar.zst"}},
		"listed twice":   {Bundles: []string{"tiny.tar.zst", "tiny.tar.zst"}},
		"cannot be read": {Definitions: []string{"tiny.tar.zst"}},
	} {
		b := &bakery{folder: dir, temp: t.TempDir(), log: t.Output()}
		if _, _, err := b.bake(t.Context(), c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
