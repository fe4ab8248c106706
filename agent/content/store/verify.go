package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/slipway-os/slipway/agent/content"
)

// OpenVerified opens a blob whose reader fails with ErrDamaged instead of
// ending when the bytes are not those of the digest. A damaged blob is then
// removed from the store, so that sync fetches it anew.
func (s *Store) OpenVerified(digest string) (io.ReadCloser, int64, error) {
	f, size, err := s.Open(digest)
	if err != nil {
		return nil, 0, err
	}
	v := content.NewVerifier(f, content.Blob{Digest: digest, SizeBytes: size})
	return &verifiedFile{f: f, v: v, s: s, digest: digest}, size, nil
}

// verifiedFile does not embed its file: os.File's WriteTo would let io.Copy
// pass by the verifier.
type verifiedFile struct {
	f      io.Closer
	v      *content.Verifier
	s      *Store
	digest string
}

func (f *verifiedFile) Close() error { return f.f.Close() }

func (f *verifiedFile) Read(p []byte) (int, error) {
	n, err := f.v.Read(p)
	if errors.Is(err, content.ErrInvalid) {
		// Verify reads once more: memory can be at fault as well as the disk.
		return n, errors.Join(fmt.Errorf("blob %s: %w", f.digest, ErrDamaged), f.s.Verify(context.Background(), f.digest))
	}
	return n, err
}

// Verify reads a blob from disk; when it is damaged it is removed, so that
// sync fetches it anew, and ErrDamaged is returned.
func (s *Store) Verify(ctx context.Context, digest string) error {
	f, _, err := s.Open(digest)
	if err != nil {
		return err
	}
	defer f.Close()
	h := sha256.New()
	_, err = io.Copy(h, readerFunc(func(p []byte) (int, error) {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		return f.Read(p)
	}))
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err == nil && content.DigestFromSum(h.Sum(nil)) == digest {
		return nil
	}
	// An unreadable sector is damage too.
	s.o.Log.Warn("damaged blob removed from the content store", "digest", digest, "error", err)
	s.mu.Lock()
	rerr := s.removeBlobs([]content.Blob{{Digest: digest}})
	s.mu.Unlock()
	s.o.OnChange()
	return errors.Join(fmt.Errorf("blob %s: %w", digest, ErrDamaged), err, rerr)
}

// VerifyAll verifies every blob and returns the digests of the damaged ones,
// which it removed. progress gets the bytes read so far and the sum.
func (s *Store) VerifyAll(ctx context.Context, progress func(done, total int64)) (damaged []string, err error) {
	s.mu.RLock()
	sizes := make(map[string]int64, len(s.blobs))
	var total, done int64
	for d, n := range s.blobs {
		sizes[d] = n
		total += n
	}
	s.mu.RUnlock()
	for d, n := range sizes {
		switch err := s.Verify(ctx, d); {
		case errors.Is(err, ErrDamaged):
			damaged = append(damaged, d)
		case errors.Is(err, ErrNotFound): // deleted meanwhile
		case err != nil:
			return damaged, err
		}
		done += n
		if progress != nil {
			progress(done, total)
		}
	}
	slices.Sort(damaged)
	return damaged, nil
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
