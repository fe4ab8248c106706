package sync

import (
	"maps"
	"slices"
	"time"

	"github.com/slipway-os/slipway/agent/content"
)

// plan chooses what to fetch now.
func (s *Syncer) plan(missing []content.Blob) []content.Fetch {
	g := content.Group{Self: s.o.Self, Holds: map[string]map[string]bool{}, Barred: map[string]map[string]bool{}}
	for _, p := range s.o.Peers() {
		if p.Leader {
			g.Leader = p.ID
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	g.Relaxed = now.Sub(s.moved) >= s.o.Patience
	maps.Copy(g.Holds, s.holds) // the sets are replaced, never changed
	for key, until := range s.refused {
		if now.Before(until) {
			id, digest := key[0], key[1]
			if g.Barred[id] == nil {
				g.Barred[id] = map[string]bool{}
			}
			g.Barred[id][digest] = true
		}
	}
	var manifests []content.Fetch
	ready := make([]content.Blob, 0, len(missing))
	for _, b := range missing {
		switch {
		case s.flights[b.Digest] != nil || now.Before(s.failures[b.Digest].until):
		case b.SizeBytes < 0:
			if ids := holders(g, b.Digest); len(ids) > 0 {
				manifests = append(manifests, content.Fetch{Blob: b, Sources: ids})
			}
		default:
			ready = append(ready, b)
		}
	}
	return append(manifests, content.Plan(ready, g)...)
}

// holders lists all that hold a manifest, the leader first: it is small, and
// nothing goes on without it, so nobody waits for another host to take it.
func holders(g content.Group, digest string) []string {
	var ids []string
	for id, set := range g.Holds {
		switch {
		case !set[digest] || g.Barred[id][digest]:
		case id == g.Leader:
			ids = slices.Insert(ids, 0, id)
		default:
			ids = append(ids, id)
		}
	}
	return ids
}
