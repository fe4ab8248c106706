package sync

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/slipway-os/slipway/agent/content"
	"github.com/slipway-os/slipway/agent/content/store"
)

// errBusy says that every host that has the blob sends as many as it may.
var errBusy = errors.New("the hosts that have it are busy")

const (
	// stallLimit ends a transfer without a byte; the next try resumes it.
	stallLimit = 30 * time.Second
	// refusal is how long a peer is not asked again for a blob it sent damaged.
	refusal = time.Minute
)

// fetch gets one blob from the first of sources that can send it.
func (s *Syncer) fetch(ctx context.Context, b content.Blob, sources []string, fl *flight) error {
	if b.SizeBytes < 0 {
		return s.fetchManifest(ctx, b.Digest, sources)
	}
	p, err := s.o.Store.Partial(ctx, b)
	if err != nil {
		return err
	}
	fl.bytes.Store(p.Size())
	resumed := p.Size() > 0
	var errs []error
	var used []string
	for _, peer := range s.peers(sources) {
		if p.Size() == b.SizeBytes {
			break // whole from the start: its commit was interrupted
		}
		used = append(used, peer.ID)
		err := s.download(ctx, peer, b, p, fl)
		if err == nil {
			break
		}
		errs = append(errs, fmt.Errorf("from host %s: %w", peer.ID, err))
		if ctx.Err() != nil {
			return errors.Join(ctx.Err(), p.Close())
		}
	}
	if p.Size() < b.SizeBytes {
		return errors.Join(oneOf(errs), p.Close())
	}
	if err := p.Commit(); err != nil {
		if errors.Is(err, content.ErrInvalid) && !resumed { // else it may be the fault of an earlier try
			s.refuse(ctx, b.Digest, used)
		}
		return fmt.Errorf("from host %s: %w", strings.Join(used, ", "), err)
	}
	return nil
}

// oneOf is errBusy only if nothing worse happened.
func oneOf(errs []error) error {
	for _, err := range errs {
		if !errors.Is(err, errBusy) {
			return errors.Join(errs...)
		}
	}
	return errBusy
}

// refuse does not ask these hosts for the blob for a while, and asks them to
// look at it themselves.
func (s *Syncer) refuse(ctx context.Context, digest string, ids []string) {
	s.mu.Lock()
	for _, id := range ids {
		s.refused[[2]string{id, digest}] = time.Now().Add(refusal)
	}
	s.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, stallLimit)
	defer cancel()
	for _, p := range s.peers(ids) {
		resp, err := send(ctx, p, http.MethodPost, blobPath+digest+"/verify", http.Header{})
		if err != nil {
			s.o.Log.Warn("a host that sent a damaged blob cannot be told", "host", p.ID, "digest", digest, "error", err)
			continue
		}
		resp.Body.Close()
		s.o.Log.Warn("a host sent a damaged blob", "host", p.ID, "digest", digest, "it says", resp.Status)
	}
}

func (s *Syncer) peers(ids []string) []Peer {
	var peers []Peer
	all := s.o.Peers()
	for _, id := range ids {
		if i := slices.IndexFunc(all, func(p Peer) bool { return p.ID == id }); i >= 0 {
			peers = append(peers, all[i])
		}
	}
	return peers
}

// download appends the rest of the blob to p. What arrived before an error
// stays in p.
func (s *Syncer) download(ctx context.Context, peer Peer, b content.Blob, p *store.Partial, fl *flight) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stall := time.AfterFunc(stallLimit, func() { cancel(errors.New("no bytes for 30 s")) })
	defer stall.Stop()
	header := http.Header{}
	if p.Size() > 0 {
		header.Set("Range", fmt.Sprintf("bytes=%d-", p.Size()))
	}
	resp, err := send(ctx, peer, http.MethodGet, blobPath+b.Digest, header) //nolint:bodyclose // closed below
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if err := acceptable(resp, p.Size()); err != nil {
		return err
	}
	_, err = io.Copy(p, readerFunc(func(buf []byte) (int, error) {
		n, err := resp.Body.Read(buf)
		stall.Reset(stallLimit)
		fl.bytes.Add(int64(n))
		return n, err
	}))
	if err == nil && p.Size() < b.SizeBytes {
		err = fmt.Errorf("the host sent %d of %d bytes", p.Size(), b.SizeBytes)
	}
	if cause := context.Cause(ctx); err != nil && cause != nil {
		err = cause
	}
	return err
}

// fetchManifest gets the manifest of an item; only the digest is known of it.
func (s *Syncer) fetchManifest(ctx context.Context, digest string, sources []string) error {
	ctx, cancel := context.WithTimeout(ctx, stallLimit)
	defer cancel()
	var errs []error
	for _, peer := range s.peers(sources) {
		raw, err := getAll(ctx, peer, blobPath+digest, content.DefaultLimits.ManifestBytes)
		if err == nil && content.DigestOf(raw) != digest {
			s.refuse(ctx, digest, []string{peer.ID})
			err = fmt.Errorf("manifest %s arrived damaged: %w", digest, content.ErrInvalid)
		}
		if err == nil {
			_, err = content.ParseManifest(raw, content.DefaultLimits)
		}
		if err == nil {
			return s.o.Store.Put(ctx, content.Blob{Digest: digest, SizeBytes: int64(len(raw))}, strings.NewReader(string(raw)))
		}
		errs = append(errs, fmt.Errorf("from host %s: %w", peer.ID, err))
	}
	return oneOf(errs)
}
