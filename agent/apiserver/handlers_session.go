package apiserver

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/auth"
)

// GetHealth answers anybody.
func (s *Server) GetHealth(context.Context, api.GetHealthRequestObject) (api.GetHealthResponseObject, error) {
	return api.GetHealth200JSONResponse{Status: "ok", Version: s.Version}, nil
}

// GetSetup says whether the first user is missing.
func (s *Server) GetSetup(context.Context, api.GetSetupRequestObject) (api.GetSetupResponseObject, error) {
	setup, err := s.Users.Setup()
	return api.GetSetup200JSONResponse(setup), err
}

// PostSetup creates the first user.
func (s *Server) PostSetup(ctx context.Context, r api.PostSetupRequestObject) (api.PostSetupResponseObject, error) {
	who := CallerFrom(ctx)
	trusted := who.Via == "socket" && who.Role == "admin"
	err := s.Users.CreateFirst(ctx, *r.Body, trusted)
	if err == nil {
		actsAs(ctx, r.Body.User)
	}
	return api.PostSetup204Response{}, err
}

// GetSetupCode tells the code to who stands at the machine, and to nobody else: the console runs in group slipway, which
// may open the socket and has no people in it before there is a first user.
func (s *Server) GetSetupCode(ctx context.Context, _ api.GetSetupCodeRequestObject) (api.GetSetupCodeResponseObject, error) {
	if CallerFrom(ctx).Via != "socket" {
		return nil, Errorf(http.StatusForbidden, "console-only", "The setup code is shown on the host's own console only.")
	}
	code, err := s.Users.SetupCode()
	if err != nil {
		return nil, err
	}
	return api.GetSetupCode200JSONResponse{Code: code}, nil
}

// Login opens a session.
func (s *Server) Login(ctx context.Context, r api.LoginRequestObject) (api.LoginResponseObject, error) {
	user, password, address := r.Body.User, r.Body.Password, CallerFrom(ctx).Address
	if s.isUser(ctx, user) {
		actsAs(ctx, user)
	}
	if r.Body.NewPassword != "" {
		if err := s.Sessions.ChangeExpired(ctx, user, password, r.Body.NewPassword, address); err != nil {
			return nil, err
		}
		password = r.Body.NewPassword
	}
	session, err := s.Sessions.Login(ctx, user, password, address, r.Body.Extended)
	if err != nil {
		return nil, err
	}
	return api.Login200JSONResponse{Body: session, Headers: api.Login200ResponseHeaders{SetCookie: auth.Cookie(session.Token, session.ExpiresAt).String()}}, nil
}

// isUser says whether somebody of that name may log in. Other names are not written down: some people type their password
// where the name belongs.
func (s *Server) isUser(ctx context.Context, name string) bool {
	all, err := s.Users.List(ctx)
	return err == nil && slices.ContainsFunc(all, func(u api.User) bool { return u.Name == name })
}

// Logout ends the caller's session.
func (s *Server) Logout(ctx context.Context, _ api.LogoutRequestObject) (api.LogoutResponseObject, error) {
	if token := CallerFrom(ctx).Session; token != "" {
		if err := s.Sessions.Logout(ctx, token); err != nil {
			return nil, err
		}
	}
	return api.Logout204Response{Headers: api.Logout204ResponseHeaders{SetCookie: auth.ClearCookie().String()}}, nil
}

// GetSession says who is asking.
func (s *Server) GetSession(ctx context.Context, _ api.GetSessionRequestObject) (api.GetSessionResponseObject, error) {
	who := CallerFrom(ctx)
	return api.GetSession200JSONResponse{User: who.User, Role: who.Role, ExpiresAt: who.ExpiresAt, Extended: who.Extended}, nil
}

// ListSessions lists who is logged in.
func (s *Server) ListSessions(ctx context.Context, _ api.ListSessionsRequestObject) (api.ListSessionsResponseObject, error) {
	l, err := s.Sessions.List(ctx, CallerFrom(ctx).SessionID)
	return api.ListSessions200JSONResponse(l), err
}

// RevokeSession ends somebody's session.
func (s *Server) RevokeSession(ctx context.Context, r api.RevokeSessionRequestObject) (api.RevokeSessionResponseObject, error) {
	return api.RevokeSession204Response{}, s.Sessions.Revoke(ctx, r.Id)
}

// ListUsers lists the people who may log in.
func (s *Server) ListUsers(ctx context.Context, _ api.ListUsersRequestObject) (api.ListUsersResponseObject, error) {
	l, err := s.Users.List(ctx)
	return api.ListUsers200JSONResponse(l), err
}

// CreateUser adds one.
func (s *Server) CreateUser(ctx context.Context, r api.CreateUserRequestObject) (api.CreateUserResponseObject, error) {
	return api.CreateUser204Response{}, s.Users.Create(ctx, *r.Body)
}

// SetPassword changes one's own password, or as administrator another's.
func (s *Server) SetPassword(ctx context.Context, r api.SetPasswordRequestObject) (api.SetPasswordResponseObject, error) {
	who := CallerFrom(ctx)
	if setup, err := s.Users.Setup(); err != nil || (setup.PasswordChangeHidden && who.Via != "socket") {
		return nil, errors.Join(err, Errorf(http.StatusForbidden, "password:elsewhere", "Passwords of this host are changed elsewhere (passwords.hideChange in agent.yaml); ask its administrator."))
	}
	if who.Role != "admin" && who.User != r.Name {
		return nil, Errorf(http.StatusForbidden, "not-allowed", "Only a member of group slipway-admin may change another user's password.")
	}
	return api.SetPassword204Response{}, s.Users.SetPassword(ctx, who, r.Name, *r.Body)
}
