package bundlewriter

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/slipway-os/slipway/agent/content"
)

// Entry is one file, link or folder of an image layer. Exactly one of Data,
// Link and Dir is meant; Path is absolute and clean, such as /usr/bin/nft.
type Entry struct {
	Path string
	Mode int64 // permission bits; ignored for links
	UID  int
	Link string // target of a symbolic link
	Dir  bool
	Data Blob
}

// Layer describes a compressed image layer. DiffID is the digest of its
// uncompressed tar, which the image's config must carry.
type Layer struct {
	Blob
	DiffID string
}

// LayerMediaType is what WriteLayer writes. containerd reads it since 1.5, and
// unpacks it several times faster than gzip.
const LayerMediaType = ocispec.MediaTypeImageLayerZstd

// WriteLayer writes entries as one compressed layer and says what it wrote;
// the Open of the returned layer is the caller's to set. Parent folders need
// no entries of their own.
func WriteLayer(ctx context.Context, entries []Entry, w io.Writer) (Layer, error) {
	compressed, plain := newCounter(), sha256.New()
	zw, err := newEncoder(io.MultiWriter(w, compressed), zstd.SpeedBetterCompression)
	if err != nil {
		return Layer{}, err
	}
	tw := tar.NewWriter(io.MultiWriter(zw, plain))
	sorted, err := withParents(entries)
	if err != nil {
		return Layer{}, err
	}
	for _, e := range sorted {
		if err := writeEntry(ctx, tw, e); err != nil {
			return Layer{}, fmt.Errorf("layer file %s: %w", e.Path, err)
		}
	}
	if err := tw.Close(); err != nil {
		return Layer{}, err
	}
	if err := zw.Close(); err != nil {
		return Layer{}, err
	}
	return Layer{Blob: Blob{Blob: compressed.blob()}, DiffID: digestString(plain.Sum(nil))}, nil
}

// NewLayer makes a small layer in memory.
func NewLayer(ctx context.Context, entries ...Entry) (Layer, error) {
	var buffer bytes.Buffer
	layer, err := WriteLayer(ctx, entries, &buffer)
	if err != nil {
		return Layer{}, err
	}
	layer.Blob = Bytes(buffer.Bytes())
	return layer, nil
}

// withParents sorts entries by path and adds the folders they lie in.
func withParents(entries []Entry) ([]Entry, error) {
	all := map[string]Entry{}
	for _, e := range entries {
		if !path.IsAbs(e.Path) || path.Clean(e.Path) != e.Path || e.Path == "/" {
			return nil, fmt.Errorf("layer path %q must be absolute and clean, such as /usr/bin/tool", e.Path)
		}
		if _, twice := all[e.Path]; twice {
			return nil, fmt.Errorf("layer path %s occurs twice", e.Path)
		}
		all[e.Path] = e
	}
	for _, e := range entries {
		for dir := path.Dir(e.Path); dir != "/"; dir = path.Dir(dir) {
			if parent, ok := all[dir]; !ok {
				all[dir] = Entry{Path: dir, Mode: 0o755, Dir: true}
			} else if !parent.Dir {
				return nil, fmt.Errorf("layer path %s lies under %s, which is not a folder", e.Path, dir)
			}
		}
	}
	return slices.SortedFunc(maps.Values(all), func(a, b Entry) int { return strings.Compare(a.Path, b.Path) }), nil
}

func writeEntry(ctx context.Context, tw *tar.Writer, e Entry) error {
	header := &tar.Header{Format: tar.FormatPAX, Name: e.Path[1:], Mode: e.Mode, Uid: e.UID, Gid: e.UID}
	switch {
	case e.Dir:
		header.Typeflag, header.Name = tar.TypeDir, header.Name+"/"
	case e.Link != "":
		header.Typeflag, header.Linkname, header.Mode = tar.TypeSymlink, e.Link, 0o777
	default:
		header.Typeflag, header.Size = tar.TypeReg, e.Data.SizeBytes
	}
	if err := tw.WriteHeader(header); err != nil {
		return err
	}
	if header.Typeflag != tar.TypeReg {
		return nil
	}
	return e.Data.copyTo(ctx, tw)
}

// newEncoder is a zstd encoder whose output depends on its input only: more
// than one thread must not be able to change where blocks end.
func newEncoder(w io.Writer, level zstd.EncoderLevel) (*zstd.Encoder, error) {
	return zstd.NewWriter(w, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(level))
}

// counter is a writer that learns the digest and size of what passes.
type counter struct {
	hash interface {
		io.Writer
		Sum([]byte) []byte
	}
	n int64
}

func newCounter() *counter { return &counter{hash: sha256.New()} }

func (c *counter) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return c.hash.Write(p)
}

func (c *counter) blob() content.Blob {
	return content.Blob{Digest: digestString(c.hash.Sum(nil)), SizeBytes: c.n}
}
