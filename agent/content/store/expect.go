package store

import (
	"fmt"

	"github.com/slipway-os/slipway/agent/content"
)

// Expect declares the manifests of items that are on their way, by digest:
// their blobs are kept from garbage collection and their tags resolve. It
// replaces what was expected before; sync calls it. Manifest blobs must be in
// the store.
func (s *Store) Expect(digests []string) error {
	expected := make(map[string]content.Manifest, len(digests))
	for _, d := range digests {
		m, err := s.Manifest(d)
		if err != nil {
			return err
		}
		expected[d] = m
	}
	s.mu.Lock()
	s.expected = expected
	s.mu.Unlock()
	return nil
}

// Manifest reads the manifest blob of an item, recorded or not.
func (s *Store) Manifest(digest string) (content.Manifest, error) {
	s.mu.RLock()
	m, ok := s.expected[digest]
	if it := s.items[digest]; it != nil && it.manifest != nil {
		m, ok = *it.manifest, true
	}
	_, have := s.blobs[digest]
	s.mu.RUnlock()
	if ok && have {
		return m, nil
	}
	return s.readManifest(digest)
}

func (s *Store) readManifest(digest string) (content.Manifest, error) {
	raw, err := s.ReadBlob(digest, content.DefaultLimits.ManifestBytes)
	if err != nil {
		return content.Manifest{}, err
	}
	return content.ParseManifest(raw, content.DefaultLimits)
}

// AddItem records an item whose manifest and blobs are all in the store, with
// the time it was added on the leader.
func (s *Store) AddItem(entry content.CatalogEntry) error {
	m, err := s.Manifest(entry.Digest)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if gone := s.missing(m); len(gone) > 0 {
		return fmt.Errorf("content item %s lacks %d blobs: %w", entry.Digest, len(gone), ErrNotFound)
	}
	return s.putRecord(newRecord(entry.Digest, m, entry.AddedAt), m)
}

// putRecord writes the record that makes an item visible; callers hold mu.
func (s *Store) putRecord(r record, m content.Manifest) error {
	if err := s.o.Records.Put(r.Digest, r); err != nil {
		return fmt.Errorf("record content item %s: %w", r.Name, err)
	}
	s.items[r.Digest] = &item{record: r, manifest: &m}
	return nil
}
