package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"

	"github.com/slipway-os/slipway/agent/content"
)

// Partial is a blob on its way into the store, in pieces, over restarts. Only
// one Partial of a blob may be open at a time.
type Partial struct {
	s    *Store
	blob content.Blob
	f    *os.File
	hash hash.Hash
	size int64
}

// Partial opens the unfinished blob b, or begins it. It reads again what is
// there, because only bytes that were hashed count.
func (s *Store) Partial(ctx context.Context, b content.Blob) (*Partial, error) {
	h, err := content.DigestHex(b.Digest)
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(s.partialDir(), h), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("begin blob: %w", err)
	}
	p := &Partial{s: s, blob: b, f: f, hash: sha256.New()}
	p.size, err = io.Copy(p.hash, readerFunc(func(buf []byte) (int, error) {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		return f.Read(buf)
	}))
	if err == nil && p.size > b.SizeBytes {
		err = p.reset()
	}
	if err == nil {
		err = s.CheckSpace(b.SizeBytes - p.size)
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("resume blob %s: %w", b.Digest, err)
	}
	return p, nil
}

// Size is how many bytes are there.
func (p *Partial) Size() int64 { return p.size }

// Write appends. It refuses bytes beyond the size of the blob.
func (p *Partial) Write(b []byte) (int, error) {
	if p.size+int64(len(b)) > p.blob.SizeBytes {
		return 0, fmt.Errorf("blob %s is longer than %d bytes: %w", p.blob.Digest, p.blob.SizeBytes, content.ErrInvalid)
	}
	n, err := p.f.Write(b)
	p.hash.Write(b[:n])
	p.size += int64(n)
	return n, err
}

// Close keeps what is there for a later Partial.
func (p *Partial) Close() error { return p.f.Close() }

// Commit verifies the whole blob and makes it visible. If its digest is wrong
// it is dropped and the error wraps content.ErrInvalid. The Partial is closed
// either way.
func (p *Partial) Commit() error {
	if got := content.DigestFromSum(p.hash.Sum(nil)); p.size != p.blob.SizeBytes || got != p.blob.Digest {
		return errors.Join(fmt.Errorf("blob %s arrived as %s: %w", p.blob.Digest, got, content.ErrInvalid), p.Drop())
	}
	if err := errors.Join(p.f.Sync(), p.f.Close()); err != nil {
		return fmt.Errorf("finish blob %s: %w", p.blob.Digest, err)
	}
	return p.s.adopt(p.f.Name(), p.blob)
}

// Drop forgets what is there and closes.
func (p *Partial) Drop() error {
	return errors.Join(os.Remove(p.f.Name()), p.f.Close())
}

func (p *Partial) reset() error {
	p.hash.Reset()
	p.size = 0
	if err := p.f.Truncate(0); err != nil {
		return err
	}
	_, err := p.f.Seek(0, io.SeekStart)
	return err
}

// adopt renames a verified and synced file to its place.
func (s *Store) adopt(from string, b content.Blob) error {
	s.mu.Lock()
	err := os.Rename(from, s.path(b.Digest))
	if err == nil {
		err = syncDir(s.blobDir())
	}
	if err == nil {
		s.blobs[b.Digest] = b.SizeBytes
		s.version++
	}
	s.mu.Unlock()
	if err != nil {
		return fmt.Errorf("put blob %s in place: %w", b.Digest, err)
	}
	s.o.OnChange()
	return nil
}

// Put stores one blob read from r, verified.
func (s *Store) Put(ctx context.Context, b content.Blob, r io.Reader) error {
	p, err := s.Partial(ctx, b)
	if err != nil {
		return err
	}
	if err := p.reset(); err != nil {
		return errors.Join(err, p.Drop())
	}
	if _, err := io.Copy(p, content.NewVerifier(r, b)); err != nil {
		return errors.Join(err, p.Drop())
	}
	return p.Commit()
}

// DropPartials removes unfinished blobs for which keep is false: sync calls
// it when the catalog changed.
func (s *Store) DropPartials(keep func(digest string) bool) error {
	entries, err := os.ReadDir(s.partialDir())
	if err != nil {
		return fmt.Errorf("list unfinished blobs: %w", err)
	}
	for _, e := range entries {
		if !keep("sha256:" + e.Name()) {
			if err := os.Remove(filepath.Join(s.partialDir(), e.Name())); err != nil {
				return fmt.Errorf("remove unfinished blob: %w", err)
			}
		}
	}
	return nil
}
