package content

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
)

// Limits bound what a bundle may claim. They are part of the bundle format
// (schema 1); DefaultLimits has its values.
type Limits struct {
	ManifestBytes int64
	IndexBytes    int64
	Blobs         int
	BlobBytes     int64
	TotalBytes    int64
}

// DefaultLimits are the limits of schema 1.
var DefaultLimits = Limits{
	ManifestBytes: 4 << 20,
	IndexBytes:    8 << 20,
	Blobs:         20000,
	BlobBytes:     16 << 30,
	TotalBytes:    512 << 30,
}

// ErrInvalid marks a bundle that breaks the format: it can never be imported,
// however often it is tried.
var ErrInvalid = errors.New("not a valid content bundle")

func invalid(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrInvalid, fmt.Errorf(format, args...))
}

var (
	nameRule    = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,62}$`)
	versionRule = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._+-]{0,62}$`)
	// refRule is the canonical long form registry/path:tag (distribution
	// reference grammar); Kubernetes asks for images by it.
	refRule = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9.-]*(:[0-9]{1,5})?(/[a-z0-9]+([._-]+[a-z0-9]+)*)+:[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$`)
	// platformRule is os/arch with an optional variant.
	platformRule = regexp.MustCompile(`^[a-z0-9]{1,32}/[a-z0-9_]{1,32}(/[a-z0-9.]{1,32})?$`)
)

// Layers are the layers a pack can fill, from the bottom of a profile to its top.
var Layers = []string{"os", "kubernetes", "vip", "cni", "csi", "registry", "addon"}

const maxRef = 512

// ParseManifest reads and validates the exact bytes of a manifest.json.
func ParseManifest(raw []byte, limits Limits) (Manifest, error) {
	var m Manifest
	if int64(len(raw)) > limits.ManifestBytes {
		return m, invalid("manifest.json is larger than %d bytes", limits.ManifestBytes)
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	if err := dec.Decode(&m); err != nil {
		return m, invalid("manifest.json is not the JSON of a manifest: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return m, invalid("manifest.json has bytes after its end")
	}
	return m, m.Validate(limits)
}

// Validate checks names, bounds, order, duplicates and digests. Every error
// wraps ErrInvalid.
func (m Manifest) Validate(limits Limits) error {
	if m.Schema != Schema {
		return invalid("schema %d; this version of Slipway reads schema %d: upload a bundle made for it or upgrade the hosts", m.Schema, Schema)
	}
	if !nameRule.MatchString(m.Name) || !versionRule.MatchString(m.Version) || !nameRule.MatchString(m.Type) {
		return invalid("name %.80q, version %.80q or type %.80q has characters that are not allowed or is longer than 63", m.Name, m.Version, m.Type)
	}
	blobs, err := m.validateBlobs(limits)
	if err != nil {
		return err
	}
	if err := m.validateImages(blobs); err != nil {
		return err
	}
	return m.validateArtifacts(blobs)
}

func (m Manifest) validateBlobs(limits Limits) (map[string]bool, error) {
	if len(m.Blobs) > limits.Blobs {
		return nil, invalid("%d blobs; at most %d are allowed", len(m.Blobs), limits.Blobs)
	}
	if err := validBlob(m.Index, limits.IndexBytes); err != nil {
		return nil, invalid("index: %w", err)
	}
	seen := make(map[string]bool, len(m.Blobs))
	total, last := m.Index.SizeBytes, ""
	for _, b := range m.Blobs {
		if err := validBlob(b, limits.BlobBytes); err != nil {
			return nil, invalid("blobs: %w", err)
		}
		if b.Digest <= last {
			return nil, invalid("blobs are not sorted by digest without duplicates at %s", b.Digest)
		}
		last = b.Digest
		seen[b.Digest] = true
		if total += b.SizeBytes; total > limits.TotalBytes {
			return nil, invalid("the blobs add up to more than %d bytes", limits.TotalBytes)
		}
	}
	return seen, nil
}

func validBlob(b Blob, maxBytes int64) error {
	if _, err := DigestHex(b.Digest); err != nil {
		return err
	}
	if b.SizeBytes < 0 || b.SizeBytes > maxBytes {
		return fmt.Errorf("%s has size %d; allowed is 0 to %d bytes", b.Digest, b.SizeBytes, maxBytes)
	}
	return nil
}

func (m Manifest) validateImages(blobs map[string]bool) error {
	refs := make(map[string]bool, len(m.Images))
	for _, i := range m.Images {
		if len(i.Ref) > maxRef || !refRule.MatchString(i.Ref) {
			return invalid("image %.80q is not a full reference such as docker.io/library/busybox:1.36", i.Ref)
		}
		if refs[i.Ref] {
			return invalid("image %s is listed twice", i.Ref)
		}
		refs[i.Ref] = true
		if !platformRule.MatchString(i.Platform) {
			return invalid("image %s has platform %.80q, not one such as linux/amd64", i.Ref, i.Platform)
		}
		if !blobs[i.Digest] {
			return invalid("image %s names %.80q, which is not among the blobs", i.Ref, i.Digest)
		}
	}
	return nil
}

func (m Manifest) validateArtifacts(blobs map[string]bool) error {
	seen := make(map[string]bool, len(m.Packs)+len(m.Definitions))
	check := func(kind, name, version, digest string) error {
		key := kind + " " + name + ":" + version
		if !nameRule.MatchString(name) || !versionRule.MatchString(version) {
			return invalid("%.140q has a name or version that is not allowed", key)
		}
		if seen[key] {
			return invalid("%s is listed twice", key)
		}
		seen[key] = true
		if !blobs[digest] {
			return invalid("%s names %.80q, which is not among the blobs", key, digest)
		}
		return nil
	}
	for _, p := range m.Packs {
		if !slices.Contains(Layers, p.Layer) {
			return invalid("pack %.80q has layer %.80q; allowed are %v", p.Name, p.Layer, Layers)
		}
		if err := check("pack", p.Name, p.Version, p.Digest); err != nil {
			return err
		}
	}
	for _, d := range m.Definitions {
		if err := check("definition", d.Name, d.Version, d.Digest); err != nil {
			return err
		}
	}
	return nil
}

// TotalBytes is the sum of all blobs and the index.
func (m Manifest) TotalBytes() int64 {
	total := m.Index.SizeBytes
	for _, b := range m.Blobs {
		total += b.SizeBytes
	}
	return total
}

// AllBlobs lists every blob an item with this manifest consists of, besides
// the manifest itself: the index and the blobs, each once.
func (m Manifest) AllBlobs() []Blob {
	all := slices.Clone(m.Blobs)
	if !slices.ContainsFunc(all, func(b Blob) bool { return b.Digest == m.Index.Digest }) {
		all = append(all, m.Index)
	}
	return all
}
