package auth

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Age is how long an account and its password are good, as shadow(5) has it: days since 1970, or a number of days.
type Age struct {
	LastChange int // of the password; 0 asks for a new one at the next login
	MaxAge     int // of the password; -1 for ever
	Expire     int // of the account; -1 never. Unlike a locked password it also keeps out who has an SSH key.
}

const (
	// never is what useradd(8) writes for a password that does not grow too old (login.defs(5), PASS_MAX_DAYS).
	never = 99999
	// lockedDay is in the past and not 0, which some programs read as "no date" (usermod(8), -e).
	lockedDay = 1
	// MaxExpiry is how far away the end of a password may be, in days.
	MaxExpiry = 3650
)

var (
	// ErrOwnAccount keeps people from locking themselves out.
	ErrOwnAccount = errors.New("this is your own account; another administrator may lock or delete it")
	// ErrLastAdmin keeps the host from having nobody: who comes next would set it up anew.
	ErrLastAdmin = errors.New("this is the last administrator of the host; create another one first")
)

// passwordEnds is the last day on which the password opens the account; the zero Time when there is none.
func (a account) passwordEnds() time.Time {
	if a.lastChange <= 0 || a.maxAge < 0 || a.maxAge >= never {
		return time.Time{}
	}
	return time.Unix(int64(a.lastChange+a.maxAge)*86400, 0).UTC()
}

func (a account) age() Age { return Age{a.lastChange, a.maxAge, a.expire} }

// ChangeUser locks or unlocks an account and sets the last day of its password; the zero Time means no end. A locked user
// cannot log in anywhere, and all sessions end. Errors: ErrNoUser, ErrOwnAccount, ErrLastAdmin, what is wrong with the day.
func (a *Auth) ChangeUser(ctx context.Context, by Caller, name string, lock bool, ends time.Time) error {
	a.change.Lock()
	defer a.change.Unlock()
	u, err := a.person(name)
	if err != nil {
		return err
	}
	if lock && !u.locked() {
		if err := a.mayLose(by, u); err != nil {
			return err
		}
	}
	age := u.age()
	if !ends.Equal(u.passwordEnds()) {
		if age.MaxAge, err = u.maxAgeFor(ends, time.Now()); err != nil {
			return err
		}
	}
	hash := strings.TrimLeft(u.hash, "!")
	if age.Expire = -1; lock {
		hash, age.Expire = "!"+hash, lockedDay
	}
	if !strings.HasPrefix(strings.TrimPrefix(hash, "!"), "$") {
		return fmt.Errorf("%s has no password: set one first", name)
	}
	if hash != u.hash {
		if err := a.cfg.Accounts.SetHash(ctx, name, hash); err != nil {
			return fmt.Errorf("locking or unlocking %s: %w", name, err)
		}
	}
	if err := a.cfg.Accounts.SetAge(ctx, name, age); err != nil { // after SetHash, which makes the password one of today
		return fmt.Errorf("setting how long %s may log in: %w", name, err)
	}
	if _, err := a.remember(name, u.hash); err != nil || !lock {
		return err
	}
	return a.sessions.drop(func(_ string, s Session) bool { return s.User == name })
}

// maxAgeFor is the age in days that a password has at the end of a day.
func (a account) maxAgeFor(ends, now time.Time) (int, error) {
	switch {
	case ends.IsZero():
		return -1, nil
	case a.lastChange <= 0:
		return 0, fmt.Errorf("%s must choose a new password at the next login anyway; set its end after that", a.name)
	case days(ends) < days(now):
		return 0, errors.New("that day is over; choose today or a later one")
	case days(ends) > days(now)+MaxExpiry:
		return 0, fmt.Errorf("that is more than %d days away", MaxExpiry)
	}
	return max(days(ends)-a.lastChange, 1), nil
}

// DeleteUser takes a user and the user's home away, also when the next boot brings the account of the image back. Errors:
// ErrNoUser, ErrOwnAccount, ErrLastAdmin.
func (a *Auth) DeleteUser(ctx context.Context, by Caller, name string) error {
	a.change.Lock()
	defer a.change.Unlock()
	u, err := a.person(name)
	if err != nil {
		return err
	}
	if err := a.mayLose(by, u); err != nil {
		return err
	}
	if err := a.cfg.Users.Put(name, kept{Deleted: true}); err != nil { // first: an agent that dies now deletes when it starts
		return err
	}
	if err := a.cfg.Accounts.Delete(ctx, name); err != nil {
		return fmt.Errorf("deleting the user %s: %w", name, err)
	}
	return a.sessions.drop(func(_ string, s Session) bool { return s.User == name })
}

// person is a user who is no user of the system. Called with change held.
func (a *Auth) person(name string) (account, error) {
	all, err := readAccounts(a.cfg.Root)
	if err != nil {
		return account{}, err
	}
	u, ok := all[name]
	if !ok || u.uid < firstUID || name == "nobody" {
		return account{}, ErrNoUser
	}
	return u, nil
}

// mayLose refuses what would lock somebody out for good.
func (a *Auth) mayLose(by Caller, u account) error {
	if by.User == u.name {
		return ErrOwnAccount
	}
	if !u.admin || u.locked() {
		return nil
	}
	all, err := readAccounts(a.cfg.Root)
	if err != nil {
		return err
	}
	for _, other := range all {
		if other.name != u.name && other.admin && other.uid >= firstUID && !other.locked() && !other.expired(time.Now()) {
			return nil
		}
	}
	return ErrLastAdmin
}
