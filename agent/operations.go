package agent

import (
	"context"
	"errors"

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
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) { // or this agent stops: it goes on with the next
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
		CreatedAt: op.CreatedAt, EndedAt: op.EndedAt, Steps: apiSteps(op.Steps)}
	if len(op.Steps) > 1 {
		out.Progress = &api.Progress{Total: int64(len(op.Steps)), Unit: "steps"}
	}
	for _, s := range op.Steps {
		if out.Progress != nil && s.State == ops.Succeeded {
			out.Progress.Done++
		}
	}
	return out
}

func apiSteps(steps []ops.Step) []api.Step {
	out := make([]api.Step, len(steps))
	for i, s := range steps {
		out[i] = api.Step{Name: s.Name, State: string(s.State), Message: s.Message, StartedAt: s.StartedAt, EndedAt: s.EndedAt}
		if s.Progress != nil {
			out[i].Progress = &api.Progress{Done: s.Progress.Done, Total: s.Progress.Total, Unit: s.Progress.Unit}
		}
	}
	return out
}
