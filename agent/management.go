package agent

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/slipway-os/slipway/agent/apiserver"
	"github.com/slipway-os/slipway/agent/host"
	"github.com/slipway-os/slipway/agent/state"
)

// managementKey is where the chosen adapter is kept.
const managementKey = "management"

func (a *Agent) openManagement(_ context.Context, db *state.DB) error {
	a.hostState = db.Bucket("host")
	return nil
}

// management is the adapter that was chosen for people and other hosts to come by; empty for none.
func (a *Agent) management() (adapter string) {
	if a.hostState == nil {
		return ""
	}
	if _, err := a.hostState.Get(managementKey, &adapter); err != nil {
		a.log.Warn("the management adapter could not be read", "error", err)
	}
	return adapter
}

// SetManagement chooses it. The adapter may lose its address later: then the others' addresses come first again.
func (m machine) SetManagement(_ context.Context, adapter string) error {
	list, err := m.a.sysinfo.Adapters()
	if err != nil {
		return err
	}
	if adapter != "" && !slices.ContainsFunc(list, func(x host.Adapter) bool { return x.Name == adapter && len(x.Addresses) > 0 }) {
		return apiserver.Errorf(http.StatusUnprocessableEntity, "host:no-adapter", "This host has no adapter %q with an address; choose one of %s.", adapter, strings.Join(addressed(list), ", "))
	}
	if err := m.a.hostState.Put(managementKey, adapter); err != nil {
		return err
	}
	m.a.changed()
	m.a.publishGroup()
	return nil
}

// addressed are the adapters that can be chosen.
func addressed(list []host.Adapter) (names []string) {
	for _, x := range list {
		if len(x.Addresses) > 0 {
			names = append(names, x.Name)
		}
	}
	return names
}
