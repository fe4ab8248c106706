package baked

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Describe reads a bundle and says which parts of at most partSize bytes it is cut in.
func Describe(path string, partSize int64) (Bundle, error) {
	file, err := os.Open(path)
	if err != nil {
		return Bundle{}, err
	}
	defer file.Close()
	b := Bundle{Name: filepath.Base(path)}
	for {
		hash := sha256.New()
		n, err := io.CopyN(hash, file, partSize)
		if err != nil && !errors.Is(err, io.EOF) {
			return Bundle{}, fmt.Errorf("read %s: %w", path, err)
		}
		if n == 0 {
			break
		}
		b.SizeBytes += n
		b.Parts = append(b.Parts, Part{fmt.Sprintf("%s.part%02d", b.Name, len(b.Parts)), n, hex.EncodeToString(hash.Sum(nil))})
	}
	if len(b.Parts) == 0 {
		return Bundle{}, fmt.Errorf("%s is empty", path)
	}
	if err := (Index{Bundles: []Bundle{b}}).Validate(); err != nil {
		return Bundle{}, fmt.Errorf("%s: %w", path, err)
	}
	return b, nil
}
