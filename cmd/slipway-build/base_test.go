package main

import (
	"archive/tar"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// twoLayers is an image whose upper layer takes a file of the lower one away.
func twoLayers(t *testing.T) v1.Image {
	t.Helper()
	image := empty.Image
	for _, names := range [][]string{{"etc/kept", "etc/gone"}, {"etc/.wh.gone", "etc/added"}} {
		var b bytes.Buffer
		w := tar.NewWriter(&b)
		for _, n := range names {
			if err := w.WriteHeader(&tar.Header{Name: n, Mode: 0o644, Typeflag: tar.TypeReg}); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b.Bytes())), nil })
		if err == nil {
			image, err = mutate.AppendLayers(image, layer)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return image
}

// A base in a container image becomes one tree, whichever archive it comes in; other bases are left alone.
func TestFlatBase(t *testing.T) {
	dir := t.TempDir()
	docker, oci, folder := filepath.Join(dir, "docker.tar"), filepath.Join(dir, "oci.tar"), filepath.Join(dir, "layout")
	if err := tarball.WriteToFile(docker, name.MustParseReference("base:1"), twoLayers(t)); err != nil {
		t.Fatal(err)
	}
	path, err := layout.Write(folder, empty.Index)
	if err == nil {
		err = path.AppendImage(twoLayers(t))
	}
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "tar", "-C", folder, "-cf", oci, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	for _, base := range []string{docker, oci} {
		flat, err := flatBase(t.Context(), base, t.TempDir())
		if err != nil {
			t.Fatalf("%s: %v", base, err)
		}
		if got := tarNames(t, flat); !slices.Equal(got, []string{"etc/added", "etc/kept"}) {
			t.Errorf("%s holds %v", base, got)
		}
		if again, err := flatBase(t.Context(), flat, t.TempDir()); err != nil || again != flat {
			t.Errorf("a tree in a tar archive became %s, %v", again, err)
		}
	}
	if same, err := flatBase(t.Context(), dir, t.TempDir()); err != nil || same != dir {
		t.Errorf("a directory became %s, %v", same, err)
	}
}

func tarNames(t *testing.T, file string) (names []string) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for r := tar.NewReader(f); ; {
		h, err := r.Next()
		if err != nil {
			slices.Sort(names)
			return names
		}
		names = append(names, h.Name)
	}
}
