package apiserver

import (
	"context"

	"github.com/slipway-os/slipway/agent/api"
)

// GetHost says what this host is.
func (s *Server) GetHost(ctx context.Context, _ api.GetHostRequestObject) (api.GetHostResponseObject, error) {
	h, err := s.Host.Show(ctx)
	return api.GetHost200JSONResponse(h), err
}

// Power reboots or turns off.
func (s *Server) Power(ctx context.Context, r api.PowerRequestObject) (api.PowerResponseObject, error) {
	op, err := s.Host.Power(ctx, *r.Body)
	return api.Power202JSONResponse{StartedJSONResponse: api.StartedJSONResponse(op)}, err
}

// SetTimeServers sets where the host gets its time.
func (s *Server) SetTimeServers(ctx context.Context, r api.SetTimeServersRequestObject) (api.SetTimeServersResponseObject, error) {
	return api.SetTimeServers204Response{}, s.Host.SetTimeServers(ctx, r.Body.Servers)
}

// CleanHost takes away what an earlier Kubernetes left.
func (s *Server) CleanHost(ctx context.Context, _ api.CleanHostRequestObject) (api.CleanHostResponseObject, error) {
	op, err := s.Host.Clean(ctx)
	return api.CleanHost202JSONResponse{StartedJSONResponse: api.StartedJSONResponse(op)}, err
}

// SetManagement chooses the adapter whose addresses come first.
func (s *Server) SetManagement(ctx context.Context, r api.SetManagementRequestObject) (api.SetManagementResponseObject, error) {
	return api.SetManagement204Response{}, s.Host.SetManagement(ctx, r.Body.Adapter)
}

// GetLink lists the linked hosts.
func (s *Server) GetLink(ctx context.Context, _ api.GetLinkRequestObject) (api.GetLinkResponseObject, error) {
	l, err := s.Links.List(ctx)
	return api.GetLink200JSONResponse(l), err
}

// GetLinkToken shows the token of now.
func (s *Server) GetLinkToken(ctx context.Context, _ api.GetLinkTokenRequestObject) (api.GetLinkTokenResponseObject, error) {
	if CallerFrom(ctx).Role != "admin" {
		return nil, Errorf(403, "not-allowed", "A link token lets a machine into the group; only a member of group slipway-admin may see it.")
	}
	t, err := s.Links.Token(ctx)
	return api.GetLinkToken200JSONResponse(t), err
}

// StartLinkToken generates tokens from now on.
func (s *Server) StartLinkToken(ctx context.Context, _ api.StartLinkTokenRequestObject) (api.StartLinkTokenResponseObject, error) {
	t, err := s.Links.StartToken(ctx)
	return api.StartLinkToken200JSONResponse(t), err
}

// StopLinkToken stops that.
func (s *Server) StopLinkToken(ctx context.Context, _ api.StopLinkTokenRequestObject) (api.StopLinkTokenResponseObject, error) {
	return api.StopLinkToken204Response{}, s.Links.StopToken(ctx)
}

// JoinLink links this host to a leader.
func (s *Server) JoinLink(ctx context.Context, r api.JoinLinkRequestObject) (api.JoinLinkResponseObject, error) {
	op, err := s.Links.Join(ctx, *r.Body)
	return api.JoinLink202JSONResponse{StartedJSONResponse: api.StartedJSONResponse(op)}, err
}

// LeaveLink unlinks this host.
func (s *Server) LeaveLink(ctx context.Context, r api.LeaveLinkRequestObject) (api.LeaveLinkResponseObject, error) {
	op, err := s.Links.Leave(ctx, r.Params.Force)
	return api.LeaveLink202JSONResponse{StartedJSONResponse: api.StartedJSONResponse(op)}, err
}

// PromoteLink makes this follower a leader.
func (s *Server) PromoteLink(ctx context.Context, _ api.PromoteLinkRequestObject) (api.PromoteLinkResponseObject, error) {
	op, err := s.Links.Promote(ctx)
	return api.PromoteLink202JSONResponse{StartedJSONResponse: api.StartedJSONResponse(op)}, err
}

// RemoveLinkedHost unlinks another host.
func (s *Server) RemoveLinkedHost(ctx context.Context, r api.RemoveLinkedHostRequestObject) (api.RemoveLinkedHostResponseObject, error) {
	op, err := s.Links.Remove(ctx, r.Host)
	return api.RemoveLinkedHost202JSONResponse{StartedJSONResponse: api.StartedJSONResponse(op)}, err
}
