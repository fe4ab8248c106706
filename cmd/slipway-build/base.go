package main

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// flatBase makes a base that is a container image, as OCI or docker archive, one tar archive in the folder temp. Other bases
// stay what they are.
func flatBase(ctx context.Context, base, temp string) (string, error) {
	info, err := os.Stat(base)
	if err != nil || info.IsDir() {
		return base, err
	}
	var image v1.Image
	switch kind, err := archiveKind(base); {
	case err != nil:
		return "", err
	case kind == "oci-layout":
		image, err = ociImage(ctx, base, filepath.Join(temp, "oci"))
		if err != nil {
			return "", fmt.Errorf("read the OCI archive %s: %w", base, err)
		}
	case kind == "manifest.json":
		if image, err = tarball.ImageFromPath(base, nil); err != nil {
			return "", fmt.Errorf("read the docker archive %s: %w", base, err)
		}
	default:
		return base, nil
	}
	flat := filepath.Join(temp, "base.tar")
	out, err := os.Create(flat)
	if err != nil {
		return "", err
	}
	layers := mutate.Extract(image)
	_, err = io.Copy(out, layers)
	return flat, errors.Join(err, layers.Close(), out.Close())
}

// archiveKind is the file that tells what an archive is: oci-layout, manifest.json (docker), or nothing for any other file.
// An OCI archive may have both.
func archiveKind(base string) (kind string, err error) {
	file, err := os.Open(base)
	if err != nil {
		return "", err
	}
	defer file.Close()
	archive := tar.NewReader(file)
	for {
		header, err := archive.Next()
		if err != nil {
			return kind, nil // its end, or no tar archive, or a compressed one
		}
		switch name := path.Clean(header.Name); name {
		case "oci-layout":
			return name, nil
		case "manifest.json":
			kind = name
		}
	}
}

// ociImage is the image of an archive, or the one of its images that is for our machines.
func ociImage(ctx context.Context, base, dir string) (v1.Image, error) {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return nil, err
	}
	if out, err := exec.CommandContext(ctx, "tar", "--extract", "--no-same-owner", "--file", base, "--directory", dir).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, out)
	}
	index, err := layout.ImageIndexFromPath(dir)
	if err != nil {
		return nil, err
	}
	return machineImage(index)
}

func machineImage(index v1.ImageIndex) (v1.Image, error) {
	manifest, err := index.IndexManifest()
	if err != nil {
		return nil, err
	}
	for _, d := range manifest.Manifests {
		if p := d.Platform; p != nil && p.Architecture != "" && (p.OS != "linux" || p.Architecture != "amd64") {
			continue
		}
		if d.MediaType.IsIndex() {
			inner, err := index.ImageIndex(d.Digest)
			if err != nil {
				return nil, err
			}
			return machineImage(inner)
		}
		return index.Image(d.Digest)
	}
	return nil, errors.New("it has no image for linux/amd64")
}
