package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/slipway-os/slipway/agent/content"
)

// removeItem deletes what only this item needs, then its record. The manifest
// comes into place first and goes last: while it is not there, neither is
// anything else, and with it the rest can be found after a kill.
func (s *Store) removeItem(digest string, m *content.Manifest) error {
	if m != nil {
		blobs := s.exclusive(digest, *m)
		others := slices.DeleteFunc(slices.Clone(blobs), func(b content.Blob) bool { return b.Digest == digest })
		if err := s.removeBlobs(others); err != nil {
			return err
		}
		if err := s.removeBlobs(blobs); err != nil {
			return err
		}
	}
	if err := s.o.Records.Delete(digest); err != nil {
		return fmt.Errorf("remove the record of a content item: %w", err)
	}
	return nil
}

// removeBlobs deletes blobs and makes that durable.
func (s *Store) removeBlobs(blobs []content.Blob) error {
	for _, b := range blobs {
		if err := os.Remove(s.path(b.Digest)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove blob: %w", err)
		}
		delete(s.blobs, b.Digest)
		s.version++
	}
	return syncDir(s.blobDir())
}

// syncDir makes renames and removals in dir durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("sync folder %s: %w", dir, err)
	}
	return nil
}
