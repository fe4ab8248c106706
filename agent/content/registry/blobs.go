package registry

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"cuelabs.dev/go/oci/ociregistry"

	"github.com/slipway-os/slipway/agent/content"
)

const blobType = "application/octet-stream"

// reader is an ociregistry.BlobReader.
type reader struct {
	io.Reader
	io.Closer
	desc ociregistry.Descriptor
}

// Descriptor implements ociregistry.BlobReader.
func (r reader) Descriptor() ociregistry.Descriptor { return r.desc }

// ensure makes sure that the store has the blob, if any host has it.
func (b *backend) ensure(ctx context.Context, digest string) error {
	f, _, err := b.c.Open(digest)
	if err == nil {
		return f.Close()
	}
	if b.fetch == nil {
		return fmt.Errorf("%s: %w", digest, ociregistry.ErrBlobUnknown)
	}
	if err := b.fetch.Fetch(ctx, digest); err != nil {
		b.log.Warn("a blob that a client asked for is on no reachable host", "digest", digest, "error", err)
		return fmt.Errorf("%s: %w", digest, ociregistry.ErrBlobUnknown)
	}
	return nil
}

func (b *backend) getBlob(ctx context.Context, _ string, digest ociregistry.Digest) (ociregistry.BlobReader, error) {
	if err := b.ensure(ctx, string(digest)); err != nil {
		return nil, err
	}
	f, size, err := b.c.OpenVerified(string(digest))
	if err != nil {
		return nil, err
	}
	return reader{f, f, ociregistry.Descriptor{MediaType: blobType, Digest: digest, Size: size}}, nil
}

// getBlobRange serves [from, to) and all the rest when to is negative.
func (b *backend) getBlobRange(ctx context.Context, _ string, digest ociregistry.Digest, from, to int64) (ociregistry.BlobReader, error) {
	if err := b.ensure(ctx, string(digest)); err != nil {
		return nil, err
	}
	f, size, err := b.c.Open(string(digest))
	if err != nil {
		return nil, err
	}
	if to < 0 || to > size {
		to = size
	}
	if from >= size || from > to {
		f.Close()
		return nil, fmt.Errorf("the blob has %d bytes: %w", size, ociregistry.ErrRangeInvalid)
	}
	if _, err := f.Seek(from, io.SeekStart); err != nil {
		f.Close()
		return nil, err
	}
	return reader{io.LimitReader(f, to-from), f, ociregistry.Descriptor{MediaType: blobType, Digest: digest, Size: size}}, nil
}

func (b *backend) resolveBlob(ctx context.Context, _ string, digest ociregistry.Digest) (ociregistry.Descriptor, error) {
	if err := b.ensure(ctx, string(digest)); err != nil {
		return ociregistry.Descriptor{}, err
	}
	f, size, err := b.c.Open(string(digest))
	if err != nil {
		return ociregistry.Descriptor{}, err
	}
	return ociregistry.Descriptor{MediaType: blobType, Digest: digest, Size: size}, f.Close()
}

func (b *backend) getManifest(ctx context.Context, _ string, digest ociregistry.Digest) (ociregistry.BlobReader, error) {
	if err := b.ensure(ctx, string(digest)); err != nil {
		return nil, fmt.Errorf("%s: %w", digest, ociregistry.ErrManifestUnknown)
	}
	f, size, err := b.c.OpenVerified(string(digest))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if size > content.MaxArtifactBytes {
		return nil, fmt.Errorf("%s is no manifest: %w", digest, ociregistry.ErrManifestUnknown)
	}
	raw, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	a, err := content.ParseArtifact(raw)
	if err != nil {
		return nil, fmt.Errorf("%s is no manifest: %w", digest, ociregistry.ErrManifestUnknown)
	}
	desc := ociregistry.Descriptor{MediaType: a.MediaType, Digest: digest, Size: size, ArtifactType: a.ArtifactType}
	return reader{bytes.NewReader(raw), io.NopCloser(nil), desc}, nil
}

func (b *backend) resolveManifest(ctx context.Context, repo string, digest ociregistry.Digest) (ociregistry.Descriptor, error) {
	m, err := b.getManifest(ctx, repo, digest)
	if err != nil {
		return ociregistry.Descriptor{}, err
	}
	return m.Descriptor(), m.Close()
}
