package agent

import (
	"context"
	"errors"

	"github.com/slipway-os/slipway/agent/cluster"
)

func (a *Agent) gather(context.Context, cluster.CheckRequest) (cluster.Facts, error) {
	return cluster.Facts{}, errors.New("preflight is not there yet")
}
