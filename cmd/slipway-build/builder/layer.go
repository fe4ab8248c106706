package builder

import (
	"context"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/slipway-os/slipway/agent/content"
	"github.com/slipway-os/slipway/agent/content/bundlewriter"
	"github.com/slipway-os/slipway/cmd/slipway-build/recipe"
)

// builtLayer is what the cache remembers of a layer.
type builtLayer struct {
	Blob   content.Blob
	DiffID string
}

// buildLayer makes one image layer. Its key is the content of all its files.
func (b *Builder) buildLayer(ctx context.Context, l recipe.Layer) (bundlewriter.Layer, bool, error) {
	entries, err := b.layerEntries(ctx, l)
	if err != nil {
		return bundlewriter.Layer{}, false, err
	}
	inputs := make([]any, 0, len(entries)+1)
	inputs = append(inputs, "layer 1")
	for _, e := range entries {
		inputs = append(inputs, []any{e.Path, e.Mode, e.UID, e.Link, e.Dir, e.Data.Digest})
	}
	var built builtLayer
	valid := func() bool { _, ok := b.cache.blob(built.Blob); return ok }
	cached, err := b.cache.memo(key(inputs...), &built, valid, func() error {
		var layer bundlewriter.Layer
		blob, err := b.cache.addBlob("", func(w io.Writer) (err error) {
			layer, err = bundlewriter.WriteLayer(ctx, entries, w)
			return err
		})
		built = builtLayer{blob, layer.DiffID}
		return err
	})
	blob, _ := b.cache.blob(built.Blob)
	return bundlewriter.Layer{Blob: blob, DiffID: built.DiffID}, cached, err
}

// layerEntries resolves a layer's files. An own file wins over one of a Debian
// package.
func (b *Builder) layerEntries(ctx context.Context, l recipe.Layer) ([]bundlewriter.Entry, error) {
	entries := map[string]bundlewriter.Entry{}
	if l.Debian != nil {
		tree, _, err := b.debianTree(ctx, l.Debian.Packages)
		if err != nil {
			return nil, err
		}
		files, err := debianEntries(tree, *l.Debian)
		if err != nil {
			return nil, err
		}
		for _, e := range files {
			entries[e.Path] = e
		}
	}
	for _, f := range l.Files {
		e := bundlewriter.Entry{Path: f.Path, Mode: int64(f.Mode), UID: f.UID, Link: f.Link, Dir: f.Dir}
		switch {
		case f.Program != "":
			e.Data = b.binary(f.Program)
			e.Mode = orMode(e.Mode, 0o755)
		case f.Text != "":
			e.Data = bundlewriter.Bytes([]byte(f.Text))
			e.Mode = orMode(e.Mode, 0o644)
		case f.Dir:
			e.Mode = orMode(e.Mode, 0o755)
		}
		entries[e.Path] = e
	}
	return sortedEntries(entries), nil
}

// binary is a compiled program by its name in the recipe, program/binary.
func (b *Builder) binary(ref string) bundlewriter.Blob {
	program, binary, _ := strings.Cut(ref, "/")
	return b.programs[program][binary]
}

func orMode(mode, otherwise int64) int64 {
	if mode != 0 {
		return mode
	}
	return otherwise
}

func sortedEntries(entries map[string]bundlewriter.Entry) []bundlewriter.Entry {
	return slices.SortedFunc(maps.Values(entries), func(x, y bundlewriter.Entry) int {
		return strings.Compare(x.Path, y.Path)
	})
}

// imageOf makes or fetches one image of the recipe.
func (b *Builder) imageOf(ctx context.Context, image recipe.Image) (bundlewriter.Image, error) {
	if image.Build == nil {
		return b.fetchImage(ctx, image)
	}
	layers := make([]bundlewriter.Layer, 0, len(image.Build.Layers))
	for _, name := range image.Build.Layers {
		layers = append(layers, b.layers[name])
	}
	config := bundlewriter.ImageConfig{
		Entrypoint: image.Build.Entrypoint, User: image.Build.User,
		Env: append([]string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}, image.Build.Env...),
	}
	return bundlewriter.NewImage(image.Ref, config, layers)
}
