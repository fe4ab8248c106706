package content

import "time"

// Schema is the only manifest schema this version reads and writes.
const Schema = 1

// Media types and annotations of the OCI artifacts inside a content bundle
// (OCI image-spec 1.1, "Guidelines for Artifact Usage").
const (
	PackArtifactType       = "application/vnd.slipway.pack.v1"
	PackConfigType         = "application/vnd.slipway.pack.config.v1+json"
	FileLayerType          = "application/vnd.slipway.file.v1"
	DefinitionArtifactType = "application/vnd.slipway.definition.v1"
	DefinitionLayerType    = "application/vnd.slipway.definition.v1+yaml"

	// TitleAnnotation is a file's path inside its pack, such as bin/kubelet.
	TitleAnnotation = "org.opencontainers.image.title"
	// ModeAnnotation is a file's mode, "0755" or "0644".
	ModeAnnotation = "dev.slipway.mode"
	// RefAnnotation names a manifest in the layout's index.json.
	RefAnnotation = "org.opencontainers.image.ref.name"
)

// Manifest is the first entry of a content bundle, manifest.json. The digest
// of its exact bytes is the bundle's identity.
type Manifest struct {
	Schema      int          `json:"schema"`
	Name        string       `json:"name"`
	Version     string       `json:"version"`
	Type        string       `json:"type"`
	Created     time.Time    `json:"created"`
	Blobs       []Blob       `json:"blobs"`
	Index       Blob         `json:"index"`
	Images      []Image      `json:"images"`
	Packs       []Pack       `json:"packs"`
	Definitions []Definition `json:"definitions"`
}

// Blob is one content-addressed file of the layout. Digest is
// "sha256:<64 hex>"; SizeBytes is its exact length.
type Blob struct {
	Digest    string `json:"digest"`
	SizeBytes int64  `json:"sizeBytes"`
}

// Image is one container image: the full reference Kubernetes asks for, the
// digest of its image manifest and its platform, such as linux/amd64.
type Image struct {
	Ref      string `json:"ref"`
	Digest   string `json:"digest"`
	Platform string `json:"platform"`
}

// Pack is one versioned layer of a profile; Digest is its artifact manifest.
// Layer is one of os, kubernetes, vip, cni, csi, registry, addon.
type Pack struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Layer   string `json:"layer"`
	Digest  string `json:"digest"`
}

// Definition is one cluster definition; Digest is its artifact manifest.
type Definition struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Digest  string `json:"digest"`
}

// PackConfig is the config blob of a pack artifact: which images the pack
// needs, the symbolic links among its files, the manifests to apply in this
// order, and the checks that show that the pack works.
type PackConfig struct {
	Name      string            `json:"name"`
	Version   string            `json:"version"`
	Layer     string            `json:"layer"`
	Images    []string          `json:"images,omitempty"`
	Links     map[string]string `json:"links,omitempty"`
	Manifests []string          `json:"manifests,omitempty"`
	Checks    []string          `json:"checks,omitempty"`
}
