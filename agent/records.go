package agent

import (
	"context"
	"strings"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiserver"
	"github.com/slipway-os/slipway/agent/audit"
	"github.com/slipway-os/slipway/agent/events"
)

// auditLog shows audit.Log through the API.
type auditLog struct{ l *audit.Log }

func (a auditLog) Append(r apiserver.AuditRecord) error {
	method, route, _ := strings.Cut(r.Action, " ")
	detail := ""
	switch {
	case r.DryRun:
		detail = dryRun
	case r.Forced:
		detail = "forced"
	}
	return a.l.Append(audit.Entry{User: r.Caller.User, Role: r.Caller.Role, Via: r.Caller.Via, Address: r.Caller.Address,
		Method: method, Route: route, Outcome: r.Outcome, Detail: detail})
}

// dryRun is the detail of what changed nothing.
const dryRun = "dry run"

func (a auditLog) List(f apiserver.AuditFilter) ([]api.AuditEntry, error) {
	filter := audit.Filter{User: f.User, Text: f.Text, Outcome: f.Outcome, Since: f.Since, Until: f.Until}
	if f.Outcome == "refused" {
		filter.Outcome, filter.Not = "", "done"
	}
	out := []api.AuditEntry{}
	for len(out) < f.Limit {
		filter.Limit = min(f.Limit-len(out), auditPage)
		page, err := a.l.List(filter)
		if err != nil {
			return nil, err
		}
		for _, e := range page {
			out = append(out, api.AuditEntry{Time: e.Time, User: e.User, Via: e.Via, Address: e.Address, Action: e.Action(), Outcome: e.Outcome,
				DryRun: e.Detail == dryRun, Detail: e.Detail})
			filter.Before = e.Seq
		}
		if len(page) < filter.Limit {
			break
		}
	}
	return out, nil
}

// auditPage is the largest page of the log.
const auditPage = 1000

// stream shows events.Bus through the API.
type stream struct{ b *events.Bus }

func (s stream) Subscribe(ctx context.Context, topics []string) (<-chan apiserver.Event, error) {
	in, err := s.b.Subscribe(ctx, topics...)
	if err != nil {
		return nil, err
	}
	out := make(chan apiserver.Event)
	go func() { // ends when the bus closes in: at the latest when ctx is done
		defer close(out)
		for e := range in {
			select {
			case out <- apiserver.Event{ID: e.ID, Topic: e.Topic, Type: e.Type, Data: e.Data}:
			case <-ctx.Done():
			}
		}
	}()
	return out, nil
}
