package baked

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// copyStep is how much is copied before it is asked whether to stop, in bytes.
const copyStep = 16 << 20

// Copy brings the folder from to the folder to, which is there afterwards as a whole: whatever stops it leaves only
// to+".part", which the next one replaces. progress is told the bytes of all bundles. A folder from without an index has
// nothing to copy.
func Copy(ctx context.Context, from, to string, progress func(done, total int64)) error {
	index, err := ReadIndex(from)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	part := to + ".part"
	if err := os.RemoveAll(part); err != nil {
		return err
	}
	if err := os.MkdirAll(part, 0o700); err != nil {
		return err
	}
	var done int64
	for _, b := range index.Bundles {
		for _, p := range b.Parts {
			told := func(n int64) { progress(done+n, index.Total()) }
			if err := copyPart(ctx, p, from, part, told); err != nil {
				return fmt.Errorf("bring content bundle %s to the disk: %w", b.Name, err)
			}
			done += p.SizeBytes
		}
	}
	if err := writeIndex(part, index); err != nil {
		return err
	}
	if err := os.RemoveAll(to); err != nil {
		return err
	}
	if err := os.Rename(part, to); err != nil {
		return err
	}
	return syncDir(filepath.Dir(to))
}

func copyPart(ctx context.Context, p Part, from, to string, progress func(int64)) error {
	in, err := os.Open(filepath.Join(from, p.File))
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(filepath.Join(to, p.File), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer out.Close()
	hash := sha256.New()
	var n int64
	for err == nil {
		if err := ctx.Err(); err != nil {
			return err
		}
		var step int64
		step, err = io.CopyN(io.MultiWriter(out, hash), in, copyStep)
		n += step
		progress(n)
	}
	if !errors.Is(err, io.EOF) {
		return err
	}
	if n != p.SizeBytes || hex.EncodeToString(hash.Sum(nil)) != p.SHA256 {
		return fmt.Errorf("%s is damaged on the medium; write or download the image again (slipway-build iso verify checks it)", p.File)
	}
	return errors.Join(out.Sync(), out.Close())
}
