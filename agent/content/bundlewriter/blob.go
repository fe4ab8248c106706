package bundlewriter

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"

	"github.com/slipway-os/slipway/agent/content"
)

// Blob is content with a known digest and size. Open may be called more than
// once.
type Blob struct {
	content.Blob
	Open func() (io.ReadCloser, error)
}

// Bytes is a blob in memory. The caller must not change data afterwards.
func Bytes(data []byte) Blob {
	sum := sha256.Sum256(data)
	return Blob{
		Blob: content.Blob{Digest: digestString(sum[:]), SizeBytes: int64(len(data))},
		Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil },
	}
}

// HashFile is a blob in a file; it reads the file once to learn its digest.
func HashFile(path string) (Blob, error) {
	f, err := os.Open(path)
	if err != nil {
		return Blob{}, err
	}
	defer f.Close()
	hash := sha256.New()
	n, err := io.Copy(hash, f)
	if err != nil {
		return Blob{}, fmt.Errorf("read %s: %w", path, err)
	}
	return KnownFile(path, content.Blob{Digest: digestString(hash.Sum(nil)), SizeBytes: n}), nil
}

// KnownFile is a blob in a file whose digest is known already. A wrong digest
// is found when the blob is written.
func KnownFile(path string, known content.Blob) Blob {
	return Blob{Blob: known, Open: func() (io.ReadCloser, error) { return os.Open(path) }}
}

// copyTo writes the blob to w and fails when its bytes do not match its
// digest, or when ctx ends first.
func (b Blob) copyTo(ctx context.Context, w io.Writer) error {
	r, err := b.Open()
	if err != nil {
		return fmt.Errorf("open blob %s: %w", b.Digest, err)
	}
	defer r.Close()
	hash := sha256.New()
	// One byte more than expected shows a blob that grew.
	limited := io.LimitReader(contextReader{ctx, r}, b.SizeBytes+1)
	n, err := io.Copy(io.MultiWriter(w, hash), limited)
	if err != nil {
		return fmt.Errorf("read blob %s: %w", b.Digest, err)
	}
	if got := digestString(hash.Sum(nil)); n != b.SizeBytes || got != b.Digest {
		return fmt.Errorf("blob %s of %d bytes changed while it was written (now %s); delete it from the cache and build again", b.Digest, b.SizeBytes, got)
	}
	return nil
}

// contextReader ends a long copy when its context ends.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

func digestString(sum []byte) string { return "sha256:" + hex.EncodeToString(sum) }
