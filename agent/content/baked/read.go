package baked

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/google/renameio/v2"
)

// Open reads a bundle of the folder, part after part. A part that is cut is an error, not the end.
func (b Bundle) Open(dir string) io.ReadCloser { return &reader{dir: dir, parts: b.Parts} }

type reader struct {
	dir   string
	parts []Part
	file  *os.File // of the first of parts, once it is open
	left  int64
}

func (r *reader) Read(p []byte) (int, error) {
	for r.file == nil || r.left == 0 {
		if err := r.next(); err != nil {
			return 0, err
		}
	}
	n, err := r.file.Read(p[:min(int64(len(p)), r.left)])
	r.left -= int64(n)
	if errors.Is(err, io.EOF) {
		return n, fmt.Errorf("%s lacks %d bytes", r.file.Name(), r.left)
	}
	return n, err
}

// next opens the part that follows.
func (r *reader) next() error {
	if r.file != nil {
		r.parts = r.parts[1:]
		if err := r.Close(); err != nil {
			return err
		}
	}
	if len(r.parts) == 0 {
		return io.EOF
	}
	var err error
	r.file, err = os.Open(filepath.Join(r.dir, r.parts[0].File))
	r.left = r.parts[0].SizeBytes
	return err
}

func (r *reader) Close() error {
	if r.file == nil {
		return nil
	}
	err := r.file.Close()
	r.file = nil
	return err
}

// Remove forgets the bundle and frees its space; the last one takes the folder with it. Index first: what it does not
// name is nobody's. One that is gone already is no error.
func Remove(dir, name string) error {
	index, err := ReadIndex(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return os.RemoveAll(dir) // what a power cut left of the last one
	}
	if err != nil {
		return err
	}
	at := slices.IndexFunc(index.Bundles, func(b Bundle) bool { return b.Name == name })
	if at < 0 {
		return nil
	}
	parts := index.Bundles[at].Parts
	index.Bundles = slices.Delete(index.Bundles, at, at+1)
	if len(index.Bundles) == 0 {
		return errors.Join(os.Remove(filepath.Join(dir, IndexFile)), os.RemoveAll(dir), syncDir(filepath.Dir(dir)))
	}
	if err := writeIndex(dir, index); err != nil {
		return err
	}
	for _, p := range parts {
		err = errors.Join(err, os.Remove(filepath.Join(dir, p.File)))
	}
	return err
}

// writeIndex makes the index of a folder durable, and every name in the folder with it.
func writeIndex(dir string, i Index) error {
	data, err := i.Marshal()
	if err != nil {
		return err
	}
	if err := renameio.WriteFile(filepath.Join(dir, IndexFile), data, 0o600); err != nil {
		return err
	}
	return syncDir(dir)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
