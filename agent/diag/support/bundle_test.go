package support

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var at = time.Date(2026, 3, 14, 15, 9, 26, 0, time.UTC)

// unpack reads a bundle: its files by name without the folder.
func unpack(t *testing.T, r io.Reader) (files map[string]string, m Manifest) {
	t.Helper()
	zipped, err := gzip.NewReader(r)
	if err != nil {
		t.Fatal(err)
	}
	files = map[string]string{}
	for archive := tar.NewReader(zipped); ; {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(archive)
		if err != nil {
			t.Fatal(err)
		}
		_, name, _ := strings.Cut(h.Name, "/")
		files[name] = string(b)
	}
	if err := json.Unmarshal([]byte(files["manifest.json"]), &m); err != nil {
		t.Fatal(err)
	}
	return files, m
}

func text(name, s string) Source {
	return Source{name, func(context.Context) ([]byte, error) { return []byte(s), nil }}
}

// Feature 140: secrets wherever they can stand, and none of them in the bundle.
func TestNoSecretGetsIntoABundle(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x.log")
	var all strings.Builder
	for _, s := range planted {
		all.WriteString(s + "\n\n-----END RSA PRIVATE KEY-----\n")
	}
	if err := os.WriteFile(file, []byte(all.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	sources := []Source{
		Tail("file.txt", file), Command("command.txt", "cat", file),
		Command("error.txt", "sh", "-c", "cat "+file+" >&2; exit 1"),
		JSON("value.json", func(context.Context) (any, error) { return map[string]any{"all": planted, "password": canary}, nil }),
		{"failed.txt", func(context.Context) ([]byte, error) { return nil, errors.New("no way to http://x:" + canary + "@h") }},
	}
	for name, s := range planted {
		sources = append(sources, text("one/"+name+".txt", s))
	}
	k := Keeper{Dir: filepath.Join(t.TempDir(), "support")}
	if _, err := k.Make(t.Context(), Manifest{Host: "h1", CreatedAt: at}, sources, func(int) {}); err != nil {
		t.Fatal(err)
	}
	f, _, err := k.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	files, m := unpack(t, f)
	if len(m.Files) != len(sources) || len(files) != len(sources) { // all but the one that failed, and the manifest
		t.Errorf("%d files, %d in the manifest, of %d sources", len(files), len(m.Files), len(sources))
	}
	for name, s := range files {
		if strings.Contains(s, canary) || strings.Contains(s, strings.ToLower(canary)[:16]) {
			t.Errorf("%s has a secret:\n%s", name, s)
		}
	}
}

func TestABadSourceCostsOneFile(t *testing.T) {
	var b bytes.Buffer
	done := 0
	err := write(t.Context(), &b, "f", Manifest{Host: "h1", CreatedAt: at}, []Source{
		Command("none.txt", "/no/such/program"), Command("bad.txt", "sh", "-c", "echo why; exit 3"), Tail("dir.txt", t.TempDir()),
		{"panic.txt", func(context.Context) ([]byte, error) { panic("oh") }}, text("good.txt", "good\n"),
	}, maxTotal, func(n int) { done = n })
	if err != nil {
		t.Fatal(err)
	}
	files, m := unpack(t, &b)
	if files["good.txt"] != "good\n" || files["bad.txt"] != "why\n" || done != 5 {
		t.Errorf("%d done, files %q", done, files)
	}
	for i, f := range m.Files {
		if (f.Error == "") != (i == 4) {
			t.Errorf("%+v", f)
		}
	}
}

func TestABundleIsBounded(t *testing.T) {
	var b bytes.Buffer
	sources := []Source{text("one", strings.Repeat(strings.Repeat("x", 1023)+"\n", MaxFile>>10+1)), text("two", "22"), text("three", "4444"), text("four", "1")}
	if err := write(t.Context(), &b, "f", Manifest{}, sources, MaxFile+3, func(int) {}); err != nil {
		t.Fatal(err)
	}
	files, m := unpack(t, &b)
	if len(files["one"]) != MaxFile || files["two"] == "" || files["three"] != "" || files["four"] == "" || !strings.Contains(m.Files[2].Error, "the bundle is full") {
		t.Errorf("%d files, the first of %d bytes, the third says %q", len(files), len(files["one"]), m.Files[2].Error)
	}
}

func TestTheEndOfALongFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x")
	if err := os.WriteFile(file, []byte("first line\nsecond\nthird\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for limit, want := range map[int64]string{100: "first line\nsecond\nthird\n", 14: "second\nthird\n", 10: "third\n"} {
		if b, err := ReadTail(file, limit); err != nil || string(b) != want {
			t.Errorf("%d bytes: %q, %v", limit, b, err)
		}
	}
}

func TestOneBundleIsKept(t *testing.T) {
	k := Keeper{Dir: filepath.Join(t.TempDir(), "support")}
	if _, err := k.Kept(); !errors.Is(err, ErrNone) {
		t.Errorf("at first: %v", err)
	}
	if err := os.MkdirAll(k.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	left := filepath.Join(k.Dir, "slipway-support-h1-20260101T000000Z.tar.gz.partial") // by a power cut
	if err := os.WriteFile(left, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	make := func(at time.Time) Kept {
		t.Helper()
		kept, err := k.Make(t.Context(), Manifest{Host: "../h 1", CreatedAt: at}, []Source{text("a", "a")}, func(int) {})
		if err != nil {
			t.Fatal(err)
		}
		return kept
	}
	first := make(at)
	if first.Name != "slipway-support--h-1-20260314T150926Z.tar.gz" || first.SizeBytes == 0 {
		t.Errorf("%+v", first)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := k.Make(ctx, Manifest{Host: "h1", CreatedAt: at.Add(time.Minute)}, []Source{text("a", "a")}, func(int) {}); err == nil {
		t.Error("a cancelled one is taken for whole")
	}
	if kept, err := k.Kept(); err != nil || kept.Name != first.Name {
		t.Errorf("after a cancelled one: %+v, %v", kept, err)
	}
	second := make(at.Add(time.Hour))
	entries, err := os.ReadDir(k.Dir)
	if err != nil || len(entries) != 1 || entries[0].Name() != second.Name {
		t.Errorf("%v, %v", entries, err)
	}
}
