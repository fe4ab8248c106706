package sync

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/slipway-os/slipway/agent/content"
	"github.com/slipway-os/slipway/agent/content/store"
)

// goal is the catalog, or the own items when none is set.
func (s *Syncer) goal() (entries content.Catalog, own bool) {
	s.mu.Lock()
	entries = s.catalog
	s.mu.Unlock()
	if entries == nil {
		return s.o.Store.Catalog(), true
	}
	return entries, false
}

// reconcile deletes what the catalog does not have, records items whose blobs
// are all there and returns the blobs that are missing.
func (s *Syncer) reconcile() []content.Blob {
	entries, own := s.goal()
	whole := map[string]bool{} // recorded items; true if nothing of them is missing
	for _, it := range s.o.Store.List() {
		whole[it.Digest] = len(it.Missing) == 0
	}
	var expected []string
	missing := map[string]content.Blob{}
	for _, e := range entries {
		lacks, known := s.lacks(e)
		if known {
			expected = append(expected, e.Digest)
		}
		if len(lacks) == 0 && !whole[e.Digest] {
			s.complete(e)
		}
		for _, b := range lacks {
			missing[b.Digest] = b
		}
	}
	if err := s.o.Store.Expect(expected); err != nil {
		s.o.Log.Warn("expected content cannot be declared", "error", err)
	}
	if !own {
		s.prune(entries, whole)
		if len(expected) == len(entries) {
			s.collect(missing)
		}
	}
	return slices.Collect(maps.Values(missing))
}

func (s *Syncer) complete(e content.CatalogEntry) {
	if err := s.o.Store.AddItem(e); err != nil {
		s.complain(e.Digest, err)
		return
	}
	s.o.Log.Info("content item is complete", "item", e.Name, "version", e.Version, "digest", e.Digest)
	s.notify(true)
}

// lacks lists the blobs an item lacks. Without its manifest that is the
// manifest, whose size is not known yet (-1).
func (s *Syncer) lacks(e content.CatalogEntry) (blobs []content.Blob, known bool) {
	if !s.o.Store.Has(e.Digest) {
		return []content.Blob{{Digest: e.Digest, SizeBytes: -1}}, false
	}
	m, err := s.o.Store.Manifest(e.Digest)
	if errors.Is(err, store.ErrDamaged) {
		err = s.o.Store.Verify(context.Background(), e.Digest) // removes it: the next step fetches it
	}
	if err != nil {
		s.complain(e.Digest, fmt.Errorf("read manifest: %w", err))
		return []content.Blob{{Digest: e.Digest, SizeBytes: -1}}, false
	}
	return s.o.Store.Missing(m), true
}

// prune deletes the recorded items that are not in the catalog.
func (s *Syncer) prune(entries content.Catalog, recorded map[string]bool) {
	for _, e := range entries {
		delete(recorded, e.Digest)
	}
	for digest := range recorded {
		_, err := s.o.Store.Delete(context.Background(), digest, false)
		switch {
		case errors.Is(err, store.ErrInUse):
			s.o.Log.Debug("deleted content is kept while the cluster uses it", "digest", digest)
		case err != nil:
			s.o.Log.Warn("content that was deleted on the leader could not be deleted here", "digest", digest, "error", err)
		default:
			s.o.Log.Info("content item deleted as on the leader", "digest", digest)
			s.notify(true)
		}
	}
}

// collect removes, once per catalog, what an abandoned item left: blobs that
// nothing needs and unfinished ones that are not missing.
func (s *Syncer) collect(missing map[string]content.Blob) {
	s.mu.Lock()
	due := !s.collected
	s.collected = true
	s.mu.Unlock()
	if !due {
		return
	}
	_, err := s.o.Store.Collect(context.Background(), false)
	err = errors.Join(err, s.o.Store.DropPartials(func(digest string) bool {
		_, wanted := missing[digest]
		return wanted
	}))
	if err != nil {
		s.o.Log.Warn("what is left of deleted content could not be removed", "error", err)
	}
}

// complain records an error that every step would meet again, once per back-off.
func (s *Syncer) complain(digest string, err error) {
	s.mu.Lock()
	early := time.Now().Before(s.failures[digest].until)
	s.mu.Unlock()
	if !early {
		s.record(digest, err)
	}
}
