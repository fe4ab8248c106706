package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strconv"

	"github.com/slipway-os/slipway/agent/content"
)

// Has says whether the blob is in the store.
func (s *Store) Has(digest string) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	_, ok := s.blobs[digest]
	return ok
}

// Have lists the digests of all blobs, sorted, and a tag that changes when
// the list does and when the store is opened anew.
func (s *Store) Have() (digests []string, tag string) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	digests = make([]string, 0, len(s.blobs))
	for d := range s.blobs {
		digests = append(digests, d)
	}
	slices.Sort(digests)
	return digests, s.opened + "-" + strconv.FormatUint(s.version, 36)
}

// Open opens a blob for reading from any offset and returns its size in
// bytes. It is not verified while reading: for readers who verify themselves,
// such as other hosts.
func (s *Store) Open(digest string) (io.ReadSeekCloser, int64, error) {
	if _, err := content.DigestHex(digest); err != nil {
		return nil, 0, fmt.Errorf("%w: %w", ErrNotFound, err)
	}
	f, err := os.Open(s.path(digest))
	if errors.Is(err, fs.ErrNotExist) {
		s.forget(digest)
		return nil, 0, fmt.Errorf("blob %s: %w", digest, ErrNotFound)
	}
	if err != nil {
		return nil, 0, fmt.Errorf("open blob: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, 0, fmt.Errorf("open blob: %w", err)
	}
	return f, info.Size(), nil
}

// Path is the file of a blob, for what can only read a file (mount); whoever uses it verifies it before.
func (s *Store) Path(digest string) (string, error) {
	f, _, err := s.Open(digest)
	if err != nil {
		return "", err
	}
	return s.path(digest), f.Close()
}

// forget drops a blob that vanished from the disk, so that sync refetches it.
func (s *Store) forget(digest string) {
	s.mu.Lock()
	_, known := s.blobs[digest]
	if _, err := os.Lstat(s.path(digest)); known && errors.Is(err, fs.ErrNotExist) {
		delete(s.blobs, digest)
		s.version++
	}
	s.mu.Unlock()
	if known {
		s.o.OnChange()
	}
}

// ReadBlob reads and verifies a whole blob of at most maxBytes.
func (s *Store) ReadBlob(digest string, maxBytes int64) ([]byte, error) {
	f, size, err := s.Open(digest)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if size > maxBytes {
		return nil, fmt.Errorf("blob %s has %d bytes, at most %d are read: %w", digest, size, maxBytes, content.ErrInvalid)
	}
	raw, err := io.ReadAll(f)
	if err != nil {
		return nil, fmt.Errorf("read blob %s: %w", digest, err)
	}
	if content.DigestOf(raw) != digest {
		return nil, fmt.Errorf("blob %s: %w", digest, ErrDamaged)
	}
	return raw, nil
}
