package builder

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/slipway-os/slipway/agent/content/bundlewriter"
	"github.com/slipway-os/slipway/cmd/slipway-build/recipe"
)

// Options say what to build. File is the bundle.yaml, Out the bundle to write,
// Cache a folder for finished steps, Log takes the progress lines.
type Options struct {
	File, Out, Cache string
	Log              io.Writer
}

// Result tells what was written.
type Result struct {
	Digest    string
	SizeBytes int64 // of the file
	UpToDate  bool  // the file had this content already
}

// Builder carries out one recipe.
type Builder struct {
	recipe   *recipe.Bundle
	dir      string // of bundle.yaml
	cache    *cache
	progress *progress
	programs map[string]map[string]bundlewriter.Blob
	layers   map[string]bundlewriter.Layer
}

// Build makes the bundle of a recipe. A bundle that is there already and equal
// is left alone; otherwise it is replaced at once when everything is done.
func Build(ctx context.Context, o Options) (Result, error) {
	data, err := os.ReadFile(o.File)
	if err != nil {
		return Result{}, err
	}
	r, err := recipe.Parse(data)
	if err != nil {
		return Result{}, fmt.Errorf("%s: %w", o.File, err)
	}
	dir, err := filepath.Abs(filepath.Dir(o.File))
	if err != nil {
		return Result{}, err
	}
	c, err := openCache(o.Cache)
	if err != nil {
		return Result{}, err
	}
	defer c.Close()
	b := &Builder{
		recipe: r, dir: dir, cache: c,
		progress: &progress{w: o.Log, total: len(r.Programs) + len(r.Layers) + len(r.Images) + len(r.Packs) + 1},
		programs: map[string]map[string]bundlewriter.Blob{},
		layers:   map[string]bundlewriter.Layer{},
	}
	spec, err := b.spec(ctx)
	if err != nil {
		return Result{}, err
	}
	result, err := b.write(ctx, spec, o.Out)
	if err != nil {
		return result, err
	}
	return result, c.dropOld()
}

// spec runs all steps but the last.
func (b *Builder) spec(ctx context.Context) (bundlewriter.Spec, error) {
	spec := bundlewriter.Spec{Name: b.recipe.Name, Version: b.recipe.Version, Type: b.recipe.Type}
	var err error
	if spec.Created, err = created(b.recipe.Created, os.Getenv("SOURCE_DATE_EPOCH")); err != nil {
		return spec, err
	}
	for _, file := range b.recipe.Definitions {
		definition, err := b.definition(file)
		if err != nil {
			return spec, err
		}
		spec.Definitions = append(spec.Definitions, definition)
	}
	if err := b.buildParts(ctx); err != nil {
		return spec, err
	}
	for _, image := range b.recipe.Images {
		err := b.progress.step("image "+image.Ref, func() (bool, error) {
			made, err := b.imageOf(ctx, image)
			spec.Images = append(spec.Images, made)
			return false, err
		})
		if err != nil {
			return spec, err
		}
	}
	for _, pack := range b.recipe.Packs {
		err := b.progress.step("pack "+pack.Name+" "+pack.Version, func() (bool, error) {
			made, err := b.packOf(ctx, pack)
			spec.Packs = append(spec.Packs, made)
			return false, err
		})
		if err != nil {
			return spec, err
		}
	}
	return spec, nil
}

// buildParts builds what images and packs are made of.
func (b *Builder) buildParts(ctx context.Context) error {
	for _, name := range slices.Sorted(maps.Keys(b.recipe.Programs)) {
		err := b.progress.step("program "+name, func() (cached bool, err error) {
			b.programs[name], cached, err = b.buildProgram(ctx, name, b.recipe.Programs[name])
			return cached, err
		})
		if err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(b.recipe.Layers)) {
		err := b.progress.step("layer "+name, func() (cached bool, err error) {
			b.layers[name], cached, err = b.buildLayer(ctx, b.recipe.Layers[name])
			return cached, err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// created is the bundle's date: SOURCE_DATE_EPOCH (reproducible-builds.org), or
// what the recipe says. Never now: the same recipe must give the same digest.
func created(inRecipe time.Time, epoch string) (time.Time, error) {
	if epoch == "" {
		return inRecipe.UTC(), nil
	}
	seconds, err := strconv.ParseInt(epoch, 10, 64)
	if err != nil || seconds < 0 {
		return time.Time{}, fmt.Errorf("SOURCE_DATE_EPOCH=%q must be seconds since 1970", epoch)
	}
	return time.Unix(seconds, 0).UTC(), nil
}
