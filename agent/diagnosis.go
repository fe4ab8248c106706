package agent

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiserver"
	"github.com/slipway-os/slipway/agent/diag"
	"github.com/slipway-os/slipway/agent/diag/files"
	"github.com/slipway-os/slipway/agent/diag/support"
	"github.com/slipway-os/slipway/agent/network/rtnl"
	"github.com/slipway-os/slipway/agent/state"
	"github.com/slipway-os/slipway/agent/systemd"
	"github.com/slipway-os/slipway/agent/timesync"
)

// diagnosis shows package diag through the API.
type diagnosis struct{ root string }

// maxQuestions bounds the programs that people have running at once.
const maxQuestions = 4

var questions = make(chan struct{}, maxQuestions)

func (diagnosis) Ping(ctx context.Context, target string, count int) (api.DiagResult, error) {
	return answer(target, func() (diag.Answer, error) { return diag.Ping(ctx, target, count) })
}

func (diagnosis) Trace(ctx context.Context, target string) (api.DiagResult, error) {
	return answer(target, func() (diag.Answer, error) { return diag.Trace(ctx, target) })
}

func (diagnosis) Lookup(ctx context.Context, q api.DnsRequest) (api.DiagResult, error) {
	return answer(q.Name, func() (diag.Answer, error) {
		return diag.Resolve(ctx, diag.Question{Name: q.Name, Type: q.Type, Server: q.Server})
	})
}

func (diagnosis) Port(ctx context.Context, target string, port int) (api.DiagResult, error) {
	return answer(target, func() (diag.Answer, error) { return diag.Port(ctx, target, port) })
}

func (d diagnosis) Files(context.Context) ([]api.DiagFile, error) {
	list, err := files.List(d.root)
	out := []api.DiagFile{}
	for _, f := range list {
		out = append(out, apiFile(f))
	}
	return out, err
}

func (d diagnosis) OpenFile(_ context.Context, folder, name string) (io.ReadCloser, api.DiagFile, error) {
	r, f, err := files.Open(d.root, folder, name)
	if err != nil {
		return nil, api.DiagFile{}, apiserver.Errorf(http.StatusNotFound, "not-found", "%s", sentence(err))
	}
	return r, apiFile(f), nil
}

func apiFile(f files.File) api.DiagFile {
	return api.DiagFile{Folder: f.Folder, Name: f.Name, SizeBytes: f.SizeBytes, ModifiedAt: f.ModifiedAt}
}

func answer(target string, ask func() (diag.Answer, error)) (api.DiagResult, error) {
	select {
	case questions <- struct{}{}:
		defer func() { <-questions }()
	default:
		return api.DiagResult{}, apiserver.Errorf(http.StatusTooManyRequests, "diag:busy", "%d questions are being answered already; wait for one to end.", maxQuestions)
	}
	a, err := ask()
	if err != nil {
		return api.DiagResult{}, refusedQuestion(err)
	}
	return api.DiagResult{Target: target, Reached: a.OK, Output: a.Output, Found: a.Found}, nil
}

func refusedQuestion(err error) error {
	return apiserver.Errorf(http.StatusUnprocessableEntity, "diag:refused", "%s", sentence(err))
}

func (diagnosis) Neighbours(context.Context) ([]api.Neighbour, error) {
	list, err := rtnl.Reader{}.Neighbours()
	out := []api.Neighbour{}
	for _, n := range list {
		out = append(out, api.Neighbour{Address: n.Address.String(), Mac: n.MAC, Adapter: n.Adapter, State: n.State})
	}
	return out, err
}

// Logs reads the journal. Programs log what they should not, so what looks like a secret is taken out.
func (diagnosis) Logs(ctx context.Context, q api.DiagLogsParams) (api.LogLines, error) {
	query := diag.Query{Unit: q.Unit, Lines: q.Lines, Priority: q.Priority, Text: q.Text, Since: q.Since, After: q.After}
	if q.Errors {
		query.Priority = "warning"
	}
	p, err := diag.Journal(ctx, query)
	if err != nil {
		return api.LogLines{}, refusedQuestion(err)
	}
	out := api.LogLines{Lines: []string{}, Entries: []api.LogEntry{}, Cursor: p.Cursor}
	for _, e := range p.Entries {
		text := support.Scrub(diag.Plain(e.Message))
		out.Entries = append(out.Entries, api.LogEntry{Time: e.Time, Unit: e.Unit, Priority: e.Priority, Message: text})
		out.Lines = append(out.Lines, fmt.Sprintf("%s %s %s: %s", e.Time.Format("2006-01-02T15:04:05Z"), e.Unit, e.Priority, text))
	}
	return out, nil
}

func (diagnosis) Errors(ctx context.Context) ([]api.AgentError, error) {
	p, err := diag.Journal(ctx, diag.Query{Lines: diag.MaxLines, Priority: "warning"})
	if err != nil {
		return nil, refusedQuestion(err)
	}
	out := []api.AgentError{}
	for _, t := range diag.Troubles(p.Entries) {
		out = append(out, api.AgentError{Message: support.Scrub(t.Message), Priority: t.Priority, Count: t.Count, FirstAt: t.First, LastAt: t.Last})
	}
	return out, nil
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
