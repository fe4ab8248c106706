package content

import (
	"encoding/json"
	"errors"
	"fmt"
)

// MaxArtifactBytes bounds an image manifest, index or pack config that is read
// whole (4 MiB, what registries accept: OCI distribution-spec, "Pushing Manifests").
const MaxArtifactBytes = 4 << 20

// Descriptor points to a blob (OCI image-spec, descriptor.md).
type Descriptor struct {
	MediaType   string            `json:"mediaType"`
	Digest      string            `json:"digest"`
	Size        int64             `json:"size"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

// Artifact is what Slipway reads of an OCI image manifest or image index.
type Artifact struct {
	MediaType    string       `json:"mediaType"`
	ArtifactType string       `json:"artifactType"`
	Config       Descriptor   `json:"config"`
	Layers       []Descriptor `json:"layers"`
	Manifests    []Descriptor `json:"manifests"`
}

// ParseArtifact reads an OCI image manifest or image index.
func ParseArtifact(raw []byte) (Artifact, error) {
	var a Artifact
	if err := json.Unmarshal(raw, &a); err != nil {
		return a, invalid("not an OCI manifest: %w", err)
	}
	if a.MediaType == "" { // optional in OCI, needed as Content-Type
		a.MediaType = "application/vnd.oci.image.manifest.v1+json"
		if len(a.Manifests) > 0 {
			a.MediaType = "application/vnd.oci.image.index.v1+json"
		}
	}
	return a, nil
}

// CheckGraph proves that a bundle is whole: every image, pack and definition
// is a manifest whose config and layers are among the blobs with the same
// size. Of an image index at least one manifest must be there. read returns
// the bytes of a verified blob.
func CheckGraph(m Manifest, read func(digest string) ([]byte, error)) error {
	g := graph{read: read, sizes: make(map[string]int64, len(m.Blobs))}
	for _, b := range m.Blobs {
		g.sizes[b.Digest] = b.SizeBytes
	}
	for _, i := range m.Images {
		if err := g.check(i.Digest, "", true); err != nil {
			return fmt.Errorf("image %s: %w", i.Ref, err)
		}
	}
	for _, p := range m.Packs {
		if err := g.check(p.Digest, PackArtifactType, false); err != nil {
			return fmt.Errorf("pack %s %s: %w", p.Name, p.Version, err)
		}
	}
	for _, d := range m.Definitions {
		if err := g.check(d.Digest, DefinitionArtifactType, false); err != nil {
			return fmt.Errorf("definition %s %s: %w", d.Name, d.Version, err)
		}
	}
	return nil
}

type graph struct {
	read  func(string) ([]byte, error)
	sizes map[string]int64
}

func (g graph) check(digest, artifactType string, indexAllowed bool) error {
	if g.sizes[digest] > MaxArtifactBytes {
		return invalid("manifest %s has more than %d bytes", digest, MaxArtifactBytes)
	}
	raw, err := g.read(digest)
	if err != nil {
		return err
	}
	a, err := ParseArtifact(raw)
	if err != nil {
		return err
	}
	if artifactType != "" && a.ArtifactType != artifactType {
		return invalid("manifest %s has artifact type %.80q, not %s", digest, a.ArtifactType, artifactType)
	}
	if len(a.Manifests) > 0 {
		if !indexAllowed {
			return invalid("manifest %s is an index where a manifest is expected", digest)
		}
		return g.index(digest, a)
	}
	for _, d := range append([]Descriptor{a.Config}, a.Layers...) {
		if size, ok := g.sizes[d.Digest]; !ok || size != d.Size {
			return invalid("manifest %s needs %.80q with %d bytes, which is not among the blobs", digest, d.Digest, d.Size)
		}
	}
	return nil
}

func (g graph) index(digest string, a Artifact) error {
	found := false
	for _, d := range a.Manifests {
		if _, ok := g.sizes[d.Digest]; !ok {
			continue // a platform that the bundle leaves out
		}
		found = true
		if err := g.check(d.Digest, "", false); err != nil {
			return err
		}
	}
	if !found {
		return invalid("index %s has none of its manifests in the bundle", digest)
	}
	return nil
}

// PackFile is one file of a pack.
type PackFile struct {
	Title     string // path inside the pack, such as bin/kubelet
	Digest    string
	SizeBytes int64
	Mode      uint32 // permission bits, 0644 or 0755
}

// ErrNotPack says that a manifest is no pack artifact.
var ErrNotPack = errors.New("not a pack")

// PackFiles lists the files of a pack artifact. It refuses titles that are not
// clean relative paths, and duplicates.
func PackFiles(a Artifact) ([]PackFile, error) {
	if a.ArtifactType != PackArtifactType || a.Config.MediaType != PackConfigType {
		return nil, fmt.Errorf("%w: its artifact type is %.80q", ErrNotPack, a.ArtifactType)
	}
	seen := make(map[string]bool, len(a.Layers))
	files := make([]PackFile, 0, len(a.Layers))
	for _, l := range a.Layers {
		title := l.Annotations[TitleAnnotation]
		if !cleanPath(title) || seen[title] {
			return nil, invalid("pack file title %.80q is not a clean relative path or is there twice", title)
		}
		seen[title] = true
		mode := uint32(0o644)
		if l.Annotations[ModeAnnotation] == "0755" {
			mode = 0o755
		}
		files = append(files, PackFile{Title: title, Digest: l.Digest, SizeBytes: l.Size, Mode: mode})
	}
	return files, nil
}
