package apiserver

import (
	"context"

	"github.com/slipway-os/slipway/agent/api"
)

// defaultClusterEvents is how many events are answered when nobody says how many.
const defaultClusterEvents = 200

// GetClusterSpec shows what was deployed.
func (s *Server) GetClusterSpec(ctx context.Context, r api.GetClusterSpecRequestObject) (api.GetClusterSpecResponseObject, error) {
	v, err := s.Views.Spec(ctx, r.Name)
	return api.GetClusterSpec200JSONResponse(v), err
}

// ListClusterSteps lists what the hosts did and do.
func (s *Server) ListClusterSteps(ctx context.Context, r api.ListClusterStepsRequestObject) (api.ListClusterStepsResponseObject, error) {
	v, err := s.Views.Steps(ctx, r.Name)
	return api.ListClusterSteps200JSONResponse(v), err
}

// ListClusterEvents lists Kubernetes' events.
func (s *Server) ListClusterEvents(ctx context.Context, r api.ListClusterEventsRequestObject) (api.ListClusterEventsResponseObject, error) {
	limit := r.Params.Limit
	if limit <= 0 {
		limit = defaultClusterEvents
	}
	v, err := s.Views.Events(ctx, r.Name, r.Params.Namespace, min(limit, MaxClusterEvents))
	return api.ListClusterEvents200JSONResponse(v), err
}

// ListClusterServices lists the services.
func (s *Server) ListClusterServices(ctx context.Context, r api.ListClusterServicesRequestObject) (api.ListClusterServicesResponseObject, error) {
	v, err := s.Views.Services(ctx, r.Name)
	return api.ListClusterServices200JSONResponse(v), err
}

// ListClusterCertificates lists Kubernetes' certificates.
func (s *Server) ListClusterCertificates(ctx context.Context, r api.ListClusterCertificatesRequestObject) (api.ListClusterCertificatesResponseObject, error) {
	v, err := s.Views.Certificates(ctx, r.Name)
	return api.ListClusterCertificates200JSONResponse(v), err
}

// SetClusterAccess replaces what may change while the cluster runs.
func (s *Server) SetClusterAccess(ctx context.Context, r api.SetClusterAccessRequestObject) (api.SetClusterAccessResponseObject, error) {
	return api.SetClusterAccess204Response{}, s.Clusters.SetAccess(ctx, r.Name, *r.Body)
}
