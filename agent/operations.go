package agent

import (
	"context"
	"errors"
	"time"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiserver"
	"github.com/slipway-os/slipway/agent/ops"
)

// operations shows ops.Manager through the API.
type operations struct{ m *ops.Manager }

func (o operations) List() []api.Operation {
	list := o.m.List()
	out := make([]api.Operation, len(list))
	for i, op := range list {
		out[i] = apiOperation(op)
	}
	return out
}

func (o operations) Get(id string) (api.Operation, error) {
	op, err := o.m.Get(id)
	return apiOperation(op), opError(err)
}

func (o operations) Wait(ctx context.Context, id string) (api.Operation, error) {
	op, err := o.m.Wait(ctx, id)
	if errors.Is(err, context.DeadlineExceeded) {
		err = nil
	}
	return apiOperation(op), opError(err)
}

func (o operations) Cancel(_ context.Context, id string) (api.Operation, error) {
	op, err := o.m.Cancel(id)
	return apiOperation(op), opError(err)
}

// start begins an operation and answers it as the API shows it.
func (o operations) start(kind, title string, input any) (api.Operation, error) {
	op, err := o.m.Start(kind, title, input)
	return apiOperation(op), err
}

func opError(err error) error {
	switch {
	case errors.Is(err, ops.ErrNotFound):
		return apiserver.Errorf(404, "not-found", "There is no such operation on this host.")
	case errors.Is(err, ops.ErrEnded):
		return apiserver.Errorf(409, "operation:ended", "The operation has ended already.")
	}
	return err
}

func apiOperation(op ops.Operation) api.Operation {
	out := api.Operation{Id: op.ID, Kind: op.Kind, Title: op.Title, State: string(op.State), Error: op.Error,
		CreatedAt: op.CreatedAt, EndedAt: deref(op.EndedAt), Steps: make([]api.Step, len(op.Steps))}
	for i, s := range op.Steps {
		out.Steps[i] = api.Step{Name: s.Name, State: string(s.State), Message: s.Message, StartedAt: deref(s.StartedAt), EndedAt: deref(s.EndedAt)}
		if s.Progress != nil {
			out.Steps[i].Progress = api.Progress{Done: s.Progress.Done, Total: s.Progress.Total, Unit: s.Progress.Unit}
		}
	}
	return out
}

func deref(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}
