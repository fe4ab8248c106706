package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/slipway-os/slipway/agent/content"
)

// Import reads a content bundle, verifies it and makes it an item. Nothing of
// it is visible before all of it is verified, and after an error nothing of
// it is left. Importing an item that is already there adds what it lacks.
// progress, if not nil, gets the bytes read so far and their sum, every MiB.
func (s *Store) Import(ctx context.Context, r io.Reader, progress func(done, total int64)) (Item, error) {
	dir, err := os.MkdirTemp(s.o.Dir, "import-")
	if err != nil {
		return Item{}, fmt.Errorf("import: %w", err)
	}
	defer os.RemoveAll(dir)
	imp := &importer{s: s, dir: dir, progress: progress}
	m, digest, err := content.ReadBundle(ctx, r, content.DefaultLimits, imp)
	if err != nil {
		return Item{}, err
	}
	if err := content.CheckGraph(m, imp.read); err != nil {
		return Item{}, err
	}
	if err := syncDir(dir); err != nil {
		return Item{}, err
	}
	if err := s.commit(newRecord(digest, m, s.o.Now()), m, dir); err != nil {
		return Item{}, err
	}
	s.o.OnChange()
	item, _, err := s.Show(digest)
	return item, err
}

func newRecord(digest string, m content.Manifest, at time.Time) record {
	return record{Digest: digest, Name: m.Name, Version: m.Version, Type: m.Type, SizeBytes: m.TotalBytes(), AddedAt: at.UTC()}
}

// importer stages the blobs that the store does not have.
type importer struct {
	s        *Store
	dir      string
	progress func(done, total int64)
	// done bytes of total are read; told is what progress was told last.
	done, total, told int64
}

// Begin implements content.Sink.
func (i *importer) Begin(m content.Manifest, raw []byte) error {
	var need int64
	for _, b := range i.s.Missing(m) {
		need += b.SizeBytes
	}
	if err := i.s.CheckSpace(need); err != nil {
		return err
	}
	i.total = m.TotalBytes()
	f, err := os.OpenFile(i.staged(content.DigestOf(raw)), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("stage manifest: %w", err)
	}
	_, err = f.Write(raw)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("stage manifest: %w", err)
	}
	return nil
}

// Blob implements content.Sink.
func (i *importer) Blob(b content.Blob, r io.Reader) error {
	r = io.TeeReader(r, writerFunc(i.count))
	if i.s.hasSize(b) {
		_, err := io.Copy(io.Discard, r)
		return err
	}
	f, err := os.OpenFile(i.staged(b.Digest), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("stage blob: %w", err)
	}
	_, err = io.Copy(f, r)
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("stage blob %s: %w", b.Digest, err)
	}
	return nil
}

func (s *Store) hasSize(b content.Blob) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	size, ok := s.blobs[b.Digest]
	return ok && size == b.SizeBytes
}

func (i *importer) count(p []byte) (int, error) {
	i.done += int64(len(p))
	if i.progress != nil && (i.done-i.told >= 1<<20 || i.done == i.total) {
		i.told = i.done
		i.progress(i.done, i.total)
	}
	return len(p), nil
}

func (i *importer) staged(digest string) string {
	h, _ := content.DigestHex(digest)
	return filepath.Join(i.dir, h)
}

// read returns a blob that is staged or was in the store before.
func (i *importer) read(digest string) ([]byte, error) {
	raw, err := os.ReadFile(i.staged(digest))
	if errors.Is(err, os.ErrNotExist) {
		return i.s.ReadBlob(digest, content.MaxArtifactBytes)
	}
	return raw, err
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
