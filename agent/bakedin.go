package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"runtime/debug"
	"slices"

	"github.com/slipway-os/slipway/agent/content"
	"github.com/slipway-os/slipway/agent/content/baked"
	"github.com/slipway-os/slipway/agent/ops"
)

// opBaked imports the content that came with the appliance's medium.
const opBaked = "content.baked"

// bakedKey is where the digests of items that came with the medium are kept.
const bakedKey = "baked"

// bakedDir is where the installer puts that content, on the persistent partition.
func (a *Agent) bakedDir() string { return a.cfg.path("usr/local/slipway/content") }

// startBaked begins the import at the first start after the installation, and again at the next when it could not end: for
// want of space, say. One that was cut by a power loss is resumed by the operations themselves.
func (a *Agent) startBaked() error {
	index, err := baked.ReadIndex(a.bakedDir())
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(index.Bundles) == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	for _, op := range a.ops.List() {
		if op.Kind == opBaked && !op.State.Final() {
			return nil
		}
	}
	_, err = a.ops.Start(opBaked, "Import the content that came with the appliance", nil)
	return err
}

func (a *Agent) registerBaked() {
	a.ops.Register(opBaked, func(_ context.Context, h *ops.Handle, _ json.RawMessage) error {
		index, err := baked.ReadIndex(a.bakedDir())
		if errors.Is(err, fs.ErrNotExist) {
			return nil // it was done, and the power went before that was recorded
		}
		for _, b := range index.Bundles {
			err = errors.Join(err, h.Step(b.Name, func(ctx context.Context) error { return a.importBaked(ctx, h, b) }))
		}
		return err
	})
}

// importBaked imports one bundle and frees its place on the disk. One that is damaged goes too, since it never will be
// right; any other trouble leaves it for the next start.
func (a *Agent) importBaked(ctx context.Context, h *ops.Handle, b baked.Bundle) error {
	r := b.Open(a.bakedDir())
	defer r.Close()
	item, err := a.store.Import(ctx, r, bytesOf(h, b.Name))
	defer debug.FreeOSMemory()
	switch {
	case errors.Is(err, content.ErrInvalid):
		return errors.Join(fmt.Errorf("%s cannot be used and was taken away; upload it again: %w", b.Name, err), baked.Remove(a.bakedDir(), b.Name))
	case err != nil:
		return err
	}
	if digests := a.bakedItems(); !slices.Contains(digests, item.Digest) {
		if err := a.hostState.Put(bakedKey, append(digests, item.Digest)); err != nil {
			return err
		}
	}
	a.changed()
	return baked.Remove(a.bakedDir(), b.Name)
}

// bakedItems are the digests of items that came with the medium.
func (a *Agent) bakedItems() (digests []string) {
	if _, err := a.hostState.Get(bakedKey, &digests); err != nil {
		a.log.Warn("what content came with the appliance could not be read", "error", err)
	}
	return digests
}

// ownContent counts the items that somebody brought to this host. What came with the medium does not count: every host of
// the appliance has it.
func (a *Agent) ownContent() (n int) {
	came := a.bakedItems()
	for _, i := range a.store.List() {
		if !slices.Contains(came, i.Digest) {
			n++
		}
	}
	return n
}
