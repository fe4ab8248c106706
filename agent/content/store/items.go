package store

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/slipway-os/slipway/agent/content"
)

// Item is one content bundle in the store.
type Item struct {
	content.CatalogEntry
	// Missing are the blobs of the item that are not there: lost or damaged
	// ones. An item without any is complete.
	Missing []content.Blob
}

// Removal is what a delete or a garbage collection removes, or would remove.
type Removal struct {
	Blobs      []content.Blob
	FreedBytes int64
}

func decodeRecord(key string, raw []byte) (record, error) {
	var r record
	if err := json.Unmarshal(raw, &r); err != nil {
		return r, fmt.Errorf("record of content item %s: %w", key, err)
	}
	return r, nil
}

// List returns the items, newest first.
func (s *Store) List() []Item {
	s.mu.RLock()
	defer s.mu.RUnlock()
	items := make([]Item, 0, len(s.items))
	for _, it := range s.sorted() {
		items = append(items, s.view(it))
	}
	return items
}

// Catalog is what the leader asks of every host: all items of this store.
func (s *Store) Catalog() content.Catalog {
	c := content.Catalog{}
	for _, it := range s.List() {
		c = append(c, it.CatalogEntry)
	}
	return c
}

// sorted returns the items, newest first; callers hold mu.
func (s *Store) sorted() []*item {
	var all []*item
	for _, it := range s.items {
		if !it.Unfinished {
			all = append(all, it)
		}
	}
	slices.SortFunc(all, func(a, b *item) int {
		return cmp.Or(b.AddedAt.Compare(a.AddedAt), cmp.Compare(a.Digest, b.Digest))
	})
	return all
}

func (s *Store) view(it *item) Item {
	v := Item{CatalogEntry: content.CatalogEntry{Digest: it.Digest, Name: it.Name, Version: it.Version,
		Type: it.Type, SizeBytes: it.SizeBytes, AddedAt: it.AddedAt}}
	if _, ok := s.blobs[it.Digest]; !ok || it.manifest == nil {
		v.Missing = append(v.Missing, content.Blob{Digest: it.Digest})
	}
	if it.manifest != nil {
		v.Missing = append(v.Missing, s.missing(*it.manifest)...)
	}
	return v
}

// Show returns one item and its manifest.
func (s *Store) Show(digest string) (Item, content.Manifest, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	it, ok := s.items[digest]
	if !ok || it.Unfinished {
		return Item{}, content.Manifest{}, fmt.Errorf("content item %s: %w", digest, ErrNotFound)
	}
	if it.manifest == nil {
		return s.view(it), content.Manifest{}, fmt.Errorf("manifest of content item %s: %w", digest, ErrDamaged)
	}
	return s.view(it), *it.manifest, nil
}

// Missing lists the blobs of m that the store does not have.
func (s *Store) Missing(m content.Manifest) []content.Blob {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.missing(m)
}

func (s *Store) missing(m content.Manifest) []content.Blob {
	var gone []content.Blob
	for _, b := range m.AllBlobs() {
		if size, ok := s.blobs[b.Digest]; !ok || size != b.SizeBytes {
			gone = append(gone, b)
		}
	}
	return gone
}
