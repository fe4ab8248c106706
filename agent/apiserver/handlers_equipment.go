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

// SetTags replaces what people find the host by.
func (s *Server) SetTags(ctx context.Context, r api.SetTagsRequestObject) (api.SetTagsResponseObject, error) {
	return api.SetTags204Response{}, s.Host.SetTags(ctx, r.Body.Tags)
}

// GetUserData shows the cloud-config without its secrets. What it does at each boot is still for administrators alone.
func (s *Server) GetUserData(ctx context.Context, _ api.GetUserDataRequestObject) (api.GetUserDataResponseObject, error) {
	if CallerFrom(ctx).Role != "admin" {
		return nil, Errorf(403, "not-allowed", "The user data tells what this host does as root; only a member of group slipway-admin may see it.")
	}
	d, err := s.UserData.Show(ctx)
	return api.GetUserData200JSONResponse(d), err
}

// CheckUserData judges a text without taking it.
func (s *Server) CheckUserData(ctx context.Context, r api.CheckUserDataRequestObject) (api.CheckUserDataResponseObject, error) {
	c, err := s.UserData.Check(ctx, *r.Body)
	return api.CheckUserData200JSONResponse(c), err
}

// SetUserData takes it.
func (s *Server) SetUserData(ctx context.Context, r api.SetUserDataRequestObject) (api.SetUserDataResponseObject, error) {
	d, err := s.UserData.Set(ctx, *r.Body)
	return api.SetUserData200JSONResponse(d), err
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
