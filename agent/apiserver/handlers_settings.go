package apiserver

import (
	"context"
	"net/http"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/auth"
)

// RenewSession begins the caller's session anew.
func (s *Server) RenewSession(ctx context.Context, _ api.RenewSessionRequestObject) (api.RenewSessionResponseObject, error) {
	token := CallerFrom(ctx).Session
	if token == "" {
		return nil, Errorf(http.StatusConflict, "session:none", "There is no session to renew: root and group slipway use the socket without one.")
	}
	session, err := s.Sessions.Renew(ctx, token)
	if err != nil {
		return nil, err
	}
	return api.RenewSession200JSONResponse{Body: session, Headers: api.RenewSession200ResponseHeaders{SetCookie: auth.Cookie(session.Token, session.ExpiresAt).String()}}, nil
}

// ListUserKeys lists the SSH keys that open an account.
func (s *Server) ListUserKeys(ctx context.Context, r api.ListUserKeysRequestObject) (api.ListUserKeysResponseObject, error) {
	l, err := s.Keys.List(ctx, CallerFrom(ctx), r.Name)
	return api.ListUserKeys200JSONResponse(l), err
}

// AddUserKey lets one more key open an account.
func (s *Server) AddUserKey(ctx context.Context, r api.AddUserKeyRequestObject) (api.AddUserKeyResponseObject, error) {
	k, err := s.Keys.Add(ctx, CallerFrom(ctx), r.Name, r.Body.Key)
	return api.AddUserKey200JSONResponse(k), err
}

// RemoveUserKey takes a key away.
func (s *Server) RemoveUserKey(ctx context.Context, r api.RemoveUserKeyRequestObject) (api.RemoveUserKeyResponseObject, error) {
	return api.RemoveUserKey204Response{}, s.Keys.Remove(ctx, CallerFrom(ctx), r.Name, r.Params.Fingerprint)
}

// GetCertificate tells what browsers see.
func (s *Server) GetCertificate(ctx context.Context, _ api.GetCertificateRequestObject) (api.GetCertificateResponseObject, error) {
	c, err := s.Certificate.Show(ctx)
	return api.GetCertificate200JSONResponse(c), err
}

// InstallCertificate makes browsers see another one.
func (s *Server) InstallCertificate(ctx context.Context, r api.InstallCertificateRequestObject) (api.InstallCertificateResponseObject, error) {
	if err := s.Certificate.Install(ctx, *r.Body); err != nil {
		return nil, err
	}
	c, err := s.Certificate.Show(ctx)
	return api.InstallCertificate200JSONResponse(c), err
}

// RemoveCertificate goes back to the self-signed one.
func (s *Server) RemoveCertificate(ctx context.Context, _ api.RemoveCertificateRequestObject) (api.RemoveCertificateResponseObject, error) {
	return api.RemoveCertificate204Response{}, s.Certificate.Remove(ctx)
}

// RequestCertificate makes a signing request.
func (s *Server) RequestCertificate(ctx context.Context, r api.RequestCertificateRequestObject) (api.RequestCertificateResponseObject, error) {
	q, err := s.Certificate.Request(ctx, *r.Body)
	return api.RequestCertificate200JSONResponse(q), err
}
