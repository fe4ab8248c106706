package tus

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"
)

// Uploads lists all uploads, newest first. The offset of one that is being
// written is live.
func (s *Server) Uploads() ([]Upload, error) {
	records, err := s.store.list()
	if err != nil {
		return nil, err
	}
	var all []Upload
	for _, r := range records {
		u, err := r.upload()
		if err != nil {
			return nil, err
		}
		if a := s.store.writing(u.ID); a != nil {
			u.OffsetBytes = max(u.OffsetBytes, a.offset.Load())
		}
		all = append(all, u)
	}
	slices.SortFunc(all, func(a, b Upload) int { return b.CreatedAt.Compare(a.CreatedAt) })
	return all, nil
}

// Completed lists the uploads whose bytes are all there and durable: those
// that wait for import or are in it.
func (s *Server) Completed() ([]Upload, error) {
	records, err := s.store.list()
	if err != nil {
		return nil, err
	}
	var done []Upload
	for _, r := range records {
		u, err := r.upload()
		if err != nil {
			return nil, err
		}
		if u.Done() {
			done = append(done, u)
		}
	}
	return done, nil
}

// Open opens the bytes of a complete upload.
func (s *Server) Open(id string) (io.ReadCloser, error) {
	r, err := s.store.load(id)
	if err != nil {
		return nil, err
	}
	if r.Offset != r.Size {
		return nil, fmt.Errorf("upload %s is not complete: %d of %d bytes are there", id, r.Offset, r.Size)
	}
	f, err := os.Open(s.store.part(id))
	if err != nil {
		return nil, fmt.Errorf("open upload: %w", err)
	}
	return f, nil
}

// Remove removes an upload: after its import, or because the user gave it up.
// Removing one that is gone is no error.
func (s *Server) Remove(id string) error { return s.store.remove(id) }

// Run removes uploads that expired, until ctx ends.
func (s *Server) Run(ctx context.Context) error {
	tick := time.NewTicker(max(s.o.Expiry/24, time.Second))
	defer tick.Stop()
	for {
		if err := s.Sweep(); err != nil {
			s.o.Log.Warn("expired uploads could not be removed", "error", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// Sweep removes the incomplete uploads without progress for Expiry.
func (s *Server) Sweep() error {
	records, err := s.store.list()
	if err != nil {
		return err
	}
	for _, r := range records {
		if r.Offset == r.Size || s.store.writing(r.ID) != nil || s.o.Now().Sub(r.Updated) < s.o.Expiry {
			continue
		}
		s.o.Log.Info("expired upload removed", "upload", r.ID, "file", r.Filename)
		err = errors.Join(err, s.store.remove(r.ID))
	}
	return errors.Join(err, s.store.removeStray())
}
