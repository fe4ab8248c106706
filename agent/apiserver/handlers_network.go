package apiserver

import (
	"context"

	"github.com/slipway-os/slipway/agent/api"
)

// GetNetwork shows the adapters and the try.
func (s *Server) GetNetwork(ctx context.Context, _ api.GetNetworkRequestObject) (api.GetNetworkResponseObject, error) {
	n, err := s.Network.Show(ctx)
	return api.GetNetwork200JSONResponse(n), err
}

// PreviewNetwork judges a change without making it.
func (s *Server) PreviewNetwork(ctx context.Context, r api.PreviewNetworkRequestObject) (api.PreviewNetworkResponseObject, error) {
	p, err := s.Network.Preview(ctx, *r.Body)
	return api.PreviewNetwork200JSONResponse(p), err
}

// StartTry puts a change on trial.
func (s *Server) StartTry(ctx context.Context, r api.StartTryRequestObject) (api.StartTryResponseObject, error) {
	t, err := s.Network.Start(ctx, *r.Body)
	return api.StartTry202JSONResponse(t), err
}

// ConfirmTry keeps it.
func (s *Server) ConfirmTry(ctx context.Context, r api.ConfirmTryRequestObject) (api.ConfirmTryResponseObject, error) {
	t, err := s.Network.Confirm(ctx, r.Id, openedAt(ctx))
	return api.ConfirmTry200JSONResponse(t), err
}

// CancelTry takes it back.
func (s *Server) CancelTry(ctx context.Context, r api.CancelTryRequestObject) (api.CancelTryResponseObject, error) {
	t, err := s.Network.Cancel(ctx, r.Id)
	return api.CancelTry200JSONResponse(t), err
}

// SetHostname names the host.
func (s *Server) SetHostname(ctx context.Context, r api.SetHostnameRequestObject) (api.SetHostnameResponseObject, error) {
	return api.SetHostname204Response{}, s.Network.SetHostname(ctx, r.Body.Hostname)
}
