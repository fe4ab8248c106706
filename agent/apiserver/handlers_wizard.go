package apiserver

import (
	"context"

	"github.com/slipway-os/slipway/agent/api"
)

// GetClusterDraft shows what the wizard kept.
func (s *Server) GetClusterDraft(ctx context.Context, _ api.GetClusterDraftRequestObject) (api.GetClusterDraftResponseObject, error) {
	d, err := s.Drafts.Show(ctx)
	return api.GetClusterDraft200JSONResponse(d), err
}

// PutClusterDraft keeps the answers so far.
func (s *Server) PutClusterDraft(ctx context.Context, r api.PutClusterDraftRequestObject) (api.PutClusterDraftResponseObject, error) {
	d, err := s.Drafts.Save(ctx, r.Body.Spec, CallerFrom(ctx).User)
	return api.PutClusterDraft200JSONResponse(d), err
}

// DeleteClusterDraft forgets them.
func (s *Server) DeleteClusterDraft(ctx context.Context, _ api.DeleteClusterDraftRequestObject) (api.DeleteClusterDraftResponseObject, error) {
	return api.DeleteClusterDraft204Response{}, s.Drafts.Drop(ctx)
}

// ProbeVip asks whether an address is free.
func (s *Server) ProbeVip(ctx context.Context, r api.ProbeVipRequestObject) (api.ProbeVipResponseObject, error) {
	p, err := s.Forms.ProbeVIP(ctx, r.Params.Address)
	return api.ProbeVip200JSONResponse(p), err
}

// NewClusterCertificate makes a key pair for a variable.
func (s *Server) NewClusterCertificate(ctx context.Context, r api.NewClusterCertificateRequestObject) (api.NewClusterCertificateResponseObject, error) {
	c, err := s.Forms.NewCertificate(ctx, r.Body.CommonName)
	return api.NewClusterCertificate200JSONResponse(c), err
}

// GetStorage shows the storage pool of this host.
func (s *Server) GetStorage(ctx context.Context, _ api.GetStorageRequestObject) (api.GetStorageResponseObject, error) {
	st, err := s.Content.Storage(ctx)
	return api.GetStorage200JSONResponse(st), err
}
