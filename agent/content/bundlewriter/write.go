package bundlewriter

import (
	"archive/tar"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/zstd"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// Write plans and writes a bundle in one step and returns its digest.
func Write(ctx context.Context, spec Spec, w io.Writer) (string, error) {
	b, err := Plan(spec)
	if err != nil {
		return "", err
	}
	return b.Digest(), b.WriteTo(ctx, w, nil)
}

// WriteTo writes the bundle: manifest.json, oci-layout, index.json, then the
// blobs in order of digest. progress, which may be nil, is told after each blob
// how many bytes of TotalBytes are done. An error leaves w half written: the
// caller writes to a temporary file.
func (b *Bundle) WriteTo(ctx context.Context, w io.Writer, progress func(doneBytes int64)) error {
	zw, err := newEncoder(w, zstd.SpeedDefault)
	if err != nil {
		return err
	}
	tw := tar.NewWriter(zw)
	for _, head := range []struct {
		name string
		data []byte
	}{
		{"manifest.json", b.ManifestJSON},
		{ocispec.ImageLayoutFile, []byte(`{"imageLayoutVersion":"` + ocispec.ImageLayoutVersion + `"}`)},
		{ocispec.ImageIndexFile, b.index},
	} {
		if err := writeBlob(ctx, tw, head.name, Bytes(head.data)); err != nil {
			return err
		}
	}
	var done int64
	for _, blob := range b.blobs {
		name := "blobs/sha256/" + strings.TrimPrefix(blob.Digest, "sha256:")
		if err := writeBlob(ctx, tw, name, blob); err != nil {
			return err
		}
		done += blob.SizeBytes
		if progress != nil {
			progress(done)
		}
	}
	if err := tw.Close(); err != nil {
		return err
	}
	return zw.Close()
}

func writeBlob(ctx context.Context, tw *tar.Writer, name string, blob Blob) error {
	// Format is left to the writer: USTAR, or PAX for a blob over 8 GiB.
	header := &tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644, Size: blob.SizeBytes}
	if err := tw.WriteHeader(header); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err := blob.copyTo(ctx, tw); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}
