package agent

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"time"

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
	ends, err := passwordEnd(f.PasswordEnds)
	if err != nil {
		return err
	}
	if err := u.a.CreateFirstUser(ctx, f.Code, f.User, f.Password, trusted); err != nil || ends.IsZero() {
		return authError(err)
	}
	return authError(u.a.ChangeUser(ctx, auth.Caller{Role: auth.RoleAdmin}, f.User, false, ends))
}

func (u users) Create(ctx context.Context, n api.NewUser) error {
	ends, err := passwordEnd(n.PasswordEnds)
	if err != nil {
		return err
	}
	if err := u.a.CreateUser(ctx, n.User, n.Password, n.Admin); err != nil || ends.IsZero() {
		return authError(err)
	}
	return authError(u.a.ChangeUser(ctx, auth.Caller{Role: auth.RoleAdmin}, n.User, false, ends))
}

func (u users) List(context.Context) ([]api.User, error) {
	list, err := u.a.Users()
	out := []api.User{}
	for _, x := range list {
		user := api.User{Name: x.Name, Role: string(x.Role), Locked: x.Locked}
		if !x.PasswordEnds.IsZero() {
			user.PasswordEnds = x.PasswordEnds.Format(time.DateOnly)
		}
		out = append(out, user)
	}
	return out, err
}

func (u users) SetPassword(ctx context.Context, by apiserver.Caller, name string, p api.PasswordChange) error {
	return authError(u.a.SetPassword(ctx, authCaller(by), name, p.Current, p.Password))
}

func (u users) Change(ctx context.Context, by apiserver.Caller, name string, c api.UserChange) error {
	var ends time.Time
	if c.PasswordEnds != "" { // whether it is over is looked at only when it is new
		var err error
		if ends, err = time.Parse(time.DateOnly, c.PasswordEnds); err != nil {
			return wrongEnd(c.PasswordEnds)
		}
	}
	return authError(u.a.ChangeUser(ctx, authCaller(by), name, c.Locked, ends))
}

func (u users) Delete(ctx context.Context, by apiserver.Caller, name string) error {
	return authError(u.a.DeleteUser(ctx, authCaller(by), name))
}

// passwordEnd reads the last day of a password, which must not be over and not be too far away.
func passwordEnd(text string) (day time.Time, err error) {
	if text == "" {
		return day, nil
	}
	today := time.Now().UTC().Truncate(24 * time.Hour)
	if day, err = time.Parse(time.DateOnly, text); err != nil || day.Before(today) || day.After(today.AddDate(0, 0, auth.MaxExpiry)) {
		return day, wrongEnd(text)
	}
	return day, nil
}

func wrongEnd(text string) error {
	return apiserver.Errorf(http.StatusUnprocessableEntity, "user:password-ends", "%.20q is no day on which a password can end: write one to come, such as %s.", text, time.Now().AddDate(0, 3, 0).Format(time.DateOnly))
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
	{auth.ErrOwnAccount, http.StatusConflict, "user:own-account"},
	{auth.ErrLastAdmin, http.StatusConflict, "user:last-admin"},
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
