package store

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/content"
	"github.com/slipway-os/slipway/agent/content/internal/sample"
)

func noReserve(int64) int64 { return 0 }

func newStore(t testing.TB, dir string, r Records) *Store {
	t.Helper()
	s, err := Open(Options{Dir: dir, Records: r, Reserve: noReserve})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func mustImport(t testing.TB, s *Store, raw []byte) Item {
	t.Helper()
	item, err := s.Import(t.Context(), bytes.NewReader(raw), nil)
	if err != nil {
		t.Fatal(err)
	}
	return item
}

// files lists every file and every import folder below dir.
func files(t testing.TB, dir string) []string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(dir, p)
		switch rel {
		case ".", "blobs", "blobs/sha256", "partial":
			return err
		}
		all = append(all, rel)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestImport(t *testing.T) {
	dir, records := t.TempDir(), &sample.Records{}
	s := newStore(t, dir, records)
	payload := sample.Random(1, 3<<20)
	raw, digest := sample.Bundle(t, "one", payload, []byte("second"))
	var done, total int64
	item, err := s.Import(t.Context(), bytes.NewReader(raw), func(d, n int64) { done, total = d, n })
	if err != nil {
		t.Fatal(err)
	}
	if item.Digest != digest || item.Name != "one" || len(item.Missing) != 0 || done != total || done < 3<<20 {
		t.Errorf("item %+v, progress %d of %d", item, done, total)
	}
	for what, s := range map[string]*Store{"running": s, "reopened": newStore(t, dir, records)} {
		t.Run(what, func(t *testing.T) { checkContent(t, s, payload) })
	}
	before := files(t, dir)
	again := mustImport(t, s, raw)
	if !again.AddedAt.Equal(item.AddedAt) || len(files(t, dir)) != len(before) {
		t.Error("importing it again changed something")
	}
}

func checkContent(t *testing.T, s *Store, payload []byte) {
	if l := s.List(); len(l) != 1 || len(l[0].Missing) != 0 {
		t.Fatalf("items %+v", l)
	}
	if i := s.Images(); len(i) != 1 || i[0].Ref != "docker.io/sample/one:v1" {
		t.Errorf("images %+v", i)
	}
	pack, err := s.FindPack("one", "1.0.0")
	if err != nil {
		t.Fatal(err)
	}
	config, packFiles, err := s.Pack(pack.Digest)
	if err != nil || config.Name != "one" || len(packFiles) != 2 || packFiles[0].Mode != 0o755 {
		t.Errorf("pack %+v %+v %v", config, packFiles, err)
	}
	f, err := s.OpenFile(pack.Digest, "bin/file0")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got, err := io.ReadAll(f); err != nil || !bytes.Equal(got, payload) {
		t.Errorf("file: %d bytes, %v", len(got), err)
	}
	if _, err := s.OpenFile(pack.Digest, "bin/none"); !errors.Is(err, ErrNotFound) {
		t.Errorf("absent file: %v", err)
	}
	if _, _, err := s.Pack(s.Images()[0].Digest); !errors.Is(err, content.ErrNotPack) {
		t.Errorf("image as pack: %v", err)
	}
	if y, err := s.Definition(s.Definitions()[0].Digest); err != nil || string(y) != "kind: ClusterDefinition\n" {
		t.Errorf("definition %q, %v", y, err)
	}
}

func TestDelete(t *testing.T) {
	dir, records := t.TempDir(), &sample.Records{}
	var inUse []string
	s, err := Open(Options{Dir: dir, Records: records, Reserve: noReserve, InUse: func() []string { return inUse }})
	if err != nil {
		t.Fatal(err)
	}
	shared, own := sample.Random(1, 1000), sample.Random(2, 2000)
	raw1, one := sample.Bundle(t, "one", shared, own)
	raw2, two := sample.Bundle(t, "two", shared)
	mustImport(t, s, raw1)
	mustImport(t, s, raw2)

	all := len(files(t, dir))
	plan, err := s.Delete(t.Context(), one, true)
	if err != nil || plan.FreedBytes < 2000 || plan.FreedBytes > 50000 || len(files(t, dir)) != all || len(s.List()) != 2 {
		t.Fatalf("dry run %+v %v", plan, err)
	}
	pack, _ := s.FindPack("one", "1.0.0")
	inUse = []string{pack.Digest}
	if _, err := s.Delete(t.Context(), one, false); !errors.Is(err, ErrInUse) {
		t.Fatalf("delete in use: %v", err)
	}
	inUse = nil
	done, err := s.Delete(t.Context(), one, false)
	if err != nil || done.FreedBytes != plan.FreedBytes || len(files(t, dir)) != all-len(plan.Blobs) {
		t.Fatalf("deleted %+v %v", done, err)
	}
	if !s.Has(content.DigestOf(shared)) || s.Has(content.DigestOf(own)) {
		t.Error("the shared blob went or the own one stayed")
	}
	if _, err := s.Delete(t.Context(), one, false); !errors.Is(err, ErrNotFound) {
		t.Errorf("second delete: %v", err)
	}
	if _, err := s.Delete(t.Context(), two, false); err != nil || len(files(t, dir)) != 0 || records.Len() != 0 {
		t.Errorf("%v; left: %v", err, files(t, dir))
	}
}

func TestCollect(t *testing.T) {
	dir := t.TempDir()
	s := newStore(t, dir, &sample.Records{})
	raw, _ := sample.Bundle(t, "one", []byte("x"))
	mustImport(t, s, raw)
	n := len(files(t, dir))
	orphan := []byte("orphan")
	b := content.Blob{Digest: content.DigestOf(orphan), SizeBytes: 6}
	if err := s.Put(t.Context(), b, bytes.NewReader(orphan)); err != nil {
		t.Fatal(err)
	}
	if r, err := s.Collect(t.Context(), true); err != nil || len(r.Blobs) != 1 || r.FreedBytes != 6 || !s.Has(b.Digest) {
		t.Errorf("dry run %+v %v", r, err)
	}
	if r, err := s.Collect(t.Context(), false); err != nil || len(r.Blobs) != 1 || len(files(t, dir)) != n {
		t.Errorf("collect %+v %v", r, err)
	}
}

func TestPartial(t *testing.T) {
	dir := t.TempDir()
	s := newStore(t, dir, &sample.Records{})
	data := sample.Random(1, 100000)
	b := content.Blob{Digest: content.DigestOf(data), SizeBytes: int64(len(data))}
	_, tag := s.Have()
	for from := 0; from < len(data); from += 30000 {
		s = newStore(t, dir, &sample.Records{}) // as after a kill
		p, err := s.Partial(t.Context(), b)
		if err != nil || p.Size() != int64(from) {
			t.Fatalf("resume at %d, want %d: %v", p.Size(), from, err)
		}
		if _, err := p.Write(data[from:min(len(data), from+30000)]); err != nil {
			t.Fatal(err)
		}
		if from+30000 < len(data) {
			p.Close()
			continue
		}
		if _, err := p.Write([]byte("more")); !errors.Is(err, content.ErrInvalid) {
			t.Errorf("too long: %v", err)
		}
		if err := p.Commit(); err != nil {
			t.Fatal(err)
		}
	}
	if have, now := s.Have(); !s.Has(b.Digest) || len(have) != 1 || now == tag || len(files(t, dir)) != 1 {
		t.Errorf("have %v, left %v", have, files(t, dir))
	}
}

func TestPutRefusesWrongBytes(t *testing.T) {
	dir := t.TempDir()
	s := newStore(t, dir, &sample.Records{})
	b := content.Blob{Digest: content.DigestOf([]byte("right")), SizeBytes: 5}
	for _, data := range []string{"wrong", "rightly", "righ", ""} {
		if err := s.Put(t.Context(), b, bytes.NewReader([]byte(data))); !errors.Is(err, content.ErrInvalid) || s.Has(b.Digest) || len(files(t, dir)) != 0 {
			t.Errorf("%q: %v; left %v", data, err, files(t, dir))
		}
	}
	if err := s.Put(t.Context(), b, bytes.NewReader([]byte("right"))); err != nil || !s.Has(b.Digest) {
		t.Error(err)
	}
}

func TestAddItemNeedsAllBlobs(t *testing.T) {
	leader := newStore(t, t.TempDir(), &sample.Records{})
	raw, digest := sample.Bundle(t, "one", []byte("x"))
	item := mustImport(t, leader, raw)
	manifest, err := leader.ReadBlob(digest, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	s := newStore(t, t.TempDir(), &sample.Records{})
	if err := s.Put(context.Background(), content.Blob{Digest: digest, SizeBytes: int64(len(manifest))}, bytes.NewReader(manifest)); err != nil {
		t.Fatal(err)
	}
	if err := s.AddItem(item.CatalogEntry); err == nil || len(s.List()) != 0 {
		t.Fatalf("half an item was recorded: %v", err)
	}
	if err := s.Expect([]string{digest}); err != nil || len(s.Images()) != 1 {
		t.Fatalf("expected item does not resolve: %v", err)
	}
	for _, b := range s.Missing(mustManifest(t, leader, digest)) {
		data, _ := leader.ReadBlob(b.Digest, 1<<20)
		if err := s.Put(t.Context(), b, bytes.NewReader(data)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.AddItem(item.CatalogEntry); err != nil || len(s.List()) != 1 || !s.List()[0].AddedAt.Equal(item.AddedAt.Truncate(time.Nanosecond)) {
		t.Errorf("%v: %+v", err, s.List())
	}
}

func mustManifest(t *testing.T, s *Store, digest string) content.Manifest {
	t.Helper()
	m, err := s.Manifest(digest)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// A host that is installed anew has its pool and no records: what is whole in the pool is there again, and nothing else.
func TestKeptPoolIsListedAgain(t *testing.T) {
	dir := t.TempDir()
	s := newStore(t, dir, &sample.Records{})
	raw, whole := sample.Bundle(t, "whole", sample.Random(1, 1000))
	before := mustImport(t, s, raw)
	raw, half := sample.Bundle(t, "half", sample.Random(2, 2000), []byte(`{"schema":1}`))
	mustImport(t, s, raw)
	_, m, err := s.Show(half)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range m.Blobs {
		if b.SizeBytes == 2000 {
			if err := os.Remove(s.path(b.Digest)); err != nil {
				t.Fatal(err)
			}
		}
	}
	records := &sample.Records{}
	for range 2 { // a second start finds it in the records
		list := newStore(t, dir, records).List()
		if len(list) != 1 || list[0].Digest != whole || list[0].Name != "whole" || list[0].SizeBytes != before.SizeBytes || len(list[0].Missing) != 0 ||
			time.Since(list[0].AddedAt) > time.Hour {
			t.Fatalf("listed are %+v", list)
		}
	}
	if records.Len() != 1 {
		t.Errorf("%d records", records.Len())
	}
}
