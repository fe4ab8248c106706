package baked

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// medium is a folder as it lies on a medium: one bundle in three parts, one in one.
func medium(t *testing.T) (dir string, index Index, contents map[string][]byte) {
	t.Helper()
	dir, contents = t.TempDir(), map[string][]byte{"big.tar.zst": bytes.Repeat([]byte("0123456789"), 250), "small.tar.zst": []byte("x")}
	for _, name := range []string{"big.tar.zst", "small.tar.zst"} {
		source := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(source, contents[name], 0o600); err != nil {
			t.Fatal(err)
		}
		b, err := Describe(source, 1000)
		if err != nil {
			t.Fatal(err)
		}
		index.Bundles = append(index.Bundles, b)
		left := contents[name]
		for _, p := range b.Parts {
			if err := os.WriteFile(filepath.Join(dir, p.File), left[:p.SizeBytes], 0o400); err != nil {
				t.Fatal(err)
			}
			left = left[p.SizeBytes:]
		}
	}
	if err := writeIndex(dir, index); err != nil {
		t.Fatal(err)
	}
	return dir, index, contents
}

func quiet(int64, int64) {}

// Feature 3. Bundles come from the medium to the host, are read there part after part, and go one by one.
func TestFromMediumToHost(t *testing.T) {
	from, index, contents := medium(t)
	if len(index.Bundles[0].Parts) != 3 || index.Bundles[0].Parts[2].SizeBytes != 500 {
		t.Fatalf("parts are %+v", index.Bundles[0].Parts)
	}
	to := filepath.Join(t.TempDir(), "content")
	var done, total int64
	if err := Copy(t.Context(), from, to, func(d, n int64) { done, total = d, n }); err != nil {
		t.Fatal(err)
	}
	if done != 2501 || total != 2501 {
		t.Errorf("progress ended at %d of %d", done, total)
	}
	got, err := ReadIndex(to)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range got.Bundles {
		r := b.Open(to)
		data, err := io.ReadAll(r)
		if err != nil || !bytes.Equal(data, contents[b.Name]) {
			t.Errorf("%s reads as %d bytes, %v", b.Name, len(data), err)
		}
		if err := errors.Join(r.Close(), Remove(to, b.Name), Remove(to, b.Name)); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Stat(to); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder stayed: %v", err)
	}
	// An appliance without baked content has nothing to copy.
	if err := Copy(t.Context(), t.TempDir(), to, quiet); err != nil {
		t.Error(err)
	}
}

// A copy that is stopped, or a medium that is damaged, leaves nothing that looks complete.
func TestCopyIsWholeOrNotAtAll(t *testing.T) {
	from, _, _ := medium(t)
	to := filepath.Join(t.TempDir(), "content")
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Copy(stopped, from, to, quiet); err == nil {
		t.Error("a copy that was stopped is taken for one that is done")
	}
	damaged := filepath.Join(from, "big.tar.zst.part01")
	for want, stop := range map[string]func() context.Context{
		"damaged on the medium": func() context.Context {
			os.Remove(damaged)
			if err := os.WriteFile(damaged, bytes.Repeat([]byte("!"), 1000), 0o600); err != nil {
				t.Fatal(err)
			}
			return t.Context()
		},
		"no such file": func() context.Context { os.Remove(damaged); return t.Context() },
	} {
		if err := Copy(stop(), from, to, quiet); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
		if _, err := os.Stat(to); !errors.Is(err, os.ErrNotExist) {
			t.Error("half a copy is shown as done")
		}
	}
}

func TestCutPartIsAnError(t *testing.T) {
	dir, index, _ := medium(t)
	if err := os.Truncate(filepath.Join(dir, "big.tar.zst.part01"), 10); err != nil {
		t.Fatal(err)
	}
	r := index.Bundles[0].Open(dir)
	defer r.Close()
	if n, err := io.Copy(io.Discard, r); err == nil || n != 1010 {
		t.Errorf("read %d bytes, %v", n, err)
	}
}

func TestIndexRefuses(t *testing.T) {
	digest := strings.Repeat("0", 64)
	for name, b := range map[string]Bundle{
		"climbs":       {"a", 1, []Part{{"../a", 1, digest}}},
		"climbs in it": {"../a", 1, []Part{{"a", 1, digest}}},
		"index":        {"a", 1, []Part{{IndexFile, 1, digest}}},
		"sum":          {"a", 2, []Part{{"a.part00", 1, digest}}},
		"negative":     {"a", -1, []Part{{"a.part00", -1, digest}}},
		"twice":        {"a", 2, []Part{{"a.part00", 1, digest}, {"a.part00", 1, digest}}},
		"digest":       {"a", 1, []Part{{"a.part00", 1, "0"}}},
		"no part":      {"a", 0, nil},
	} {
		if err := (Index{[]Bundle{b}}).Validate(); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	empty := filepath.Join(t.TempDir(), "empty.tar.zst")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Describe(empty, PartSize); err == nil {
		t.Error("an empty bundle was taken")
	}
}

func FuzzReadIndex(f *testing.F) {
	f.Add([]byte(`{"bundles":[{"name":"a","sizeBytes":1,"parts":[{"file":"a.part00","sizeBytes":1,"sha256":"` + strings.Repeat("0", 64) + `"}]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, IndexFile), data, 0o600); err != nil {
			t.Fatal(err)
		}
		i, err := ReadIndex(dir)
		if err != nil {
			return
		}
		for _, b := range i.Bundles {
			for _, p := range b.Parts {
				if filepath.Dir(filepath.Join(dir, p.File)) != dir {
					t.Errorf("%q leads out of the folder", p.File)
				}
			}
		}
	})
}
