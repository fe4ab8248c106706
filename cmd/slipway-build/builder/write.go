package builder

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/slipway-os/slipway/agent/content/bundlewriter"
)

// write writes the bundle file, unless it is there already. The file appears
// under its name only when it is whole and on the disk.
func (b *Builder) write(ctx context.Context, spec bundlewriter.Spec, out string) (Result, error) {
	bundle, err := bundlewriter.Plan(spec)
	if err != nil {
		return Result{}, err
	}
	result := Result{Digest: bundle.Digest()}
	err = b.progress.step("bundle "+out, func() (bool, error) {
		result.UpToDate = startsWith(out, bundle.ManifestJSON)
		if result.UpToDate {
			return true, nil
		}
		return false, b.writeFile(ctx, bundle, out)
	})
	if err != nil {
		return Result{}, err
	}
	info, err := os.Stat(out)
	if err != nil {
		return Result{}, err
	}
	result.SizeBytes = info.Size()
	return result, nil
}

func (b *Builder) writeFile(ctx context.Context, bundle *bundlewriter.Bundle, out string) error {
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return err
	}
	// The file in work lies beside the bundle: a rename must not cross file
	// systems. Its name is fixed, so that killed builds do not pile up copies.
	f, err := os.Create(out + ".part")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	shown := time.Now()
	err = bundle.WriteTo(ctx, f, func(done int64) {
		if time.Since(shown) > 2*time.Second {
			b.progress.note("%d of %d MB written", done>>20, bundle.TotalBytes()>>20)
			shown = time.Now()
		}
	})
	if err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), out); err != nil {
		return err
	}
	return syncDir(filepath.Dir(out))
}

// startsWith says whether file is a bundle with exactly this manifest. That is
// enough: files get their name only when they are complete.
func startsWith(file string, manifest []byte) bool {
	f, err := openFile(file)
	if err != nil {
		return false
	}
	defer f.Close()
	zr, err := zstd.NewReader(f)
	if err != nil {
		return false
	}
	defer zr.Close()
	tr := tar.NewReader(zr)
	if h, err := tr.Next(); err != nil || h.Name != "manifest.json" {
		return false
	}
	have, err := io.ReadAll(io.LimitReader(tr, int64(len(manifest))+1))
	return err == nil && bytes.Equal(have, manifest)
}

// openFile opens a plain file; a folder is refused here rather than at the
// first read.
func openFile(path string) (*os.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		f.Close()
		return nil, &os.PathError{Op: "open", Path: path, Err: errors.New("is not a file")}
	}
	return f, nil
}
