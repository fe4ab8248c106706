package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/slipway-os/slipway/agent/content"
	"github.com/slipway-os/slipway/agent/content/baked"
	"github.com/slipway-os/slipway/agent/content/bundlewriter"
	"github.com/slipway-os/slipway/agent/profile"
	"github.com/slipway-os/slipway/iso"
	"github.com/slipway-os/slipway/iso/appliance"
)

// bakery collects the content of an appliance. Bundles are checked as a host would on upload: a fault would otherwise show
// on the customer's site.
type bakery struct {
	folder string // of appliance.yaml
	temp   string // for bundles made here; they must stay until the image is written
	epoch  time.Time
	log    io.Writer

	index baked.Index
	files []iso.File
	packs map[string]bool
}

// bake gives the files that go on the medium, and the bytes of content in them.
func (b *bakery) bake(ctx context.Context, c appliance.Content) ([]iso.File, int64, error) {
	if len(c.Bundles)+len(c.Definitions) == 0 {
		return nil, 0, nil
	}
	b.packs = map[string]bool{}
	for _, name := range c.Bundles {
		if err := b.bundle(ctx, b.path(name)); err != nil {
			return nil, 0, fmt.Errorf("bake in content: %w", err)
		}
	}
	for _, name := range c.Definitions {
		if err := b.definition(ctx, b.path(name)); err != nil {
			return nil, 0, fmt.Errorf("bake in %s: %w", name, err)
		}
	}
	if err := b.index.Validate(); err != nil {
		return nil, 0, fmt.Errorf("bake in content: %w", err)
	}
	index, err := b.index.Marshal()
	return append(b.files, iso.File{Path: iso.ContentPath + "/" + baked.IndexFile, Data: index}), b.index.Total(), err
}

func (b *bakery) path(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(b.folder, name)
}

func (b *bakery) bundle(ctx context.Context, path string) error {
	check := &graphCheck{}
	if _, err := readBundle(ctx, path, check); err != nil {
		return err
	}
	if err := content.CheckGraph(check.manifest, check.read); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	for _, p := range check.manifest.Packs {
		b.packs[p.Name+" "+p.Version] = true
	}
	described, err := baked.Describe(path, baked.PartSize)
	if err != nil {
		return err
	}
	b.index.Bundles = append(b.index.Bundles, described)
	var at int64
	for _, p := range described.Parts {
		b.files = append(b.files, iso.File{Path: iso.ContentPath + "/" + p.File, Source: path, Offset: at, Length: p.SizeBytes, SHA256: p.SHA256})
		at += p.SizeBytes
	}
	fmt.Fprintf(b.log, "iso: %s %s, %d MB, is baked in\n", check.manifest.Name, check.manifest.Version, described.SizeBytes>>20)
	return nil
}

// definition wraps a cluster definition in a bundle of its own: hosts know no other way for content to come.
func (b *bakery) definition(ctx context.Context, path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	d, err := profile.Parse(text)
	if err != nil {
		return err
	}
	for _, p := range d.Packs {
		if !b.packs[p.Name+" "+p.Version] {
			fmt.Fprintf(b.log, "iso: %s needs pack %s %s, which no baked bundle has: upload one that has it before creating a cluster\n", filepath.Base(path), p.Name, p.Version)
		}
	}
	name := d.Metadata.Name + "-" + d.Metadata.Version
	out, err := os.Create(filepath.Join(b.temp, name+".tar.zst"))
	if err != nil {
		return err
	}
	defer out.Close()
	spec := bundlewriter.Spec{Name: d.Metadata.Name, Version: d.Metadata.Version, Type: "definition", Created: b.epoch,
		Definitions: []bundlewriter.Definition{{Name: d.Metadata.Name, Version: d.Metadata.Version, YAML: text}}}
	if _, err := bundlewriter.Write(ctx, spec, out); err != nil {
		return err
	}
	return b.bundle(ctx, out.Name())
}
