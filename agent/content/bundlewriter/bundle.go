package bundlewriter

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/slipway-os/slipway/agent/content"
)

// containerdName is the annotation by which `ctr images import` names an image
// of a layout, so that a bundle's images can also be imported by hand.
const containerdName = "io.containerd.image.name"

// Spec is what goes into a bundle.
type Spec struct {
	Name, Version, Type string
	Created             time.Time // seconds; the caller takes SOURCE_DATE_EPOCH
	Images              []Image
	Packs               []Pack
	Definitions         []Definition
}

// Bundle is a planned bundle: every byte of it is determined.
type Bundle struct {
	Manifest     content.Manifest
	ManifestJSON []byte
	index        []byte
	blobs        []Blob // in order of digest
}

// Digest is the bundle's identity: the digest of manifest.json.
func (b *Bundle) Digest() string { return Bytes(b.ManifestJSON).Digest }

// TotalBytes is the size of all blobs, uncompressed.
func (b *Bundle) TotalBytes() int64 {
	var n int64
	for _, blob := range b.blobs {
		n += blob.SizeBytes
	}
	return n
}

// plan collects what Plan learns.
type plan struct {
	manifest content.Manifest
	index    []ocispec.Descriptor
	blobs    map[string]Blob
}

// Plan works out manifest.json, the index and the list of blobs.
func Plan(spec Spec) (*Bundle, error) {
	p := &plan{blobs: map[string]Blob{}, manifest: content.Manifest{
		Schema: content.Schema, Name: spec.Name, Version: spec.Version, Type: spec.Type,
		Created: spec.Created.UTC().Truncate(time.Second),
		Images:  []content.Image{}, Packs: []content.Pack{}, Definitions: []content.Definition{},
	}}
	for _, image := range spec.Images {
		p.addImage(image)
	}
	for _, pack := range spec.Packs {
		if err := p.addPack(pack); err != nil {
			return nil, fmt.Errorf("pack %s %s: %w", pack.Name, pack.Version, err)
		}
	}
	for _, d := range spec.Definitions {
		if err := p.addDefinition(d); err != nil {
			return nil, fmt.Errorf("definition %s %s: %w", d.Name, d.Version, err)
		}
	}
	if err := p.checkNames(); err != nil {
		return nil, err
	}
	return p.bundle()
}

func (p *plan) addImage(image Image) {
	manifest := Bytes(image.Manifest)
	d := descriptor(image.MediaType, manifest)
	d.Platform = platformOf(image.Platform)
	d.Annotations = map[string]string{content.RefAnnotation: image.Ref, containerdName: image.Ref}
	p.add(d, append([]Blob{manifest}, image.Blobs...))
	p.manifest.Images = append(p.manifest.Images, content.Image{Ref: image.Ref, Digest: manifest.Digest, Platform: image.Platform})
}

func (p *plan) addPack(pack Pack) error {
	a, err := pack.artifact()
	if err != nil {
		return err
	}
	p.addArtifact(a, "slipway.local/packs/"+pack.Name+":"+pack.Version)
	p.manifest.Packs = append(p.manifest.Packs, content.Pack{Name: pack.Name, Version: pack.Version, Layer: pack.Layer, Digest: a.manifest.Digest})
	return nil
}

func (p *plan) addDefinition(def Definition) error {
	a, err := def.artifact()
	if err != nil {
		return err
	}
	p.addArtifact(a, "slipway.local/definitions/"+def.Name+":"+def.Version)
	p.manifest.Definitions = append(p.manifest.Definitions, content.Definition{Name: def.Name, Version: def.Version, Digest: a.manifest.Digest})
	return nil
}

func (p *plan) addArtifact(a artifact, ref string) {
	d := descriptor(ocispec.MediaTypeImageManifest, a.manifest)
	d.ArtifactType = a.kind
	d.Annotations = map[string]string{content.RefAnnotation: ref}
	p.add(d, append([]Blob{a.manifest}, a.blobs...))
}

func (p *plan) add(d ocispec.Descriptor, blobs []Blob) {
	p.index = append(p.index, d)
	for _, b := range blobs {
		p.blobs[b.Digest] = b
	}
}

// checkNames refuses two things of one name.
func (p *plan) checkNames() error {
	seen := map[string]bool{}
	for _, d := range p.index {
		ref := d.Annotations[content.RefAnnotation]
		if seen[ref] {
			return fmt.Errorf("%s is in the bundle twice", ref)
		}
		seen[ref] = true
	}
	return nil
}

func (p *plan) bundle() (*Bundle, error) {
	byRef := func(a, b ocispec.Descriptor) int {
		return strings.Compare(a.Annotations[content.RefAnnotation], b.Annotations[content.RefAnnotation])
	}
	slices.SortFunc(p.index, byRef)
	index, err := json.Marshal(ocispec.Index{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageIndex, Manifests: p.index,
	})
	if err != nil {
		return nil, err
	}
	b := &Bundle{Manifest: p.manifest, index: index}
	b.blobs = slices.SortedFunc(maps.Values(p.blobs), func(x, y Blob) int { return strings.Compare(x.Digest, y.Digest) })
	b.Manifest.Index = Bytes(index).Blob
	for _, blob := range b.blobs {
		b.Manifest.Blobs = append(b.Manifest.Blobs, blob.Blob)
	}
	slices.SortFunc(b.Manifest.Images, func(x, y content.Image) int { return strings.Compare(x.Ref, y.Ref) })
	b.ManifestJSON, err = json.MarshalIndent(b.Manifest, "", " ")
	if err != nil {
		return nil, err
	}
	return b, b.Manifest.Validate(content.DefaultLimits)
}
