package content

import (
	"crypto/sha256"
	"errors"
	"hash"
	"io"
)

// Verifier reads a blob and fails at its end with ErrInvalid when length or
// digest differ.
type Verifier struct {
	r    io.Reader
	blob Blob
	hash hash.Hash
	n    int64
	done bool
	err  error
}

// NewVerifier returns a Verifier of blob over r. It reads at most one byte
// more than the blob has.
func NewVerifier(r io.Reader, blob Blob) *Verifier {
	return &Verifier{r: io.LimitReader(r, blob.SizeBytes+1), blob: blob, hash: sha256.New()}
}

// Read implements io.Reader. An error other than io.EOF is final.
func (v *Verifier) Read(p []byte) (int, error) {
	if v.err != nil {
		return 0, v.err
	}
	n, err := v.r.Read(p)
	v.hash.Write(p[:n])
	v.n += int64(n)
	switch {
	case v.n > v.blob.SizeBytes:
		v.err = invalid("%s is longer than %d bytes", v.blob.Digest, v.blob.SizeBytes)
	case errors.Is(err, io.EOF):
		v.err = v.end()
	case err != nil:
		v.err = err
	}
	if v.err == nil {
		return n, err
	}
	return 0, v.err
}

func (v *Verifier) end() error {
	if v.n < v.blob.SizeBytes {
		return invalid("%s ends after %d of %d bytes", v.blob.Digest, v.n, v.blob.SizeBytes)
	}
	if got := DigestFromSum(v.hash.Sum(nil)); got != v.blob.Digest {
		return invalid("%s was tampered with or damaged: its bytes have digest %s", v.blob.Digest, got)
	}
	v.done = true
	return nil
}

// Verified says whether the whole blob was read and is what its digest says.
func (v *Verifier) Verified() bool { return v.done }
