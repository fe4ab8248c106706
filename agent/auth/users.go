package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// firstUID is where people begin: below are the system's own users (login.defs(5), UID_MIN).
const firstUID = 1000

// User is one person who may log in, or could.
type User struct {
	Name   string `json:"name"`
	Role   Role   `json:"role"`
	Locked bool   `json:"locked"`
	// PasswordEnds is the last day of the password, the zero Time when it has none.
	PasswordEnds time.Time `json:"passwordEnds,omitzero"`
}

// ErrUserExists is returned when the name is taken.
var ErrUserExists = errors.New("a user of that name exists on this host; choose another name")

// ErrNoUser is returned when no user has the name.
var ErrNoUser = errors.New("there is no such user on this host")

// Users lists the people of the host, by name: users from uid 1000 on, and root when it has a password.
func (a *Auth) Users() ([]User, error) {
	all, err := readAccounts(a.cfg.Root)
	if err != nil {
		return nil, err
	}
	out := []User{}
	for _, u := range all {
		if (u.uid >= firstUID && u.name != "nobody") || !u.locked() {
			out = append(out, User{Name: u.name, Role: u.role(), Locked: u.locked(), PasswordEnds: u.passwordEnds()})
		}
	}
	slices.SortFunc(out, func(x, y User) int { return strings.Compare(x.Name, y.Name) })
	return out, nil
}

// SetupNeeded reports that no administrator with a password exists yet. Root does not count: it has no password on a
// new host, and the console works without one. An administrator that waits for Restore counts: a reboot must not open
// the setup again.
func (a *Auth) SetupNeeded() (bool, error) {
	all, err := readAccounts(a.cfg.Root)
	if err != nil {
		return false, err
	}
	for _, u := range all {
		if u.admin && u.uid != 0 && !u.locked() {
			return false, nil
		}
	}
	needed := true
	err = a.cfg.Users.Each(func(_ string, raw []byte) error {
		var k kept
		err := json.Unmarshal(raw, &k)
		needed = needed && !k.Admin
		return err
	})
	return needed, err
}

// SetupCode gives the code for the console, or ErrSetupDone.
func (a *Auth) SetupCode() (string, error) {
	needed, err := a.SetupNeeded()
	if err != nil {
		return "", err
	}
	if !needed {
		return "", ErrSetupDone
	}
	return a.code.get()
}

// CreateFirstUser makes the first administrator. From the network it takes the setup code; local is true for root on
// the unix socket, who needs none. Errors: ErrSetupDone, ErrWrongCode, those of CheckName and PasswordRules.
func (a *Auth) CreateFirstUser(ctx context.Context, code, name, password string, local bool) error {
	a.change.Lock()
	defer a.change.Unlock()
	needed, err := a.SetupNeeded()
	if err != nil {
		return err
	}
	if !needed {
		return ErrSetupDone
	}
	if !local {
		if err := a.code.check(code); err != nil {
			return err
		}
	}
	if err := a.create(ctx, name, password, true); err != nil {
		return err
	}
	return a.code.done()
}

// CreateUser makes an OS user who may log in.
func (a *Auth) CreateUser(ctx context.Context, name, password string, admin bool) error {
	a.change.Lock()
	defer a.change.Unlock()
	return a.create(ctx, name, password, admin)
}

// agePassword gives a new password the age that the rules of this host set.
func (a *Auth) agePassword(ctx context.Context, name string) error {
	if a.cfg.Passwords.MaxAgeDays == 0 {
		return nil
	}
	return a.cfg.Accounts.SetAge(ctx, name, Age{LastChange: days(time.Now()), MaxAge: a.cfg.Passwords.MaxAgeDays, Expire: -1})
}

// create is called with change held. A user that an earlier try left half-made is finished.
func (a *Auth) create(ctx context.Context, name, password string, admin bool) error {
	if err := CheckName(name); err != nil {
		return err
	}
	if err := a.cfg.Passwords.Check(name, password); err != nil {
		return err
	}
	all, err := readAccounts(a.cfg.Root)
	if err != nil {
		return err
	}
	if u, ok := all[name]; ok && (u.uid < firstUID || !u.neverSet()) {
		return ErrUserExists
	}
	hash, err := a.hash(ctx, password)
	if err != nil {
		return err
	}
	if err := a.cfg.Accounts.Create(ctx, name, all[name].uid, hash, admin); err != nil {
		return fmt.Errorf("creating the user %s: %w", name, err)
	}
	if err := a.agePassword(ctx, name); err != nil {
		return fmt.Errorf("creating the user %s: %w", name, err)
	}
	_, err = a.remember(name, "")
	return err
}

func (a *Auth) hash(ctx context.Context, password string) (hash string, err error) {
	if busy := a.hasher.do(ctx, func() { hash, err = newHash(a.hasher.setting, password) }); busy != nil {
		return "", busy
	}
	return hash, err
}

// SetPassword changes name's password and ends name's sessions but the caller's own. Who changes the own password
// shows the current one, root on the unix socket excepted; only an administrator sets others'.
func (a *Auth) SetPassword(ctx context.Context, by Caller, name, current, password string) error {
	onSocket := by.Session == ""
	if by.User == name && !(onSocket && name == "root") {
		if _, err := a.verify(ctx, name, current, by.Address); err != nil {
			return err
		}
	} else if by.Role != RoleAdmin {
		return errors.New("only an administrator may set another user's password")
	}
	if err := a.cfg.Passwords.Check(name, password); err != nil {
		return err
	}
	a.change.Lock()
	defer a.change.Unlock()
	all, err := readAccounts(a.cfg.Root)
	if err != nil {
		return err
	}
	if u, ok := all[name]; !ok || (u.uid < firstUID && u.uid != 0) {
		return ErrNoUser
	}
	hash, err := a.hash(ctx, password)
	if err != nil {
		return err
	}
	if err := a.cfg.Accounts.SetHash(ctx, name, hash); err != nil {
		return fmt.Errorf("setting the password of %s: %w", name, err)
	}
	changed, err := a.remember(name, all[name].hash)
	if err != nil {
		return err
	}
	return errors.Join(a.sessions.keep(by.Session, changed),
		a.sessions.drop(func(_ string, s Session) bool { return s.User == name && s.ID != by.Session }))
}
