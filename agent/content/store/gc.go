package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/slipway-os/slipway/agent/content"
)

// Delete removes an item and the blobs that no other item needs, or, with
// dryRun, only says what would go. An item in use by the cluster is refused
// with ErrInUse.
func (s *Store) Delete(_ context.Context, digest string, dryRun bool) (Removal, error) {
	inUse := s.o.InUse()
	r, err := s.delete(digest, dryRun, inUse)
	if err == nil && !dryRun {
		s.o.OnChange()
	}
	return r, err
}

func (s *Store) delete(digest string, dryRun bool, inUse []string) (Removal, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	it, ok := s.items[digest]
	if !ok {
		return Removal{}, fmt.Errorf("content item %s: %w", digest, ErrNotFound)
	}
	if uses(it, inUse) {
		return Removal{}, fmt.Errorf("content %s %s is %w: delete or upgrade the cluster first", it.Name, it.Version, ErrInUse)
	}
	var gone []content.Blob
	if it.manifest != nil {
		gone = s.exclusive(digest, *it.manifest)
	}
	r := removal(gone)
	if dryRun {
		return r, nil
	}
	journal := it.record
	journal.Unfinished = true
	if err := s.o.Records.Put(digest, journal); err != nil {
		return Removal{}, fmt.Errorf("delete content item: %w", err)
	}
	delete(s.items, digest)
	return r, s.removeItem(digest, it.manifest)
}

func uses(it *item, inUse []string) bool {
	if slices.Contains(inUse, it.Digest) {
		return true
	}
	if it.manifest == nil {
		return false
	}
	return slices.ContainsFunc(it.manifest.Packs, func(p content.Pack) bool { return slices.Contains(inUse, p.Digest) }) ||
		slices.ContainsFunc(it.manifest.Images, func(i content.Image) bool { return slices.Contains(inUse, i.Digest) }) ||
		slices.ContainsFunc(it.manifest.Definitions, func(d content.Definition) bool { return slices.Contains(inUse, d.Digest) })
}

func removal(blobs []content.Blob) Removal {
	r := Removal{Blobs: blobs}
	for _, b := range blobs {
		r.FreedBytes += b.SizeBytes
	}
	return r
}

// exclusive lists the blobs in the store that only the item with this
// manifest needs; callers hold mu.
func (s *Store) exclusive(digest string, m content.Manifest) []content.Blob {
	kept := s.kept(digest)
	var only []content.Blob
	for _, b := range append([]content.Blob{{Digest: digest}}, m.AllBlobs()...) {
		if size, ok := s.blobs[b.Digest]; ok && !kept[b.Digest] {
			only = append(only, content.Blob{Digest: b.Digest, SizeBytes: size})
		}
	}
	return only
}

// kept has every blob that items and expected items need, without those of
// the item except; callers hold mu.
func (s *Store) kept(except string) map[string]bool {
	kept := map[string]bool{}
	keep := func(digest string, m *content.Manifest) {
		kept[digest] = true
		if m != nil {
			for _, b := range m.AllBlobs() {
				kept[b.Digest] = true
			}
		}
	}
	for d, it := range s.items {
		if d != except {
			keep(d, it.manifest)
		}
	}
	for d, m := range s.expected {
		if d != except {
			keep(d, &m)
		}
	}
	return kept
}

// Collect removes the blobs that no item and no expected item needs, or, with
// dryRun, only lists them. While the manifest of any item cannot be read its
// blobs are not known, so nothing is removed and ErrDamaged is returned.
func (s *Store) Collect(_ context.Context, dryRun bool) (Removal, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for d, it := range s.items {
		if it.manifest == nil {
			return Removal{}, fmt.Errorf("manifest of content item %s: %w", d, ErrDamaged)
		}
	}
	kept := s.kept("")
	var gone []content.Blob
	for d, size := range s.blobs {
		if !kept[d] {
			gone = append(gone, content.Blob{Digest: d, SizeBytes: size})
		}
	}
	slices.SortFunc(gone, func(a, b content.Blob) int {
		if a.Digest < b.Digest {
			return -1
		}
		return 1
	})
	if dryRun {
		return removal(gone), nil
	}
	return removal(gone), s.removeBlobs(gone)
}
