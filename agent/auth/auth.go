package auth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// Role says what a caller may do.
type Role string

// The roles.
const (
	RoleAdmin  Role = "admin"  // look and change
	RoleViewer Role = "viewer" // look
)

// Caller is who asks.
type Caller struct {
	User    string
	Role    Role
	Address string // where a session logged in from; empty on the unix socket
	Session string // the session's id; empty on the unix socket
	// ExpiresAt is when the session ends, Extended whether it was asked to last a day.
	ExpiresAt time.Time
	Extended  bool
}

// Store keeps JSON values under keys; agent/state's Bucket is one.
type Store interface {
	Get(key string, v any) (found bool, err error)
	Put(key string, v any) error
	Delete(key string) error
	Each(fn func(key string, raw []byte) error) error
}

// Accounts makes and changes OS users. OSAccounts and FileAccounts are the two kinds. All calls are idempotent.
type Accounts interface {
	// Create makes a user, or finishes making it: with uid (0 chooses one), a home, the password hash, and the groups
	// SocketGroup and, for an admin, AdminGroup.
	Create(ctx context.Context, name string, uid int, hash string, admin bool) error
	// SetHash replaces the password hash.
	SetHash(ctx context.Context, name, hash string) error
	// SetAge sets how long the account and its password are good. SetHash makes the password one of today.
	SetAge(ctx context.Context, name string, age Age) error
	// Delete takes the user and the user's home away; one who is not there is no error.
	Delete(ctx context.Context, name string) error
	// Expire asks for a new password at the next login, until SetHash.
	Expire(ctx context.Context, name string) error
}

// Config is what New needs.
type Config struct {
	Root     string // where etc/passwd is: "/" on a host
	RunDir   string // of the setup code's file, such as /run/slipway
	Accounts Accounts
	// Three buckets of the agent's state: accounts made here, sessions, and locks.
	Users, Sessions, Locks Store
	// Lockout is when wrong passwords make people wait; the zero value means the defaults.
	Lockout   LockoutLimits
	Passwords PasswordRules
	Log       *slog.Logger
}

// Auth knows users and sessions. Safe for concurrent use.
type Auth struct {
	cfg      Config
	hasher   *hasher
	lockout  *lockout
	sessions *sessions
	code     *setupCode

	change sync.Mutex // held while users are made or changed
}

// The errors of Login and of passwords.
var (
	// ErrWrongPassword does not tell whether the user exists.
	ErrWrongPassword = errors.New("the user name or the password is wrong")
	ErrAccountLocked = errors.New("this account is locked or has expired; ask an administrator of the host")
	ErrMustChange    = errors.New("the password has expired or was preset; choose a new one to log in")
)

// New loads sessions and locks.
func New(cfg Config) (*Auth, error) {
	a := &Auth{cfg: cfg, hasher: newHasher(), code: &setupCode{dir: cfg.RunDir}}
	var err error
	if a.lockout, err = newLockout(cfg.Locks, cfg.Lockout, cfg.Log); err != nil {
		return nil, fmt.Errorf("loading the locks of accounts: %w", err)
	}
	if a.sessions, err = newSessions(cfg.Sessions); err != nil {
		return nil, fmt.Errorf("loading the sessions: %w", err)
	}
	return a, nil
}

// Login checks a user's password and opens a session of 2 h, or 24 h when extended. address is the client's, for the
// lock-out and the list of sessions. Errors: ErrWrongPassword, *LockedError, ErrAccountLocked, ErrMustChange, ErrBusy.
func (a *Auth) Login(ctx context.Context, user, password, address string, extended bool) (token string, s Session, err error) {
	acct, err := a.verify(ctx, user, password, address)
	if err != nil {
		return "", Session{}, err
	}
	now := time.Now()
	if acct.expired(now) {
		return "", Session{}, ErrAccountLocked
	}
	if acct.mustChange(now) {
		return "", Session{}, ErrMustChange
	}
	if err := a.follow(acct); err != nil {
		a.cfg.Log.Warn("an account cannot be kept for the next boot", "user", user, "err", err)
	}
	return a.sessions.open(acct, address, extended)
}

// verify checks a password, counting wrong ones. It takes about as long for a user that does not exist.
func (a *Auth) verify(ctx context.Context, user, password, address string) (account, error) {
	if len(password) > maxPassword || !validName.MatchString(user) {
		return account{}, ErrWrongPassword
	}
	if err := a.lockout.begin(user, address); err != nil {
		return account{}, err
	}
	all, err := readAccounts(a.cfg.Root)
	if err != nil {
		return account{}, err
	}
	acct, known := all[user]
	usable := known && !acct.locked()
	hash := a.hasher.dummy
	if usable {
		hash = acct.hash
	}
	var ok bool
	var hashErr error
	if err := a.hasher.do(ctx, func() { ok, hashErr = checkHash(hash, password) }); err != nil {
		return account{}, err
	}
	if hashErr != nil {
		a.cfg.Log.Warn("a password cannot be checked", "user", user, "err", hashErr)
	}
	if !usable || !ok {
		return account{}, ErrWrongPassword
	}
	a.lockout.success(user, address)
	return acct, nil
}

// Authenticate gives the caller of a token. The role is the user's role now, so that leaving the group works at once.
func (a *Auth) Authenticate(token string) (Caller, error) {
	s, acct, err := a.check(token)
	if err != nil {
		return Caller{}, err
	}
	return Caller{User: s.User, Role: acct.role(), Address: s.Address, Session: s.ID, ExpiresAt: s.ExpiresAt, Extended: s.Extended}, nil
}

// check finds the session of a token and its user, who must still be able to log in with the same password.
func (a *Auth) check(token string) (Session, account, error) {
	s, err := a.sessions.find(token)
	if err != nil {
		return Session{}, account{}, err
	}
	all, err := readAccounts(a.cfg.Root)
	if err != nil {
		return Session{}, account{}, err
	}
	acct, ok := all[s.User]
	if !ok || acct.locked() || acct.expired(time.Now()) || acct.fingerprint() != s.Fingerprint {
		return Session{}, account{}, ErrNoSession
	}
	return s.Session, acct, nil
}

// Renew replaces a token by a new one whose session begins now.
func (a *Auth) Renew(token string) (string, Session, error) {
	old, acct, err := a.check(token)
	if err != nil {
		return "", Session{}, err
	}
	fresh, s, err := a.sessions.open(acct, old.Address, old.Extended)
	if err != nil {
		return "", Session{}, err
	}
	return fresh, s, a.Logout(token)
}

// Logout ends the session of token; one that has ended already is no error.
func (a *Auth) Logout(token string) error {
	key := tokenKey(token)
	return a.sessions.drop(func(k string, _ Session) bool { return k == key })
}

// Passwords is what a new password must be.
func (a *Auth) Passwords() PasswordRules { return a.cfg.Passwords }

// Sessions lists the open sessions, newest first.
func (a *Auth) Sessions() []Session { return a.sessions.list() }

// Revoke ends the session with this id, or gives ErrNoSuchSession.
func (a *Auth) Revoke(id string) error {
	found := false
	err := a.sessions.drop(func(_ string, s Session) bool {
		found = found || s.ID == id
		return s.ID == id
	})
	if !found {
		return ErrNoSuchSession
	}
	return err
}
