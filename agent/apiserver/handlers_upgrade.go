package apiserver

import (
	"context"

	"github.com/slipway-os/slipway/agent/api"
)

// GetUpgrade says which OS image runs.
func (s *Server) GetUpgrade(ctx context.Context, _ api.GetUpgradeRequestObject) (api.GetUpgradeResponseObject, error) {
	u, err := s.Host.ShowUpgrade(ctx)
	return api.GetUpgrade200JSONResponse(u), err
}

// StartUpgrade brings the host to another OS image.
func (s *Server) StartUpgrade(ctx context.Context, r api.StartUpgradeRequestObject) (api.StartUpgradeResponseObject, error) {
	op, err := s.Host.Upgrade(ctx, *r.Body)
	return api.StartUpgrade202JSONResponse{StartedJSONResponse: api.StartedJSONResponse(op)}, err
}
