package bundlewriter

import (
	"archive/tar"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

func TestLayerIsSortedAndTimeless(t *testing.T) {
	entries := []Entry{
		{Path: "/usr/bin/b", Mode: 0o755, Data: Bytes([]byte("b"))},
		{Path: "/usr/bin/a", Link: "b"},
		{Path: "/status", Dir: true, Mode: 0o755, UID: 999},
	}
	layer, err := NewLayer(t.Context(), entries...)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, h := range headers(t, layer) {
		got = append(got, h.Name)
		if !h.ModTime.IsZero() && h.ModTime.Unix() != 0 {
			t.Errorf("%s has the time %s", h.Name, h.ModTime)
		}
		if h.Name == "status/" && h.Uid != 999 {
			t.Errorf("%s belongs to %d", h.Name, h.Uid)
		}
	}
	if want := "status/ usr/ usr/bin/ usr/bin/a usr/bin/b"; strings.Join(got, " ") != want {
		t.Errorf("layer has %v, want %s", got, want)
	}
	entries[0], entries[2] = entries[2], entries[0]
	again, err := NewLayer(t.Context(), entries...)
	if err != nil {
		t.Fatal(err)
	}
	if again.Digest != layer.Digest || again.DiffID != layer.DiffID {
		t.Error("the same files in another order give another layer")
	}
}

func headers(t *testing.T, layer Layer) []*tar.Header {
	t.Helper()
	r, err := layer.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	zr, err := zstd.NewReader(r)
	if err != nil {
		t.Fatal(err)
	}
	defer zr.Close()
	var all []*tar.Header
	for tr := tar.NewReader(zr); ; {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, h)
	}
}

func TestLayerRefuses(t *testing.T) {
	file := func(path string) Entry { return Entry{Path: path, Data: Bytes(nil)} }
	for name, entries := range map[string][]Entry{
		"relative":       {file("bin/sh")},
		"not clean":      {file("/bin/../sh")},
		"root":           {file("/")},
		"twice":          {file("/a"), file("/a")},
		"under a file":   {file("/a"), file("/a/b")},
		"under a link":   {{Path: "/lib", Link: "usr/lib"}, file("/lib/x")},
		"trailing slash": {file("/a/")},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := NewLayer(t.Context(), entries...); err == nil {
				t.Error("want an error")
			}
		})
	}
}
