package agent

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiserver"
	"github.com/slipway-os/slipway/agent/auth"
)

// sessions shows auth.Auth through the API.
type sessions struct{ a *auth.Auth }

func (s sessions) SocketCaller(conn *net.UnixConn) apiserver.Caller {
	c, err := s.a.FromUnixConn(conn)
	if err != nil {
		return apiserver.Caller{}
	}
	return apiserver.Caller{User: c.User, Role: string(c.Role)}
}

func (s sessions) SessionCaller(token string) apiserver.Caller {
	c, err := s.a.Authenticate(token)
	if err != nil {
		return apiserver.Caller{}
	}
	return apiserver.Caller{User: c.User, Role: string(c.Role), SessionID: c.Session, ExpiresAt: c.ExpiresAt, Extended: c.Extended}
}

func (s sessions) Login(ctx context.Context, user, password, address string, extended bool) (api.Session, error) {
	token, session, err := s.a.Login(ctx, user, password, address, extended)
	if err != nil {
		return api.Session{}, authError(err)
	}
	c, err := s.a.Authenticate(token)
	return api.Session{Token: token, ExpiresAt: session.ExpiresAt, User: session.User, Role: string(c.Role)}, authError(err)
}

func (s sessions) ChangeExpired(ctx context.Context, user, current, password, address string) error {
	return authError(s.a.ChangeExpired(ctx, user, current, password, address))
}

func (s sessions) Logout(_ context.Context, token string) error { return authError(s.a.Logout(token)) }

func (s sessions) Renew(_ context.Context, token string) (api.Session, error) {
	fresh, session, err := s.a.Renew(token)
	if err != nil {
		return api.Session{}, authError(err)
	}
	c, err := s.a.Authenticate(fresh)
	return api.Session{Token: fresh, ExpiresAt: session.ExpiresAt, User: session.User, Role: string(c.Role)}, authError(err)
}

func (s sessions) List(_ context.Context, current string) ([]api.SessionInfo, error) {
	out := []api.SessionInfo{}
	for _, x := range s.a.Sessions() {
		out = append(out, api.SessionInfo{Id: x.ID, User: x.User, Address: x.Address, CreatedAt: x.CreatedAt, ExpiresAt: x.ExpiresAt, Current: x.ID == current})
	}
	return out, nil
}

func (s sessions) Revoke(_ context.Context, id string) error { return authError(s.a.Revoke(id)) }

// users shows the OS users through the API.
type users struct{ a *auth.Auth }

func (u users) Setup() (api.Setup, error) {
	needed, err := u.a.SetupNeeded()
	rules := u.a.Passwords()
	return api.Setup{Needed: needed, Password: api.PasswordRules{MinLength: rules.Length(), Classes: rules.Classes}, PasswordChangeHidden: rules.HideChange}, err
}

func (u users) SetupCode() (string, error) {
	code, err := u.a.SetupCode()
	return code, authError(err)
}

func (u users) CreateFirst(ctx context.Context, f api.FirstUser, trusted bool) error {
	return authError(u.a.CreateFirstUser(ctx, f.Code, f.User, f.Password, trusted))
}

func (u users) Create(ctx context.Context, n api.NewUser) error {
	return authError(u.a.CreateUser(ctx, n.User, n.Password, n.Admin))
}

func (u users) List(context.Context) ([]api.User, error) {
	list, err := u.a.Users()
	out := []api.User{}
	for _, x := range list {
		out = append(out, api.User{Name: x.Name, Role: string(x.Role), Locked: x.Locked})
	}
	return out, err
}

func (u users) SetPassword(ctx context.Context, by apiserver.Caller, name string, p api.PasswordChange) error {
	return authError(u.a.SetPassword(ctx, authCaller(by), name, p.Current, p.Password))
}

// authStatus are the answers to what auth refuses.
var authStatus = []struct {
	err    error
	status int
	code   string
}{
	{auth.ErrWrongPassword, http.StatusUnauthorized, "login:wrong-password"},
	{auth.ErrAccountLocked, http.StatusForbidden, "login:account-locked"},
	{auth.ErrMustChange, http.StatusForbidden, "login:must-change"},
	{auth.ErrNotExpired, http.StatusConflict, "login:not-expired"},
	{auth.ErrBusy, http.StatusTooManyRequests, "login:busy"},
	{auth.ErrNoSession, http.StatusUnauthorized, "login-needed"},
	{auth.ErrNoSuchSession, http.StatusNotFound, "not-found"},
	{auth.ErrNotYours, http.StatusForbidden, "not-allowed"},
	{auth.ErrKeyExists, http.StatusConflict, "key:exists"},
	{auth.ErrNoKey, http.StatusNotFound, "not-found"},
	{auth.ErrNoUser, http.StatusNotFound, "not-found"},
	{auth.ErrUserExists, http.StatusConflict, "user:exists"},
	{auth.ErrSetupDone, http.StatusConflict, "setup:done"},
	{auth.ErrWrongCode, http.StatusForbidden, "setup:wrong-code"},
}

func authError(err error) error {
	if err == nil {
		return nil
	}
	for _, s := range authStatus {
		if errors.Is(err, s.err) {
			return apiserver.Errorf(s.status, s.code, "%s", sentence(err))
		}
	}
	var locked *auth.LockedError
	if errors.As(err, &locked) {
		return apiserver.Errorf(http.StatusTooManyRequests, "login:locked", "%s", sentence(err))
	}
	return apiserver.Errorf(http.StatusUnprocessableEntity, "user:refused", "%s", sentence(err))
}

// sentence makes an error text read as one.
func sentence(err error) string {
	s := err.Error()
	return strings.ToUpper(s[:1]) + s[1:] + "."
}
