package content

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

func valid() Manifest {
	d := DigestOf([]byte("a"))
	return Manifest{Schema: Schema, Name: "slipway-default", Version: "1.32.3-1+Build", Type: "kubernetes",
		Blobs: []Blob{{d, 1}}, Index: Blob{DigestOf([]byte("i")), 1},
		Images:      []Image{{"registry.k8s.io:5000/kube-apiserver:v1.32.3", d, "linux/amd64"}},
		Packs:       []Pack{{"kubernetes", "1.32.3", "kubernetes", d}},
		Definitions: []Definition{{"default", "1.0.0", d}}}
}

func TestValidate(t *testing.T) {
	if err := valid().Validate(DefaultLimits); err != nil {
		t.Fatal(err)
	}
	other := DigestOf([]byte("other"))
	for what, edit := range map[string]func(*Manifest){
		"schema":           func(m *Manifest) { m.Schema = 2 },
		"name upper":       func(m *Manifest) { m.Name = "Slipway" },
		"name empty":       func(m *Manifest) { m.Name = "" },
		"name path":        func(m *Manifest) { m.Name = "../x" },
		"name long":        func(m *Manifest) { m.Name = strings.Repeat("a", 64) },
		"name newline":     func(m *Manifest) { m.Name = "a\n" },
		"version":          func(m *Manifest) { m.Version = "1 0" },
		"type":             func(m *Manifest) { m.Type = "" },
		"digest short":     func(m *Manifest) { m.Blobs[0].Digest = "sha256:12" },
		"digest upper":     func(m *Manifest) { m.Blobs[0].Digest = strings.ToUpper(m.Blobs[0].Digest) },
		"digest path":      func(m *Manifest) { m.Blobs[0].Digest = "sha256:../../" + strings.Repeat("a", 58) },
		"digest algorithm": func(m *Manifest) { m.Blobs[0].Digest = "sha512:" + strings.Repeat("a", 64) },
		"negative size":    func(m *Manifest) { m.Blobs[0].SizeBytes = -1 },
		"large blob":       func(m *Manifest) { m.Blobs[0].SizeBytes = 16<<30 + 1 },
		"large index":      func(m *Manifest) { m.Index.SizeBytes = 8<<20 + 1 },
		"duplicate blob":   func(m *Manifest) { m.Blobs = append(m.Blobs, m.Blobs[0]) },
		"unsorted":         func(m *Manifest) { m.Blobs = append(m.Blobs, Blob{"sha256:" + strings.Repeat("0", 64), 1}) },
		"too many":         func(m *Manifest) { m.Blobs = make([]Blob, 20001) },
		"index digest":     func(m *Manifest) { m.Index.Digest = "" },
		"image ref":        func(m *Manifest) { m.Images[0].Ref = "kube-apiserver" },
		"image no tag":     func(m *Manifest) { m.Images[0].Ref = "docker.io/a/b" },
		"image ref upper":  func(m *Manifest) { m.Images[0].Ref = "docker.io/A/b:1" },
		"image ref dots":   func(m *Manifest) { m.Images[0].Ref = "docker.io/../b:1" },
		"image twice":      func(m *Manifest) { m.Images = append(m.Images, m.Images[0]) },
		"image digest":     func(m *Manifest) { m.Images[0].Digest = other },
		"image platform":   func(m *Manifest) { m.Images[0].Platform = "linux" },
		"pack layer":       func(m *Manifest) { m.Packs[0].Layer = "virus" },
		"pack twice":       func(m *Manifest) { m.Packs = append(m.Packs, m.Packs[0]) },
		"pack digest":      func(m *Manifest) { m.Packs[0].Digest = other },
		"definition name":  func(m *Manifest) { m.Definitions[0].Name = "a/b" },
		"definition twice": func(m *Manifest) { m.Definitions = append(m.Definitions, m.Definitions[0]) },
	} {
		t.Run(what, func(t *testing.T) {
			m := valid()
			edit(&m)
			if err := m.Validate(DefaultLimits); !errors.Is(err, ErrInvalid) {
				t.Errorf("got %v, want ErrInvalid", err)
			}
		})
	}
	limits := DefaultLimits
	limits.TotalBytes = 1
	if err := valid().Validate(limits); !errors.Is(err, ErrInvalid) {
		t.Errorf("total: %v", err)
	}
}

func FuzzParseManifest(f *testing.F) {
	raw, _ := json.Marshal(valid())
	f.Add(raw)
	f.Add([]byte("{}"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := ParseManifest(raw, DefaultLimits)
		if err != nil {
			return
		}
		for _, b := range m.AllBlobs() {
			if _, err := DigestHex(b.Digest); err != nil {
				t.Error(err)
			}
		}
		if m.TotalBytes() < 0 {
			t.Error("negative total")
		}
	})
}
