package agent

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"runtime/debug"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiserver"
	"github.com/slipway-os/slipway/agent/diag/support"
	"github.com/slipway-os/slipway/agent/ops"
)

// opSupport makes a support bundle.
const opSupport = "diag.bundle"

// States of the support bundle.
const (
	bundleNone    = "none"
	bundleRunning = "running"
	bundleReady   = "ready"
)

// supports shows the support bundle through the API.
type supports struct{ a *Agent }

func (a *Agent) keeper() support.Keeper {
	return support.Keeper{Dir: filepath.Join(a.cfg.stateDir(), "support")}
}

// Show says which bundle there is, and which is being made.
func (s supports) Show(context.Context) (api.SupportBundle, error) {
	out := api.SupportBundle{State: bundleNone}
	kept, err := s.a.keeper().Kept()
	switch {
	case err == nil:
		out = api.SupportBundle{State: bundleReady, Name: kept.Name, SizeBytes: kept.SizeBytes, CreatedAt: kept.CreatedAt}
	case !errors.Is(err, support.ErrNone):
		return out, err
	}
	if op, running := s.a.collectingNow(); running {
		out.State, out.Operation = bundleRunning, op.ID
	}
	return out, nil
}

// collectingNow finds the operation that makes a bundle now.
func (a *Agent) collectingNow() (ops.Operation, bool) {
	for _, op := range a.ops.List() {
		if (op.Kind == opSupport || op.Kind == opStick) && !op.State.Final() {
			return op, true
		}
	}
	return ops.Operation{}, false
}

// alone refuses a second bundle beside one that is being made. Call it with collecting held.
func (a *Agent) alone() error {
	if op, running := a.collectingNow(); running {
		return apiserver.Errorf(http.StatusConflict, "diag:bundle-running", "A support bundle is being made already: wait for operation %s.", op.ID)
	}
	return nil
}

// Make starts a new one; there is one at a time.
func (s supports) Make(context.Context) (api.Operation, error) {
	s.a.collecting.Lock()
	defer s.a.collecting.Unlock()
	if err := s.a.alone(); err != nil {
		return api.Operation{}, err
	}
	return s.a.operations.start(opSupport, "Make a support bundle of "+hostName(), nil)
}

// Open opens the newest bundle.
func (s supports) Open(context.Context) (io.ReadCloser, api.SupportBundle, error) {
	f, kept, err := s.a.keeper().Open()
	if errors.Is(err, support.ErrNone) {
		return nil, api.SupportBundle{}, apiserver.Errorf(http.StatusNotFound, "diag:no-bundle", "There is no support bundle on this host yet; make one first: slipway diag bundle.")
	}
	return f, api.SupportBundle{State: bundleReady, Name: kept.Name, SizeBytes: kept.SizeBytes, CreatedAt: kept.CreatedAt}, err
}

func (a *Agent) registerSupport() {
	a.ops.Register(opSupport, func(_ context.Context, h *ops.Handle, _ json.RawMessage) error {
		return h.Step(collect, func(ctx context.Context) error { return a.makeBundle(ctx, h) })
	})
	a.ops.Register(opStick, func(_ context.Context, h *ops.Handle, raw json.RawMessage) error { return a.writeStick(h, raw) })
}

const collect = "collect"

// makeBundle reads every source into a new bundle.
func (a *Agent) makeBundle(ctx context.Context, h *ops.Handle) error {
	sources := a.supportSources()
	kept, err := a.keeper().Make(ctx, support.Manifest{Host: hostName(), Version: a.cfg.Version, CreatedAt: a.now().UTC()}, sources, func(done int) {
		h.Progress(collect, ops.Progress{Done: int64(done), Total: int64(len(sources)), Unit: "files"})
	})
	if err == nil {
		h.Message(collect, kept.Name)
	}
	debug.FreeOSMemory() // beside etcd it is wanted back at once
	return err
}
