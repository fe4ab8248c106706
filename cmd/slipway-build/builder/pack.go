package builder

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/slipway-os/slipway/agent/content"
	"github.com/slipway-os/slipway/agent/content/bundlewriter"
	"github.com/slipway-os/slipway/cmd/slipway-build/recipe"
)

// packOf reads the files of one pack of the recipe.
func (b *Builder) packOf(ctx context.Context, p recipe.Pack) (bundlewriter.Pack, error) {
	pack := bundlewriter.Pack{PackConfig: content.PackConfig{
		Name: p.Name, Version: p.Version, Layer: p.Layer,
		Images: p.Images, Links: p.Links, Manifests: p.Manifests, Checks: p.Checks,
	}}
	for _, f := range p.Files {
		file := bundlewriter.File{Path: f.Path, Executable: f.Mode == 0o755 || f.Program != "" && f.Mode == 0}
		var err error
		switch {
		case f.Program != "":
			file.Blob = b.binary(f.Program)
		case f.File != "":
			file.Blob, err = bundlewriter.HashFile(filepath.Join(b.dir, f.File))
		default:
			file.Blob, err = b.upstreamFile(ctx, *f.Upstream)
		}
		if err == nil {
			err = checkImages(file, p.Images)
		}
		if err != nil {
			return bundlewriter.Pack{}, fmt.Errorf("file %s: %w", f.Path, err)
		}
		pack.Files = append(pack.Files, file)
	}
	return pack, nil
}

// imageRule finds the images of a manifest. It is a template, so it need not
// be YAML yet; an image that is an action itself is not looked at.
var imageRule = regexp.MustCompile(`(?m)^[ \t]*(?:- )?image:[ \t]*["']?([^\s"'{]+)["']?[ \t]*$`)

// checkImages makes sure that every image of a manifest is among those that
// the pack says it needs: the hosts have no network to find another.
func checkImages(file bundlewriter.File, images []string) error {
	if !strings.HasSuffix(file.Path, ".yaml") {
		return nil
	}
	r, err := file.Blob.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	for _, found := range imageRule.FindAllStringSubmatch(string(text), -1) {
		if !slices.Contains(images, found[1]) {
			return fmt.Errorf("image %s is not among the images of the pack", found[1])
		}
	}
	return nil
}
