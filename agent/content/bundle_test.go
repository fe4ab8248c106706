package content

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// entry is one tar entry of a test bundle.
type entry struct {
	name string
	data []byte
	kind byte
	link string
}

func file(name string, data []byte) entry { return entry{name: name, data: data, kind: tar.TypeReg} }

func blobOf(data []byte) Blob { return Blob{Digest: DigestOf(data), SizeBytes: int64(len(data))} }

// good returns the entries of a valid bundle of plain blobs.
func good(blobs ...[]byte) []entry {
	index := []byte(`{"schemaVersion":2}`)
	m := Manifest{Schema: Schema, Name: "test", Version: "1.0.0-1", Type: "kubernetes", Index: blobOf(index)}
	var files []entry
	for _, b := range blobs {
		m.Blobs = append(m.Blobs, blobOf(b))
		files = append(files, file("blobs/sha256/"+strings.TrimPrefix(DigestOf(b), "sha256:"), b))
	}
	slices.SortFunc(m.Blobs, func(a, b Blob) int { return strings.Compare(a.Digest, b.Digest) })
	raw, _ := json.Marshal(m)
	return append([]entry{file("manifest.json", raw), file("oci-layout", []byte(`{"imageLayoutVersion":"1.0.0"}`)),
		file("index.json", index)}, files...)
}

func packTar(t testing.TB, entries []entry) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, e := range entries {
		h := &tar.Header{Name: e.name, Mode: 0o644, Size: int64(len(e.data)), Typeflag: e.kind, Linkname: e.link}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(e.data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func compress(t testing.TB, raw []byte, opts ...zstd.EOption) []byte {
	t.Helper()
	var buf bytes.Buffer
	w, err := zstd.NewWriter(&buf, opts...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(raw); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// memSink keeps verified blobs.
type memSink struct {
	blobs map[string][]byte
	fail  error
}

func (s *memSink) Begin(Manifest, []byte) error { s.blobs = map[string][]byte{}; return nil }

func (s *memSink) Blob(b Blob, r io.Reader) error {
	if s.fail != nil {
		return s.fail
	}
	data, err := io.ReadAll(r)
	if err == nil {
		s.blobs[b.Digest] = data
	}
	return err
}

func TestReadBundle(t *testing.T) {
	a, b := []byte("one blob"), bytes.Repeat([]byte("x"), 1<<20)
	entries := good(a, b)
	entries = append(entries[:3:3], append([]entry{{name: "blobs/", kind: tar.TypeDir}, {name: "blobs/sha256/", kind: tar.TypeDir}}, entries[3:]...)...)
	sink := &memSink{}
	m, digest, err := ReadBundle(t.Context(), bytes.NewReader(compress(t, packTar(t, entries))), DefaultLimits, sink)
	if err != nil {
		t.Fatal(err)
	}
	if digest != DigestOf(entries[0].data) || m.Name != "test" {
		t.Errorf("item %s of %s", digest, m.Name)
	}
	if len(sink.blobs) != 3 || !bytes.Equal(sink.blobs[DigestOf(b)], b) {
		t.Errorf("sink got %d blobs", len(sink.blobs))
	}
}

func TestReadBundleRefuses(t *testing.T) {
	a := []byte("one blob")
	name := "blobs/sha256/" + strings.TrimPrefix(DigestOf(a), "sha256:")
	edit := func(f func(e []entry) []entry) []byte { return compress(t, packTar(t, f(good(a)))) }
	add := func(x entry) []byte { return edit(func(e []entry) []entry { return append(e, x) }) }
	whole := compress(t, packTar(t, good(a)))
	for what, tc := range map[string]struct {
		raw  []byte
		want string
	}{
		"empty":           {nil, "empty"},
		"not zstd":        {[]byte("hello, this is no zstd at all"), "torn or damaged"},
		"torn zstd":       {whole[:len(whole)-5], "torn or damaged"},
		"torn in half":    {whole[:len(whole)/2], "torn or damaged"},
		"torn tar":        {compress(t, packTar(t, good(a))[:len(packTar(t, good(a)))-1024-508]), "torn or damaged"},
		"torn between":    {compress(t, packTar(t, good(a))[:512*6]), "missing"},
		"flipped bit":     {flip(whole, len(whole)/2), ""},
		"manifest second": {edit(func(e []entry) []entry { return append(e[1:2:2], e...) }), "not manifest.json"},
		"tampered blob":   {edit(func(e []entry) []entry { e[3].data = []byte("two blob"); return e }), "tampered"},
		"longer blob":     {edit(func(e []entry) []entry { e[3].data = []byte("one blob."); return e }), "manifest.json says"},
		"tampered index":  {edit(func(e []entry) []entry { e[2].data = []byte(`{"schemaVersion":3}`); return e }), "tampered"},
		"missing blob":    {edit(func(e []entry) []entry { return e[:3] }), "missing"},
		"missing layout":  {edit(func(e []entry) []entry { return append(e[:1:1], e[2:]...) }), "oci-layout is missing"},
		"missing index":   {edit(func(e []entry) []entry { return append(e[:2:2], e[3:]...) }), "index.json is missing"},
		"wrong layout":    {edit(func(e []entry) []entry { e[1].data = []byte(`{"imageLayoutVersion":"2"}`); return e }), "oci-layout"},
		"duplicate":       {add(file(name, a)), "twice"},
		"second manifest": {add(file("manifest.json", []byte("{}"))), "twice"},
		"extra file":      {add(file("blobs/sha256/"+strings.Repeat("0", 64), a)), "not named"},
		"traversal":       {add(file("../../etc/passwd", a)), "not named"},
		"dotted traverse": {add(file("blobs/sha256/../../x", a)), "not named"},
		"absolute":        {add(file("/etc/passwd", a)), "not named"},
		"symlink":         {add(entry{name: "blobs/sha256/link", kind: tar.TypeSymlink, link: "/etc"}), "not a regular file"},
		"hard link":       {add(entry{name: "h", kind: tar.TypeLink, link: "manifest.json"}), "not a regular file"},
		"device":          {add(entry{name: "dev", kind: tar.TypeBlock}), "not a regular file"},
		"other folder":    {add(entry{name: "etc/", kind: tar.TypeDir}), "not a regular file"},
		"symlinked blob": {edit(func(e []entry) []entry {
			e[3] = entry{name: name, kind: tar.TypeSymlink, link: "/etc/shadow"}
			return e
		}), "not a regular file"},
		"trailing bomb":  {compress(t, append(packTar(t, good(a)), make([]byte, 64<<20)...)), "after the end"},
		"huge window":    {compress(t, make([]byte, 300<<20), zstd.WithWindowSize(256<<20)), "torn or damaged"},
		"large manifest": {edit(func(e []entry) []entry { e[0].data = make([]byte, 5<<20); return e }), "at most"},
		"foreign schema": {edit(func(e []entry) []entry { e[0].data = []byte(`{"schema":2}`); return e }), "schema 2"},
		"manifest tail":  {edit(func(e []entry) []entry { e[0].data = append(e[0].data, "{}"...); return e }), "after its end"},
	} {
		t.Run(what, func(t *testing.T) {
			_, _, err := ReadBundle(t.Context(), bytes.NewReader(tc.raw), DefaultLimits, &memSink{})
			if !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want an ErrInvalid with %q", err, tc.want)
			}
		})
	}
}

func flip(b []byte, i int) []byte {
	b = bytes.Clone(b)
	b[i] ^= 0x10
	return b
}

// An error of the disk, the sink or the caller is not the bundle's fault: it
// must not look like one, or the user would throw a good bundle away.
func TestReadBundlePassesForeignErrors(t *testing.T) {
	raw := compress(t, packTar(t, good([]byte("a"))))
	boom := errors.New("boom")
	if _, _, err := ReadBundle(t.Context(), bytes.NewReader(raw), DefaultLimits, &memSink{fail: boom}); !errors.Is(err, boom) || errors.Is(err, ErrInvalid) {
		t.Errorf("sink: %v", err)
	}
	torn := io.MultiReader(bytes.NewReader(raw[:len(raw)/2]), readerFunc(func([]byte) (int, error) { return 0, boom }))
	if _, _, err := ReadBundle(t.Context(), torn, DefaultLimits, &memSink{}); !errors.Is(err, boom) || errors.Is(err, ErrInvalid) {
		t.Errorf("source: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := ReadBundle(ctx, bytes.NewReader(raw), DefaultLimits, &memSink{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// lazySink does not read what it gets.
type lazySink struct{}

func (lazySink) Begin(Manifest, []byte) error { return nil }
func (lazySink) Blob(Blob, io.Reader) error   { return nil }

func TestReadBundleNoticesUnreadBlobs(t *testing.T) {
	raw := compress(t, packTar(t, good([]byte("a"))))
	if _, _, err := ReadBundle(t.Context(), bytes.NewReader(raw), DefaultLimits, lazySink{}); err == nil {
		t.Error("a sink that reads nothing passed")
	}
}

// FuzzReadBundle mutates the tar inside the zstd frame (run it with
// -fuzzminimizetime 10x: the decoder's goroutines make coverage noisy): what is accepted
// must have delivered exactly the blobs of its manifest.
func FuzzReadBundle(f *testing.F) {
	f.Add(packTar(f, good([]byte("a"), []byte("b"))))
	f.Add(packTar(f, good()))
	f.Add([]byte{})
	limits := Limits{ManifestBytes: 1 << 16, IndexBytes: 1 << 16, Blobs: 16, BlobBytes: 1 << 16, TotalBytes: 1 << 18}
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		sink := &memSink{}
		m, digest, err := ReadBundle(t.Context(), bytes.NewReader(enc.EncodeAll(raw, nil)), limits, sink)
		if err != nil {
			return
		}
		if _, err := DigestHex(digest); err != nil {
			t.Error(err)
		}
		for _, b := range m.AllBlobs() {
			if got := blobOf(sink.blobs[b.Digest]); got != b {
				t.Errorf("blob %v was delivered as %v", b, got)
			}
		}
	})
}

// FuzzReadStream gives raw bytes to the zstd layer.
func FuzzReadStream(f *testing.F) {
	f.Add(compress(f, packTar(f, good([]byte("a")))))
	f.Fuzz(func(t *testing.T, raw []byte) {
		_, _, _ = ReadBundle(t.Context(), bytes.NewReader(raw), DefaultLimits, &memSink{})
	})
}
