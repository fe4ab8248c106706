package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/slipway-os/slipway/agent/content"
)

// commit moves the staged blobs into place and writes the record last. On an
// error it takes back what it moved.
func (s *Store) commit(r record, m content.Manifest, dir string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if old, ok := s.items[r.Digest]; ok {
		r.AddedAt = old.AddedAt // the same item again: repaired, not new
	} else {
		journal := r
		journal.Unfinished = true
		if err := s.o.Records.Put(r.Digest, journal); err != nil {
			return fmt.Errorf("record content item %s: %w", r.Name, err)
		}
	}
	err := s.moveStaged(r.Digest, m, dir)
	if err == nil {
		err = s.putRecord(r, m)
	}
	if err == nil || s.items[r.Digest] != nil {
		return err
	}
	return errors.Join(err, s.removeItem(r.Digest, &m))
}

// moveStaged renames the manifest first: rollBack needs it to know the rest.
func (s *Store) moveStaged(digest string, m content.Manifest, dir string) error {
	manifest := content.Blob{Digest: digest}
	for n, b := range append([]content.Blob{manifest}, m.AllBlobs()...) {
		h, err := content.DigestHex(b.Digest)
		if err != nil {
			return err
		}
		from := filepath.Join(dir, h)
		info, err := os.Stat(from)
		if errors.Is(err, os.ErrNotExist) && s.blobs[b.Digest] == b.SizeBytes {
			continue // was in the store before
		}
		if err != nil {
			return fmt.Errorf("blob %s went away during the import: try again: %w", b.Digest, err)
		}
		if err := os.Rename(from, s.path(b.Digest)); err != nil {
			return fmt.Errorf("put blob in place: %w", err)
		}
		s.blobs[b.Digest] = info.Size()
		s.version++
		if n == 0 {
			if err := syncDir(s.blobDir()); err != nil {
				return err
			}
		}
	}
	return syncDir(s.blobDir())
}
