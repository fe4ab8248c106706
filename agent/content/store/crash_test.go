package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/renameio/v2"
	"golang.org/x/sys/unix"

	"github.com/slipway-os/slipway/agent/content"
	"github.com/slipway-os/slipway/agent/content/bundlewriter"
	"github.com/slipway-os/slipway/agent/content/internal/sample"
)

// After an import that failed, nothing of it may stay in the pool.
func TestFailedImportLeavesNothing(t *testing.T) {
	raw, _ := sample.Bundle(t, "one", sample.Random(1, 1<<20), sample.Random(2, 1<<20))
	boom := errors.New("boom")
	for what, tc := range map[string]struct {
		raw   io.Reader
		setup func(o *Options)
		want  error
	}{
		"torn":       {raw: bytes.NewReader(raw[:len(raw)-100]), want: content.ErrInvalid},
		"half":       {raw: bytes.NewReader(raw[:len(raw)/2]), want: content.ErrInvalid},
		"tampered":   {raw: bytes.NewReader(flip(raw, len(raw)-5000)), want: content.ErrInvalid},
		"no bundle":  {raw: strings.NewReader("MZ this is an exe"), want: content.ErrInvalid},
		"hollow":     {raw: bytes.NewReader(hollow(t)), want: content.ErrInvalid},
		"read error": {raw: io.MultiReader(bytes.NewReader(raw[:len(raw)/2]), readerFunc(func([]byte) (int, error) { return 0, boom })), want: boom},
		"no space":   {raw: bytes.NewReader(raw), setup: func(o *Options) { o.Reserve = func(total int64) int64 { return total } }, want: ErrNoSpace},
		"no record": {raw: bytes.NewReader(raw), want: boom, setup: func(o *Options) {
			o.Records = &sample.Records{Fail: func(string) error { return boom }}
		}},
		"no last record": {raw: bytes.NewReader(raw), want: boom, setup: func(o *Options) {
			puts := 0
			o.Records = &sample.Records{Fail: func(string) error {
				if puts++; puts == 2 {
					return boom
				}
				return nil
			}}
		}},
	} {
		t.Run(what, func(t *testing.T) {
			o := Options{Dir: t.TempDir(), Records: &sample.Records{}, Reserve: noReserve}
			if tc.setup != nil {
				tc.setup(&o)
			}
			s, err := Open(o)
			if err != nil {
				t.Fatal(err)
			}
			_, err = s.Import(t.Context(), tc.raw, nil)
			if !errors.Is(err, tc.want) {
				t.Errorf("got %v, want %v", err, tc.want)
			}
			if left := files(t, o.Dir); len(left) != 0 || len(s.List()) != 0 || o.Records.(*sample.Records).Len() != 0 {
				t.Errorf("left: %v, items %v", left, s.List())
			}
		})
	}
}

// hollow is a bundle whose image lacks a layer that its manifest names.
func hollow(t *testing.T) []byte {
	t.Helper()
	config := bundlewriter.Bytes([]byte("{}"))
	absent := content.DigestOf([]byte("absent"))
	manifest := fmt.Sprintf(`{"schemaVersion":2,"config":{"digest":%q,"size":2},"layers":[{"digest":%q,"size":6}]}`, config.Digest, absent)
	var buf bytes.Buffer
	_, err := bundlewriter.Write(t.Context(), bundlewriter.Spec{Name: "hollow", Version: "1", Type: "kubernetes", Created: time.Unix(0, 0),
		Images: []bundlewriter.Image{{Ref: "docker.io/a/b:1", Platform: "linux/amd64", MediaType: "application/vnd.oci.image.manifest.v1+json",
			Manifest: []byte(manifest), Blobs: []bundlewriter.Blob{config}}}}, &buf)
	if err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func flip(b []byte, i int) []byte {
	b = bytes.Clone(b)
	b[i] ^= 1
	return b
}

// A pool that really fills up while blobs are written.
func TestFullPool(t *testing.T) {
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=1500k"); err != nil {
		t.Skipf("needs root to mount a small pool: %v", err)
	}
	t.Cleanup(func() { unix.Unmount(dir, unix.MNT_DETACH) })
	raw, _ := sample.Bundle(t, "one", sample.Random(1, 1<<20), sample.Random(2, 1<<20))
	lies := func(int64) int64 { return -1 << 40 } // lets the check of free space pass
	s, err := Open(Options{Dir: dir, Records: &sample.Records{}, Reserve: lies})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Import(t.Context(), bytes.NewReader(raw), nil); !errors.Is(err, unix.ENOSPC) || errors.Is(err, content.ErrInvalid) {
		t.Errorf("full pool: %v", err)
	}
	if left := files(t, dir); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
	s = newStore(t, dir, &sample.Records{})
	if _, err := s.Import(t.Context(), bytes.NewReader(raw), nil); !errors.Is(err, ErrNoSpace) || len(files(t, dir)) != 0 {
		t.Errorf("checked pool: %v", err)
	}
}

// A commit that was cut between renaming and recording is taken back, but not
// the blobs of other items.
func TestOpenRollsBack(t *testing.T) {
	dir, records := t.TempDir(), &sample.Records{}
	s := newStore(t, dir, records)
	raw1, _ := sample.Bundle(t, "one", []byte("shared"))
	mustImport(t, s, raw1)
	before := files(t, dir)
	raw2, two := sample.Bundle(t, "two", []byte("shared"), []byte("own"))
	mustImport(t, s, raw2)
	r := s.items[two].record
	r.Unfinished = true
	if err := records.Put(two, r); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "import-1", "x"), 0o700); err != nil {
		t.Fatal(err)
	}
	s = newStore(t, dir, records)
	if got := files(t, dir); fmt.Sprint(got) != fmt.Sprint(before) || len(s.List()) != 1 || records.Len() != 1 || len(s.List()[0].Missing) != 0 {
		t.Errorf("after roll back: %v, want %v", got, before)
	}
}

// dirRecords keeps records as files, to survive a kill.
type dirRecords struct{ dir string }

func (d dirRecords) name(key string) string {
	return filepath.Join(d.dir, strings.TrimPrefix(key, "sha256:"))
}

func (d dirRecords) Put(key string, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return renameio.WriteFile(d.name(key), raw, 0o600)
}

func (d dirRecords) Delete(key string) error { return os.Remove(d.name(key)) }

func (d dirRecords) Each(fn func(string, []byte) error) error {
	names, err := filepath.Glob(filepath.Join(d.dir, "[0-9a-f]*")) // without the hidden files of a killed renameio
	for _, n := range names {
		raw, rerr := os.ReadFile(n)
		err = errors.Join(err, rerr, fn("sha256:"+filepath.Base(n), raw))
	}
	return err
}

const crashEnv = "SLIPWAY_TEST_IMPORT"

// TestKilledImport kills a process that imports at a random time, many times:
// afterwards the item is whole or nothing is there.
func TestKilledImport(t *testing.T) {
	if dir := os.Getenv(crashEnv); dir != "" {
		importForever(t, dir)
	}
	if testing.Short() {
		t.Skip("starts many processes")
	}
	dir := t.TempDir()
	payloads := [][]byte{}
	for i := range 10 {
		payloads = append(payloads, sample.Random(uint64(i), 20000))
	}
	raw, _ := sample.Bundle(t, "one", payloads...)
	if err := os.WriteFile(filepath.Join(dir, "bundle"), raw, 0o600); err != nil {
		t.Fatal(err)
	}
	whole := 0
	for range 30 {
		killImporter(t, dir)
		s := newStore(t, filepath.Join(dir, "pool"), dirRecords{filepath.Join(dir, "records")})
		items := s.List()
		left := files(t, filepath.Join(dir, "pool"))
		switch {
		case len(items) == 0 && len(left) != 0:
			t.Fatalf("no item, but %d files are left", len(left))
		case len(items) == 1:
			whole++
			if damaged, err := s.VerifyAll(t.Context(), nil); len(items[0].Missing) != 0 || len(damaged) != 0 || err != nil {
				t.Fatalf("a half item shows: missing %v, damaged %v, %v", items[0].Missing, damaged, err)
			}
		}
	}
	t.Logf("%d of 30 kills left a whole item", whole)
}

func killImporter(t *testing.T, dir string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestKilledImport$")
	cmd.Env = append(os.Environ(), crashEnv+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 1)
	if _, err := out.Read(buf); err != nil { // it imports now
		t.Fatal(err)
	}
	time.Sleep(time.Duration(rand.IntN(400)) * time.Millisecond)
	cmd.Process.Kill()
	cmd.Wait()
}

// importForever imports and deletes until it is killed.
func importForever(t *testing.T, dir string) {
	raw, err := os.ReadFile(filepath.Join(dir, "bundle"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "records"), 0o700); err != nil {
		t.Fatal(err)
	}
	s := newStore(t, filepath.Join(dir, "pool"), dirRecords{filepath.Join(dir, "records")})
	fmt.Println("ready")
	for {
		item, err := s.Import(context.Background(), bytes.NewReader(raw), nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Delete(context.Background(), item.Digest, false); err != nil {
			t.Fatal(err)
		}
	}
}
