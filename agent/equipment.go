package agent

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiserver"
	"github.com/slipway-os/slipway/agent/host"
	"github.com/slipway-os/slipway/agent/host/pool"
	"github.com/slipway-os/slipway/agent/ops"
	"github.com/slipway-os/slipway/agent/systemd"
)

// equipment shows the host's disks and console through the API.
type equipment struct{ a *Agent }

// opPool makes the storage pool on a disk.
const opPool = "host.pool"

type poolInput struct {
	Disk string `json:"disk"`
}

// CreatePool checks everything before it begins: what follows is formatting.
func (e equipment) CreatePool(ctx context.Context, r api.PoolRequest) (api.Operation, error) {
	if !e.a.cfg.onHost() {
		return api.Operation{}, apiserver.Errorf(http.StatusConflict, "host:not-owned", "This agent does not own the machine (--root), so it formats no disk.")
	}
	if r.Confirm != hostName() {
		return api.Operation{}, apiserver.Errorf(http.StatusBadRequest, "host:pool-confirm", "A disk is formatted: confirm it with the host's name, %s.", hostName())
	}
	disks, err := e.a.sysinfo.Disks()
	if err != nil {
		return api.Operation{}, err
	}
	err = host.CheckPool(disks, r.Disk)
	if err == nil {
		err = pool.Empty(ctx, r.Disk)
	}
	if err != nil {
		return api.Operation{}, apiserver.Errorf(http.StatusUnprocessableEntity, "host:pool-disk", "%s", sentence(err))
	}
	if err := e.poolUnused(); err != nil {
		return api.Operation{}, err
	}
	return e.a.operations.start(opPool, "Make the storage pool on "+r.Disk, poolInput{r.Disk})
}

// poolUnused refuses while the folder that serves as pool holds something: it would be hidden under the new one.
func (e equipment) poolUnused() error {
	if e.a.inCluster() {
		return apiserver.Errorf(http.StatusConflict, "host:in-cluster", "The volumes of this host's cluster are in the pool; delete the cluster first: slipway cluster delete.")
	}
	if n := len(e.a.store.List()); n > 0 {
		return apiserver.Errorf(http.StatusConflict, "host:pool-used", "This host keeps %d content items on its system disk; unlink it and delete them first (slipway content list), then make the pool and upload or link again.", n)
	}
	if left, _ := os.ReadDir(filepath.Join(e.a.cfg.poolDir(), "volumes")); len(left) > 0 {
		return apiserver.Errorf(http.StatusConflict, "host:pool-used", "There are volumes of an earlier cluster on the system disk; take them away first: slipway host clean.")
	}
	return nil
}

// registerPool comes when the agent starts: it remembers whether it began with the pool in place.
func (a *Agent) registerPool() {
	began := pool.Mounted(a.cfg.poolDir())
	a.ops.Register(opPool, func(_ context.Context, h *ops.Handle, raw json.RawMessage) error {
		var in poolInput
		if err := json.Unmarshal(raw, &in); err != nil {
			return err
		}
		if err := h.Plan("format", "mount", "restart the agent"); err != nil {
			return err
		}
		if err := h.Step("format", func(ctx context.Context) error { return pool.Format(ctx, in.Disk) }); err != nil {
			return err
		}
		if err := h.Step("mount", func(ctx context.Context) error { return pool.Mount(ctx, in.Disk, a.cfg.poolDir()) }); err != nil {
			return err
		}
		return h.Again("restart the agent", func(ctx context.Context) error {
			if began {
				return nil
			}
			return systemd.Client{}.Restart(ctx, "slipway-agent.service")
		})
	})
}

// consoleKey is where it is kept that the console is to look at only.
const consoleKey = "console"

// displayOnly is what was set, else what agent.yaml says.
func (a *Agent) displayOnly() bool {
	only := a.cfg.DisableTUI
	if a.hostState != nil {
		if _, err := a.hostState.Get(consoleKey, &only); err != nil {
			a.log.Warn("what the console may do could not be read", "error", err)
		}
	}
	return only
}

// SetConsole keeps it; the console follows with its next look at the host.
func (e equipment) SetConsole(_ context.Context, displayOnly bool) error {
	return e.a.hostState.Put(consoleKey, displayOnly)
}
