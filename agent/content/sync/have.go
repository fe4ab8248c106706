package sync

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"sync"
	"time"
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
