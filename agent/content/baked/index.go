package baked

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
)

// PartSize is the size of all parts of a bundle but the last, in bytes.
const PartSize = 3_000_000_000

// IndexFile is the name of the index in a folder of bundles.
const IndexFile = "index.json"

// Bounds of an index: it comes from a medium.
const (
	maxIndex   = 1 << 20
	maxBundles = 100
	maxParts   = 200
)

// Index lists the bundles of a folder.
type Index struct {
	Bundles []Bundle `json:"bundles"`
}

// Bundle is one content bundle, cut in parts.
type Bundle struct {
	// Name is that of the file that was baked in, for people.
	Name      string `json:"name"`
	SizeBytes int64  `json:"sizeBytes"`
	Parts     []Part `json:"parts"`
}

// Part is one file of the folder.
type Part struct {
	File      string `json:"file"`
	SizeBytes int64  `json:"sizeBytes"`
	SHA256    string `json:"sha256"`
}

var (
	// Without blanks: the names are those of files on a medium.
	nameForm   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._+-]{0,79}$`)
	digestForm = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

// Total is the size of all bundles, in bytes.
func (i Index) Total() (sum int64) {
	for _, b := range i.Bundles {
		sum += b.SizeBytes
	}
	return sum
}

// Validate refuses an index that could lead out of its folder or does not add up.
func (i Index) Validate() error {
	if len(i.Bundles) > maxBundles {
		return fmt.Errorf("%d bundles; at most %d are allowed", len(i.Bundles), maxBundles)
	}
	files := map[string]bool{IndexFile: true}
	for _, b := range i.Bundles {
		if !nameForm.MatchString(b.Name) {
			return fmt.Errorf("the bundle name %.90q is not allowed: use up to 80 letters, digits, dots and dashes", b.Name)
		}
		if len(b.Parts) == 0 || len(b.Parts) > maxParts {
			return fmt.Errorf("bundle %s has %d parts; 1 to %d are allowed", b.Name, len(b.Parts), maxParts)
		}
		var sum int64
		for _, p := range b.Parts {
			if !nameForm.MatchString(p.File) || files[p.File] || !digestForm.MatchString(p.SHA256) || p.SizeBytes < 0 || p.SizeBytes > PartSize {
				return fmt.Errorf("bundle %s: the part %.90q is not allowed or listed twice", b.Name, p.File)
			}
			files[p.File] = true
			sum += p.SizeBytes
		}
		if sum != b.SizeBytes {
			return fmt.Errorf("bundle %s: its parts add up to %d bytes, not %d", b.Name, sum, b.SizeBytes)
		}
	}
	return nil
}

// Marshal writes the index.
func (i Index) Marshal() ([]byte, error) { return json.MarshalIndent(i, "", "  ") }

// ReadIndex reads the index of a folder. A folder without one is os.ErrNotExist.
func ReadIndex(dir string) (Index, error) {
	path := filepath.Join(dir, IndexFile)
	file, err := os.Open(path)
	if err != nil {
		return Index{}, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxIndex+1))
	if err == nil && len(data) > maxIndex {
		err = fmt.Errorf("it is longer than %d bytes", maxIndex)
	}
	var i Index
	if err == nil {
		err = json.Unmarshal(data, &i)
	}
	if err == nil {
		err = i.Validate()
	}
	if err != nil {
		return Index{}, fmt.Errorf("read %s: %w", path, err)
	}
	return i, nil
}
