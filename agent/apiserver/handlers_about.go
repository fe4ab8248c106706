package apiserver

import (
	"bytes"
	"context"

	"github.com/slipway-os/slipway/agent/api"
)

// GetContract hands out the document that all routes are made from.
func (s *Server) GetContract(context.Context, api.GetContractRequestObject) (api.GetContractResponseObject, error) {
	return api.GetContract200ApplicationyamlResponse{Body: bytes.NewReader(api.Contract), ContentLength: int64(len(api.Contract))}, nil
}

// GetLicences lists what the system is made from.
func (s *Server) GetLicences(ctx context.Context, _ api.GetLicencesRequestObject) (api.GetLicencesResponseObject, error) {
	list, err := s.About.Licences(ctx)
	return api.GetLicences200JSONResponse(list), err
}
