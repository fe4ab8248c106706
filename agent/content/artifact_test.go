package content

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
)

// layoutOf builds a manifest over the given documents, and a reader of them.
func layoutOf(docs ...any) (Manifest, []string, func(string) ([]byte, error)) {
	var m Manifest
	var digests []string
	by := map[string][]byte{}
	for _, d := range docs {
		raw, _ := json.Marshal(d)
		by[DigestOf(raw)] = raw
		m.Blobs = append(m.Blobs, blobOf(raw))
		digests = append(digests, DigestOf(raw))
	}
	return m, digests, func(d string) ([]byte, error) {
		if raw, ok := by[d]; ok {
			return raw, nil
		}
		return nil, fmt.Errorf("no %s", d)
	}
}

func TestCheckGraph(t *testing.T) {
	config := blobOf([]byte(`"c"`))
	desc := Descriptor{Digest: config.Digest, Size: config.SizeBytes}
	image := Artifact{Config: desc, Layers: []Descriptor{desc}}
	pack := Artifact{ArtifactType: PackArtifactType, Config: desc}
	rawImage, _ := json.Marshal(image)
	child := Descriptor{Digest: DigestOf(rawImage), Size: int64(len(rawImage))}
	absent := Descriptor{Digest: DigestOf([]byte("absent")), Size: 6}
	for what, tc := range map[string]struct {
		doc  any
		kind string
		ok   bool
	}{
		"image":            {image, "image", true},
		"index":            {Artifact{Manifests: []Descriptor{child, absent}}, "image", true},
		"pack":             {pack, "pack", true},
		"absent layer":     {Artifact{Config: desc, Layers: []Descriptor{absent}}, "image", false},
		"wrong size":       {Artifact{Config: Descriptor{Digest: config.Digest, Size: 9}}, "image", false},
		"no config":        {Artifact{}, "image", false},
		"empty index":      {Artifact{Manifests: []Descriptor{absent}}, "image", false},
		"not JSON object":  {"text", "image", false},
		"image as pack":    {image, "pack", false},
		"pack as def":      {pack, "definition", false},
		"index as pack":    {Artifact{ArtifactType: PackArtifactType, Manifests: []Descriptor{child}}, "pack", false},
		"index with index": {Artifact{Manifests: []Descriptor{{Digest: config.Digest, Size: config.SizeBytes}}}, "image", false},
	} {
		t.Run(what, func(t *testing.T) {
			m, digests, read := layoutOf("c", image, tc.doc)
			switch tc.kind {
			case "image":
				m.Images = []Image{{Ref: "r", Digest: digests[2]}}
			case "pack":
				m.Packs = []Pack{{Digest: digests[2]}}
			case "definition":
				m.Definitions = []Definition{{Digest: digests[2]}}
			}
			err := CheckGraph(m, read)
			if (err == nil) != tc.ok || err != nil && !errors.Is(err, ErrInvalid) {
				t.Errorf("got %v, want ok=%v", err, tc.ok)
			}
		})
	}
}

func TestPackFiles(t *testing.T) {
	layer := func(title, mode string) Descriptor {
		return Descriptor{Digest: DigestOf([]byte(title)), Size: 3, Annotations: map[string]string{TitleAnnotation: title, ModeAnnotation: mode}}
	}
	a := Artifact{ArtifactType: PackArtifactType, Config: Descriptor{MediaType: PackConfigType},
		Layers: []Descriptor{layer("bin/kubelet", "0755"), layer("manifests/a.yaml", "04777")}}
	files, err := PackFiles(a)
	if err != nil || len(files) != 2 || files[0].Mode != 0o755 || files[1].Mode != 0o644 || files[0].Title != "bin/kubelet" {
		t.Fatalf("%+v, %v", files, err)
	}
	for _, title := range []string{"", ".", "/etc/passwd", "../x", "a/../b", "a//b", "a\\b", "a\x00b", "bin/kubelet"} {
		bad := a
		bad.Layers = append(bad.Layers[:2:2], layer(title, ""))
		if _, err := PackFiles(bad); !errors.Is(err, ErrInvalid) {
			t.Errorf("title %q: %v", title, err)
		}
	}
	if _, err := PackFiles(Artifact{}); !errors.Is(err, ErrNotPack) {
		t.Errorf("no pack: %v", err)
	}
}
