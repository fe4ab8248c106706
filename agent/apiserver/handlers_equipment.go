package apiserver

import (
	"context"

	"github.com/slipway-os/slipway/agent/api"
)

// GetProxy shows the proxy without its passwords.
func (s *Server) GetProxy(ctx context.Context, _ api.GetProxyRequestObject) (api.GetProxyResponseObject, error) {
	p, err := s.Proxy.Show(ctx)
	return api.GetProxy200JSONResponse(p), err
}

// PreviewProxy judges settings without taking them.
func (s *Server) PreviewProxy(ctx context.Context, r api.PreviewProxyRequestObject) (api.PreviewProxyResponseObject, error) {
	p, err := s.Proxy.Preview(ctx, *r.Body)
	return api.PreviewProxy200JSONResponse(p), err
}

// SetProxy takes them.
func (s *Server) SetProxy(ctx context.Context, r api.SetProxyRequestObject) (api.SetProxyResponseObject, error) {
	return api.SetProxy204Response{}, s.Proxy.Set(ctx, *r.Body)
}

// CreatePool makes the storage pool on an empty disk.
func (s *Server) CreatePool(ctx context.Context, r api.CreatePoolRequestObject) (api.CreatePoolResponseObject, error) {
	op, err := s.Equipment.CreatePool(ctx, *r.Body)
	return api.CreatePool202JSONResponse{StartedJSONResponse: api.StartedJSONResponse(op)}, err
}

// SetConsole says whether people may configure at the console.
func (s *Server) SetConsole(ctx context.Context, r api.SetConsoleRequestObject) (api.SetConsoleResponseObject, error) {
	return api.SetConsole204Response{}, s.Equipment.SetConsole(ctx, r.Body.DisplayOnly)
}
