package bundlewriter

import (
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/slipway-os/slipway/agent/content"
)

// File is one file of a pack. Path is relative and clean, such as bin/kubelet.
type File struct {
	Path       string
	Executable bool
	Blob       Blob
}

// Pack is one versioned layer of a profile with its files.
type Pack struct {
	content.PackConfig
	Files []File
}

// Definition is one cluster definition: its YAML as the user wrote it.
type Definition struct {
	Name, Version string
	YAML          []byte
}

// artifact is an OCI artifact: its manifest and everything the manifest names.
type artifact struct {
	manifest Blob
	kind     string
	blobs    []Blob
}

func (p Pack) artifact() (artifact, error) {
	configJSON, err := json.Marshal(p.PackConfig)
	if err != nil {
		return artifact{}, err
	}
	config := Bytes(configJSON)
	manifest := ocispec.Manifest{ArtifactType: content.PackArtifactType, Config: descriptor(content.PackConfigType, config)}
	blobs := []Blob{config}
	files := slices.Clone(p.Files)
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	seen := map[string]bool{}
	for _, f := range files {
		if !cleanRelative(f.Path) || seen[f.Path] {
			return artifact{}, fmt.Errorf("file %q: the path must be relative, clean and occur once, such as bin/tool", f.Path)
		}
		seen[f.Path] = true
		layer := descriptor(content.FileLayerType, f.Blob)
		layer.Annotations = map[string]string{content.TitleAnnotation: f.Path, content.ModeAnnotation: "0644"}
		if f.Executable {
			layer.Annotations[content.ModeAnnotation] = "0755"
		}
		manifest.Layers = append(manifest.Layers, layer)
		blobs = append(blobs, f.Blob)
	}
	if err := p.checkNames(seen); err != nil {
		return artifact{}, err
	}
	return newArtifact(manifest, blobs)
}

// checkNames makes sure that what the config speaks of exists in the pack.
func (p Pack) checkNames(files map[string]bool) error {
	for _, m := range p.Manifests {
		if !files[m] {
			return fmt.Errorf("manifest %s is listed, but the pack has no such file", m)
		}
	}
	for link, target := range p.Links {
		if !cleanRelative(link) || files[link] {
			return fmt.Errorf("link %q: the path must be relative, clean and not a file of the pack", link)
		}
		if at := path.Join(path.Dir(link), target); path.IsAbs(target) || !files[at] {
			return fmt.Errorf("link %s points to %q, which is not a file of the pack", link, target)
		}
	}
	return nil
}

func (d Definition) artifact() (artifact, error) {
	yaml, empty := Bytes(d.YAML), Bytes([]byte("{}"))
	layer := descriptor(content.DefinitionLayerType, yaml)
	layer.Annotations = map[string]string{content.TitleAnnotation: "definition.yaml"}
	manifest := ocispec.Manifest{
		ArtifactType: content.DefinitionArtifactType,
		Config:       descriptor(ocispec.MediaTypeEmptyJSON, empty),
		Layers:       []ocispec.Descriptor{layer},
	}
	return newArtifact(manifest, []Blob{empty, yaml})
}

func newArtifact(manifest ocispec.Manifest, blobs []Blob) (artifact, error) {
	manifest.Versioned = specs.Versioned{SchemaVersion: 2}
	manifest.MediaType = ocispec.MediaTypeImageManifest
	data, err := json.Marshal(manifest)
	if err != nil {
		return artifact{}, err
	}
	return artifact{manifest: Bytes(data), kind: manifest.ArtifactType, blobs: blobs}, nil
}

// cleanRelative says whether p stays inside the folder it is joined to.
func cleanRelative(p string) bool {
	return p != "" && p != "." && !path.IsAbs(p) && path.Clean(p) == p && p != ".." && !strings.HasPrefix(p, "../")
}
