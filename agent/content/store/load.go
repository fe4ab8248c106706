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

// relist lists again what the pool has when no item is known: its disk was kept while the host was installed anew. An item of which
// a blob is missing is not one.
func (s *Store) relist() error {
	if len(s.items) > 0 {
		return nil
	}
	for digest, size := range s.blobs {
		if size > content.DefaultLimits.ManifestBytes {
			continue
		}
		m, err := s.readManifest(digest)
		if err != nil || len(s.missing(m)) > 0 {
			continue
		}
		info, err := os.Stat(s.path(digest))
		if err != nil {
			return fmt.Errorf("list what the storage pool has: %w", err)
		}
		if err := s.putRecord(newRecord(digest, m, info.ModTime().UTC()), m); err != nil {
			return err
		}
		s.o.Log.Info("content that was in the storage pool is listed again", "item", m.Name, "version", m.Version, "digest", digest)
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
