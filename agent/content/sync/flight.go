package sync

import (
	"context"
	"errors"
	"sync/atomic"
	"time"
)

// flight is a fetch under way.
type flight struct {
	done  chan struct{}
	bytes atomic.Int64
}

// failure says when a blob may be tried again.
type failure struct {
	count int
	until time.Time
	err   error
}

// claim starts the only flight of a blob, if limit flights are not exceeded.
func (s *Syncer) claim(digest string, limit int) (*flight, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.flights[digest] != nil || len(s.flights) >= limit {
		return nil, false
	}
	f := &flight{done: make(chan struct{})}
	s.flights[digest] = f
	return f, true
}

func (r *run) land(digest string, f *flight) {
	r.release(digest, f)
	select {
	case r.landed <- struct{}{}:
	default:
	}
}

func (s *Syncer) release(digest string, f *flight) {
	s.mu.Lock()
	delete(s.flights, digest)
	s.mu.Unlock()
	close(f.done)
}

// record notes how a fetch ended and when to try again: soon if the peers
// were only busy, else with exponential back-off up to 30 s.
func (s *Syncer) record(digest string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	switch {
	case err == nil:
		delete(s.failures, digest)
	case errors.Is(err, context.Canceled):
	case errors.Is(err, errBusy):
		f := s.failures[digest]
		f.until = now.Add(s.o.Poll / 2)
		s.failures[digest] = f
	default:
		f := s.failures[digest]
		f.count++
		f.err = err
		f.until = now.Add(min(s.o.Poll/2<<min(f.count, 10), idle))
		s.failures[digest] = f
		s.o.Log.Warn("content blob could not be fetched", "digest", digest, "try", f.count, "error", err)
	}
}
