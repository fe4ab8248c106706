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
	return a.l.Append(audit.Entry{User: r.Caller.User, Role: r.Caller.Role, Via: r.Caller.Via, Address: r.Caller.Address,
		Method: method, Route: route, Outcome: r.Outcome})
}

func (a auditLog) List(limit int) ([]api.AuditEntry, error) {
	list, err := a.l.List(audit.Filter{Limit: limit})
	out := make([]api.AuditEntry, len(list))
	for i, e := range list {
		out[i] = api.AuditEntry{Time: e.Time, User: e.User, Via: e.Via, Address: e.Address, Action: e.Action(), Outcome: e.Outcome}
	}
	return out, err
}

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
