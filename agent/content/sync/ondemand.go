package sync

import (
	"context"
	"errors"
	"fmt"

	"github.com/slipway-os/slipway/agent/content"
)

// errUnknown says that no item of the group has the blob.
var errUnknown = errors.New("no content item has this blob")

// Fetch gets one blob of an item now, from any host, for a reader who waits
// for it. It refuses blobs of no item, so that a stranger's wish moves nothing.
func (s *Syncer) Fetch(ctx context.Context, digest string) error {
	for !s.o.Store.Has(digest) {
		b, ok := s.find(digest)
		if !ok {
			return fmt.Errorf("%s: %w", digest, errUnknown)
		}
		s.mu.Lock()
		under := s.flights[digest]
		s.mu.Unlock()
		if under == nil {
			if fl, ok := s.claim(digest, 2*s.o.Parallel); ok {
				err := s.fetchNow(ctx, b, fl)
				s.release(digest, fl)
				return err
			}
			return errBusy
		}
		select {
		case <-under.done:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func (s *Syncer) fetchNow(ctx context.Context, b content.Blob, fl *flight) error {
	s.refresh(ctx)
	s.mu.Lock()
	var sources []string
	for id, set := range s.holds {
		if set[b.Digest] {
			sources = append(sources, id)
		}
	}
	s.mu.Unlock()
	if len(sources) == 0 {
		return fmt.Errorf("%s: no reachable host has it", b.Digest)
	}
	err := s.fetch(ctx, b, sources, fl)
	s.record(b.Digest, err)
	return err
}

func (s *Syncer) find(digest string) (content.Blob, bool) {
	entries, _ := s.goal()
	for _, e := range entries {
		m, err := s.o.Store.Manifest(e.Digest)
		if err != nil {
			continue
		}
		for _, b := range m.AllBlobs() {
			if b.Digest == digest {
				return b, true
			}
		}
	}
	return content.Blob{}, false
}
