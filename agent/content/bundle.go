package content

import (
	"archive/tar"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// Sink takes what ReadBundle has read.
type Sink interface {
	// Begin gets the valid manifest and its exact bytes before any blob, so
	// that the sink can refuse for want of space.
	Begin(m Manifest, raw []byte) error
	// Blob reads r to its end. r fails instead of ending when the bytes are
	// not those of b, so a sink that saw io.EOF holds a verified blob.
	Blob(b Blob, r io.Reader) error
}

const (
	// zstdWindow is the largest window of zstd's standard levels up to 22
	// (RFC 8878, 3.1.1.1.2); a larger one is a bomb, not a bundle.
	zstdWindow = 128 << 20
	zstdMemory = 256 << 20
	maxLayout  = 1 << 10
	// maxPadding bounds what may follow the tar's end: tar writers pad to a
	// record, 10 KiB by default.
	maxPadding = 1 << 20
)

// ReadBundle reads a .tar.zst content bundle from hostile input and hands each
// verified blob to sink. It returns the manifest and the item digest. The
// first entry must be manifest.json; after it every byte is checked against
// it. Every fault of the bundle is an ErrInvalid; an error of r or sink is
// returned as it is. After an error the caller must drop all the sink got.
func ReadBundle(ctx context.Context, r io.Reader, limits Limits, sink Sink) (Manifest, string, error) {
	src := &sourceReader{ctx: ctx, r: r}
	dec, err := zstd.NewReader(src, zstd.WithDecoderMaxWindow(zstdWindow),
		zstd.WithDecoderMaxMemory(zstdMemory), zstd.WithDecoderConcurrency(2))
	if err != nil {
		return Manifest{}, "", fmt.Errorf("start zstd: %w", err)
	}
	defer dec.Close()
	b := bundleReader{tar: tar.NewReader(dec), limits: limits, sink: sink, seen: map[string]bool{}}
	digest, err := b.read()
	if err == nil {
		err = drain(dec)
	}
	switch {
	case err == nil:
		return b.manifest, digest, nil
	case src.err != nil:
		return Manifest{}, "", fmt.Errorf("read bundle: %w", src.err)
	case b.sinkErr != nil || errors.Is(err, ErrInvalid):
		return Manifest{}, "", err
	}
	return Manifest{}, "", invalid("torn or damaged: %w: copy or upload the file again", err)
}

// sourceReader remembers an error of the source, so that a failing disk or a
// cancelled import is not reported as a damaged bundle.
type sourceReader struct {
	ctx context.Context
	r   io.Reader
	err error
}

func (s *sourceReader) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		s.err = err
		return 0, err
	}
	n, err := s.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

type bundleReader struct {
	tar      *tar.Reader
	limits   Limits
	sink     Sink
	manifest Manifest
	want     map[string]Blob // by entry name
	seen     map[string]bool
	sinkErr  error
}

func (b *bundleReader) read() (digest string, err error) {
	digest, err = b.readManifest()
	if err != nil {
		return "", err
	}
	// Two directories, oci-layout and the wanted files: more is refused, so
	// the loop ends.
	for {
		h, err := b.tar.Next()
		if errors.Is(err, io.EOF) {
			return digest, b.missing()
		}
		if err != nil {
			return "", err
		}
		if err := b.entry(h); err != nil {
			return "", err
		}
	}
}

func (b *bundleReader) readManifest() (string, error) {
	h, err := b.tar.Next()
	if errors.Is(err, io.EOF) {
		return "", invalid("the file is empty")
	}
	if err != nil {
		return "", err
	}
	if h.Name != "manifest.json" || h.Typeflag != tar.TypeReg {
		return "", invalid("the first entry is %.80q, not manifest.json", h.Name)
	}
	if h.Size > b.limits.ManifestBytes {
		return "", invalid("manifest.json has %d bytes; at most %d are allowed", h.Size, b.limits.ManifestBytes)
	}
	raw, err := io.ReadAll(io.LimitReader(b.tar, b.limits.ManifestBytes+1))
	if err != nil {
		return "", err
	}
	if b.manifest, err = ParseManifest(raw, b.limits); err != nil {
		return "", err
	}
	b.seen["manifest.json"] = true
	b.want = map[string]Blob{"index.json": b.manifest.Index}
	for _, blob := range b.manifest.Blobs {
		b.want["blobs/sha256/"+strings.TrimPrefix(blob.Digest, digestPrefix)] = blob
	}
	return DigestOf(raw), b.toSink(b.sink.Begin(b.manifest, raw))
}

func (b *bundleReader) entry(h *tar.Header) error {
	if b.seen[h.Name] {
		return invalid("%.120q is there twice", h.Name)
	}
	b.seen[h.Name] = true
	switch {
	case h.Typeflag == tar.TypeDir && (h.Name == "blobs/" || h.Name == "blobs/sha256/"):
		return nil
	case h.Typeflag != tar.TypeReg:
		return invalid("%.120q is not a regular file", h.Name)
	case h.Name == "oci-layout":
		return b.layout()
	}
	blob, ok := b.want[h.Name]
	if !ok {
		return invalid("%.120q is not named in manifest.json", h.Name)
	}
	if h.Size != blob.SizeBytes {
		return invalid("%s has %d bytes, manifest.json says %d", h.Name, h.Size, blob.SizeBytes)
	}
	v := NewVerifier(b.tar, blob)
	err := b.sink.Blob(blob, v)
	if v.err != nil {
		return v.err // the bundle's fault, whatever the sink made of it
	}
	if err != nil {
		return b.toSink(err)
	}
	if !v.Verified() {
		return fmt.Errorf("blob %s was not read to its end", blob.Digest)
	}
	return nil
}

// toSink remembers that it was the sink that failed, not the bundle.
func (b *bundleReader) toSink(err error) error {
	b.sinkErr = err
	return err
}

func (b *bundleReader) layout() error {
	raw, err := io.ReadAll(io.LimitReader(b.tar, maxLayout+1))
	if err != nil {
		return err
	}
	var l struct {
		Version string `json:"imageLayoutVersion"`
	}
	if len(raw) > maxLayout || json.Unmarshal(raw, &l) != nil || l.Version != "1.0.0" {
		return invalid("oci-layout is not that of an OCI image layout 1.0.0")
	}
	return nil
}

func (b *bundleReader) missing() error {
	if !b.seen["oci-layout"] {
		return invalid("oci-layout is missing")
	}
	for name := range b.want {
		if !b.seen[name] {
			return invalid("%s is missing: the bundle is torn or incomplete", name)
		}
	}
	return nil
}

// drain reads on to the end, so that zstd's own checksum is verified too.
func drain(r io.Reader) error {
	n, err := io.Copy(io.Discard, io.LimitReader(r, maxPadding+1))
	if err != nil {
		return err
	}
	if n > maxPadding {
		return invalid("there is more data after the end of the archive")
	}
	return nil
}
