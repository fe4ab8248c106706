package iso

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
)

// Manifest lists the files of a medium, all but itself, the boot catalog and the EFI system partition, whose files it has
// anyway. biosPath is not compared: GRUB's place is written into it.
type Manifest struct {
	Release string         `json:"release"`
	Files   []ManifestFile `json:"files"`
}

// ManifestFile is one file.
type ManifestFile struct {
	Path   string `json:"path"`
	Size   int64  `json:"sizeBytes"`
	SHA256 string `json:"sha256"`
}

const maxManifest = 1 << 20

func newManifest(release string, files []File) ([]byte, error) {
	m := Manifest{Release: release}
	for _, f := range files {
		if f.Path == biosPath {
			continue
		}
		digest, size, err := f.digest()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Path, err)
		}
		m.Files = append(m.Files, ManifestFile{f.Path, size, digest})
	}
	return json.MarshalIndent(m, "", "  ")
}

func (f File) digest() (string, int64, error) {
	if f.SHA256 != "" {
		size, err := sizeOf(f)
		return f.SHA256, size, err
	}
	in, err := f.open()
	if err != nil {
		return "", 0, err
	}
	defer in.Close()
	return digestOf(in)
}

func digestOf(r io.Reader) (digest string, size int64, err error) {
	hash := sha256.New()
	size, err = io.Copy(hash, r)
	return hex.EncodeToString(hash.Sum(nil)), size, err
}

// manifest reads the one of a volume, whose files lie at records.
func (v *volume) manifest(records map[string]record) (Manifest, error) {
	r, ok := records[ManifestPath]
	if !ok {
		return Manifest{}, errors.New("the image has no " + ManifestPath + ": it is not a Slipway medium, or a damaged one")
	}
	if r.size > maxManifest {
		return Manifest{}, fmt.Errorf("%s is %d bytes long", ManifestPath, r.size)
	}
	data, err := io.ReadAll(v.open(r))
	if err != nil {
		return Manifest{}, fmt.Errorf("read %s: %w", ManifestPath, err)
	}
	var m Manifest
	if err := json.Unmarshal(data, &m); err != nil {
		return Manifest{}, fmt.Errorf("%s: %w", ManifestPath, err)
	}
	for _, f := range m.Files {
		if path.Clean(f.Path) != f.Path {
			return Manifest{}, fmt.Errorf("%s names the file %q", ManifestPath, f.Path)
		}
	}
	return m, nil
}

func (v *volume) open(r record) io.Reader {
	return io.NewSectionReader(v, int64(r.sector)*sectorSize, int64(r.size))
}
