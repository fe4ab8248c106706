package store

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/slipway-os/slipway/agent/content"
)

// Images lists the images of all items, sorted by ref. If several items have
// a ref the newest wins; items that are still on their way come last.
func (s *Store) Images() []content.Image {
	s.mu.RLock()
	defer s.mu.RUnlock()
	seen := map[string]bool{}
	var all []content.Image
	for _, m := range s.manifests() {
		for _, i := range m.Images {
			if !seen[i.Ref] {
				seen[i.Ref] = true
				all = append(all, i)
			}
		}
	}
	slices.SortFunc(all, func(a, b content.Image) int {
		if a.Ref < b.Ref {
			return -1
		}
		return 1
	})
	return all
}

// FindPack returns the pack of this name and version of the newest item that
// has it.
func (s *Store) FindPack(name, version string) (content.Pack, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, m := range s.manifests() {
		for _, p := range m.Packs {
			if p.Name == name && p.Version == version {
				return p, nil
			}
		}
	}
	return content.Pack{}, fmt.Errorf("pack %s %s: %w: upload a content bundle that has it", name, version, ErrNotFound)
}

// Definitions lists the cluster definitions of all items, newest item first.
func (s *Store) Definitions() []content.Definition {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var all []content.Definition
	for _, it := range s.sorted() {
		if it.manifest != nil {
			all = append(all, it.manifest.Definitions...)
		}
	}
	return all
}

// manifests lists those of items, newest first, then of expected items;
// callers hold mu.
func (s *Store) manifests() []*content.Manifest {
	var all []*content.Manifest
	for _, it := range s.sorted() {
		if it.manifest != nil {
			all = append(all, it.manifest)
		}
	}
	for _, m := range s.expected {
		all = append(all, &m)
	}
	return all
}

// Pack reads a pack artifact by the digest of its manifest.
func (s *Store) Pack(digest string) (content.PackConfig, []content.PackFile, error) {
	var c content.PackConfig
	a, err := s.artifact(digest)
	if err != nil {
		return c, nil, err
	}
	files, err := content.PackFiles(a)
	if err != nil {
		return c, nil, fmt.Errorf("pack %s: %w", digest, err)
	}
	raw, err := s.ReadBlob(a.Config.Digest, content.MaxArtifactBytes)
	if err != nil {
		return c, nil, fmt.Errorf("config of pack %s: %w", digest, err)
	}
	if err := json.Unmarshal(raw, &c); err != nil {
		return c, nil, fmt.Errorf("config of pack %s: %w", digest, err)
	}
	return c, files, nil
}

// OpenFile opens one file of a pack by its title. The reader fails with
// ErrDamaged instead of ending when the bytes are not the pack's.
func (s *Store) OpenFile(packDigest, title string) (io.ReadCloser, error) {
	_, files, err := s.Pack(packDigest)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(files, func(f content.PackFile) bool { return f.Title == title })
	if i < 0 {
		return nil, fmt.Errorf("file %s of pack %s: %w", title, packDigest, ErrNotFound)
	}
	f, _, err := s.OpenVerified(files[i].Digest)
	return f, err
}

// Definition reads the YAML of a cluster definition by the digest of its manifest.
func (s *Store) Definition(digest string) ([]byte, error) {
	a, err := s.artifact(digest)
	if err != nil {
		return nil, err
	}
	if a.ArtifactType != content.DefinitionArtifactType || len(a.Layers) != 1 {
		return nil, fmt.Errorf("%s is not a cluster definition: %w", digest, ErrNotFound)
	}
	return s.ReadBlob(a.Layers[0].Digest, content.MaxArtifactBytes)
}

func (s *Store) artifact(digest string) (content.Artifact, error) {
	raw, err := s.ReadBlob(digest, content.MaxArtifactBytes)
	if err != nil {
		return content.Artifact{}, err
	}
	return content.ParseArtifact(raw)
}
