package agent

import (
	"context"
	"net/http"
	"time"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiserver"
	"github.com/slipway-os/slipway/agent/diag"
	"github.com/slipway-os/slipway/agent/state"
	"github.com/slipway-os/slipway/agent/systemd"
	"github.com/slipway-os/slipway/agent/timesync"
)

// diagnosis shows package diag through the API.
type diagnosis struct{}

func (diagnosis) Ping(ctx context.Context, target string, count int) (api.DiagResult, error) {
	return answer(target, func() (diag.Answer, error) { return diag.Ping(ctx, target, count) })
}

func (diagnosis) Trace(ctx context.Context, target string) (api.DiagResult, error) {
	return answer(target, func() (diag.Answer, error) { return diag.Trace(ctx, target) })
}

func (diagnosis) Logs(ctx context.Context, lines int, errorsOnly bool) ([]string, error) {
	l, err := diag.Logs(ctx, lines, errorsOnly)
	if err != nil {
		return nil, apiserver.Errorf(http.StatusUnprocessableEntity, "diag:refused", "%s", sentence(err))
	}
	return l, nil
}

func answer(target string, ask func() (diag.Answer, error)) (api.DiagResult, error) {
	a, err := ask()
	if err != nil {
		return api.DiagResult{}, apiserver.Errorf(http.StatusUnprocessableEntity, "diag:refused", "%s", sentence(err))
	}
	return api.DiagResult{Target: target, Reached: a.OK, Output: a.Output}, nil
}

// timeLimit is how long timesyncd may take to restart while the agent starts.
const timeLimit = 15 * time.Second

// openTime makes the clock follow the servers that were set, where the agent owns the machine.
func (a *Agent) openTime(ctx context.Context, db *state.DB) error {
	if !a.cfg.onHost() {
		return nil
	}
	a.time = &timesync.Servers{File: "/run/systemd/timesyncd.conf.d/50-slipway-host.conf", Units: systemd.Client{}, Store: db.Bucket("host")}
	ctx, cancel := context.WithTimeout(ctx, timeLimit)
	defer cancel()
	if err := a.time.Restore(ctx); err != nil {
		a.log.Error("time servers are not in place", "error", err)
	}
	return nil
}

// timeServers are those that were set.
func (a *Agent) timeServers() []string {
	if a.time == nil {
		return []string{}
	}
	list, err := a.time.List()
	if err != nil {
		a.log.Warn("time servers could not be read", "error", err)
	}
	return list
}

// SetTimeServers sets where the host gets its time.
func (m machine) SetTimeServers(ctx context.Context, servers []string) error {
	if m.a.time == nil {
		return apiserver.Errorf(http.StatusConflict, "host:not-owned", "This agent does not own the machine (--root), so it leaves its clock alone.")
	}
	if err := timesync.Check(servers); err != nil {
		return apiserver.Errorf(http.StatusUnprocessableEntity, "host:time-servers", "%s", sentence(err))
	}
	return m.a.time.Set(ctx, servers)
}
