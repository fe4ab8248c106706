package sync

import (
	"errors"

	"github.com/slipway-os/slipway/agent/content"
	"github.com/slipway-os/slipway/agent/content/store"
)

// failedAfter is how many tries of a blob fail before its item is shown as
// failed. It is tried on.
const failedAfter = 3

// Progress reports every item of the catalog, in its order.
func (s *Syncer) Progress() []content.ItemReport {
	entries, _ := s.goal()
	reports := make([]content.ItemReport, 0, len(entries))
	for _, e := range entries {
		reports = append(reports, s.item(e))
	}
	return reports
}

// Report is Progress with the space of the pool, as it goes to the leader.
func (s *Syncer) Report() content.Report {
	r := content.Report{Items: s.Progress()}
	if sp, err := s.o.Store.Space(); err == nil {
		r.FreeBytes, r.TotalBytes = sp.FreeBytes, sp.TotalBytes
	}
	return r
}

func (s *Syncer) item(e content.CatalogEntry) content.ItemReport {
	r := content.ItemReport{Digest: e.Digest, State: content.Pending}
	m, err := s.o.Store.Manifest(e.Digest)
	if err != nil {
		s.explain(&r, []content.Blob{{Digest: e.Digest}})
		return r
	}
	r.TotalBytes = m.TotalBytes()
	missing := s.o.Store.Missing(m)
	r.CompletedBytes = r.TotalBytes
	for _, b := range missing {
		r.CompletedBytes -= b.SizeBytes
	}
	it, _, err := s.o.Store.Show(e.Digest)
	if err == nil && len(it.Missing) == 0 {
		r.State = content.Completed
		return r
	}
	s.explain(&r, missing)
	return r
}

// explain adds the bytes under way and why it does not go on.
func (s *Syncer) explain(r *content.ItemReport, missing []content.Blob) {
	s.mu.Lock()
	defer s.mu.Unlock()
	held := len(missing) == 0
	var worst failure
	for _, b := range append(missing, content.Blob{Digest: r.Digest}) {
		if f := s.flights[b.Digest]; f != nil {
			held = true
			r.CompletedBytes = min(r.TotalBytes, r.CompletedBytes+f.bytes.Load())
		}
		for _, set := range s.holds {
			held = held || set[b.Digest]
		}
		if f := s.failures[b.Digest]; f.err != nil && f.count > worst.count {
			worst = f
		}
	}
	switch {
	case worst.err != nil:
		r.Error = content.ErrorText(worst.err)
		if worst.count >= failedAfter || errors.Is(worst.err, store.ErrNoSpace) {
			r.State = content.Failed
		}
	case !held:
		r.Error = "no reachable host holds what is missing: is the leader up?"
	}
}
