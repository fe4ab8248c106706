package store

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/slipway-os/slipway/agent/content"
)

func (s *Store) loadBlobs() error {
	entries, err := os.ReadDir(s.blobDir())
	if err != nil {
		return fmt.Errorf("list the storage pool: %w", err)
	}
	for _, e := range entries {
		digest := "sha256:" + e.Name()
		info, err := e.Info()
		if _, bad := content.DigestHex(digest); bad != nil || err != nil || !info.Mode().IsRegular() {
			s.o.Log.Warn("foreign file in the content store is ignored", "file", e.Name())
			continue
		}
		s.blobs[digest] = info.Size()
	}
	return nil
}

func (s *Store) loadItems() error {
	err := s.o.Records.Each(func(key string, raw []byte) error {
		r, err := decodeRecord(key, raw)
		if err != nil {
			return err
		}
		it := &item{record: r}
		if m, err := s.readManifest(r.Digest); err == nil {
			it.manifest = &m
		} else {
			s.o.Log.Warn("manifest of a content item cannot be read", "item", r.Name, "digest", r.Digest, "error", err)
		}
		s.items[key] = it
		return nil
	})
	if err != nil {
		return fmt.Errorf("load the content items: %w", err)
	}
	return nil
}

// rollBack removes items whose import or deletion was killed on the way.
func (s *Store) rollBack() error {
	for digest, it := range s.items {
		if !it.Unfinished {
			continue
		}
		s.o.Log.Info("removing what an interrupted import or deletion left", "item", it.Name, "digest", digest)
		delete(s.items, digest)
		if err := s.removeItem(digest, it.manifest); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) removeStaged() error {
	staged, err := filepath.Glob(filepath.Join(s.o.Dir, "import-*"))
	if err != nil {
		return fmt.Errorf("look for interrupted imports: %w", err)
	}
	for _, dir := range staged {
		if err := os.RemoveAll(dir); err != nil {
			return fmt.Errorf("remove an interrupted import: %w", err)
		}
	}
	return nil
}
