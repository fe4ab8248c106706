package bundlewriter

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// Platform of every image that NewImage makes.
const Platform = "linux/amd64"

// Image is a container image as the layout stores it: the exact bytes of its
// manifest, and the blobs that the manifest names. Ref is the full reference
// that Kubernetes asks for.
type Image struct {
	Ref       string
	Platform  string
	MediaType string
	Manifest  []byte
	Blobs     []Blob
}

// ImageConfig is what a container of the image runs by default.
type ImageConfig struct {
	Entrypoint []string
	Env        []string
	User       string
}

// NewImage puts an image together from layers, the lowest first.
func NewImage(ref string, config ImageConfig, layers []Layer) (Image, error) {
	oci := ocispec.Image{
		Platform: ocispec.Platform{OS: "linux", Architecture: "amd64"},
		Config:   ocispec.ImageConfig{Entrypoint: config.Entrypoint, Env: config.Env, User: config.User},
		RootFS:   ocispec.RootFS{Type: "layers"},
	}
	manifest := ocispec.Manifest{Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest}
	blobs := make([]Blob, 0, len(layers)+1)
	for _, l := range layers {
		oci.RootFS.DiffIDs = append(oci.RootFS.DiffIDs, digest.Digest(l.DiffID))
		manifest.Layers = append(manifest.Layers, descriptor(LayerMediaType, l.Blob))
		blobs = append(blobs, l.Blob)
	}
	configJSON, err := json.Marshal(oci)
	if err != nil {
		return Image{}, fmt.Errorf("image %s: %w", ref, err)
	}
	configBlob := Bytes(configJSON)
	manifest.Config = descriptor(ocispec.MediaTypeImageConfig, configBlob)
	manifestJSON, err := json.Marshal(manifest)
	if err != nil {
		return Image{}, fmt.Errorf("image %s: %w", ref, err)
	}
	return Image{
		Ref: ref, Platform: Platform, MediaType: ocispec.MediaTypeImageManifest,
		Manifest: manifestJSON, Blobs: append(blobs, configBlob),
	}, nil
}

func descriptor(mediaType string, b Blob) ocispec.Descriptor {
	return ocispec.Descriptor{MediaType: mediaType, Digest: digest.Digest(b.Digest), Size: b.SizeBytes}
}

// platformOf reads "os/architecture[/variant]".
func platformOf(s string) *ocispec.Platform {
	parts := strings.SplitN(s, "/", 3)
	if len(parts) < 2 {
		return nil
	}
	p := &ocispec.Platform{OS: parts[0], Architecture: parts[1]}
	if len(parts) == 3 {
		p.Variant = parts[2]
	}
	return p
}
