package sync

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"sync"
	"time"

	"github.com/slipway-os/slipway/agent/content"
)

const (
	haveTimeout = 5 * time.Second
	// maxHave bounds a have list: some ten full bundles of 75-byte entries.
	maxHave = 16 << 20
)

// refresh asks every peer what it holds. Peers that do not answer hold nothing.
func (s *Syncer) refresh(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, haveTimeout)
	defer cancel()
	var wg sync.WaitGroup
	peers := s.o.Peers()
	for _, p := range peers {
		wg.Go(func() {
			set, tag, err := s.have(ctx, p)
			s.learn(p, set, tag, err)
		})
	}
	wg.Wait()
	s.forgetOthers(peers)
}

// have returns nil if the list is as it was.
func (s *Syncer) have(ctx context.Context, p Peer) (set map[string]bool, tag string, err error) {
	s.mu.Lock()
	header := http.Header{}
	if old := s.tags[p.ID]; old != "" {
		header.Set("If-None-Match", old)
	}
	s.mu.Unlock()
	resp, err := send(ctx, p, http.MethodGet, havePath, header)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusNotModified {
		return nil, "", nil
	}
	if resp.StatusCode != http.StatusOK {
		return nil, "", fmt.Errorf("the host answered %s", resp.Status)
	}
	var digests []string
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxHave)).Decode(&digests); err != nil {
		return nil, "", fmt.Errorf("read the list of blobs: %w", err)
	}
	set = make(map[string]bool, len(digests))
	for _, d := range digests {
		set[d] = true
	}
	return set, resp.Header.Get("ETag"), nil
}

func (s *Syncer) learn(p Peer, set map[string]bool, tag string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.o.Log.Debug("host does not say what content it holds", "host", p.ID, "error", err)
		delete(s.holds, p.ID)
		delete(s.tags, p.ID)
		return
	}
	if set == nil {
		return
	}
	if !p.Leader && !maps.Equal(set, s.holds[p.ID]) {
		s.moved = time.Now()
	}
	s.holds[p.ID], s.tags[p.ID] = set, tag
}

// forgetOthers drops what is known of hosts that left the group.
func (s *Syncer) forgetOthers(peers []Peer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	in := make(map[string]bool, len(peers))
	for _, p := range peers {
		in[p.ID] = true
	}
	for id := range s.holds {
		if !in[id] {
			delete(s.holds, id)
			delete(s.tags, id)
		}
	}
	for key, until := range s.refused {
		if time.Now().After(until) {
			delete(s.refused, key)
		}
	}
}

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
