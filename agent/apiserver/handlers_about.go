package apiserver

import (
	"context"

	"github.com/slipway-os/slipway/agent/api"
)

// GetLicences lists what the system is made from.
func (s *Server) GetLicences(ctx context.Context, _ api.GetLicencesRequestObject) (api.GetLicencesResponseObject, error) {
	list, err := s.About.Licences(ctx)
	return api.GetLicences200JSONResponse(list), err
}
