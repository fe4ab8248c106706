package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// kept is what the store knows of an account that was made or changed here.
type kept struct {
	UID   int    `json:"uid"`
	Hash  string `json:"hash"`
	Admin bool   `json:"admin"`
	// Replaced is the hash that the account had before the first change here: the one of an immutable image, which is
	// back after a reboot.
	Replaced string `json:"replaced,omitempty"`
	// MustChange: the password is to be changed at the next login.
	MustChange bool `json:"mustChange,omitempty"`
	// Changed and MaxAge are the age of the password when it has an end, in days; Locked accounts are expired.
	Changed int  `json:"changed,omitempty"`
	MaxAge  int  `json:"maxAge,omitempty"`
	Locked  bool `json:"locked,omitempty"`
	// Deleted: there is to be no such user, whatever the image says.
	Deleted bool `json:"deleted,omitempty"`
}

// keep is what is kept of an account as the OS has it.
func keep(u account, replaced string) kept {
	k := kept{UID: u.uid, Hash: u.hash, Admin: u.admin, Replaced: replaced, MustChange: u.lastChange == 0, Locked: u.expire == lockedDay}
	if !u.passwordEnds().IsZero() {
		k.Changed, k.MaxAge = u.lastChange, u.maxAge
	}
	return k
}

// age is what a restored account is given; ok is false when the default does.
func (k kept) age() (age Age, ok bool) {
	age = Age{k.Changed, k.MaxAge, -1}
	if k.MaxAge == 0 {
		age.LastChange, age.MaxAge = days(time.Now()), -1
	}
	if k.MustChange {
		age.LastChange = 0
	}
	if k.Locked {
		age.Expire = lockedDay
	}
	return age, k.MaxAge > 0 || k.Locked
}

// remember keeps an account as the OS has it now, for Restore. replaced is the hash it had before.
func (a *Auth) remember(name, replaced string) (account, error) {
	all, err := readAccounts(a.cfg.Root)
	if err != nil {
		return account{}, err
	}
	u, ok := all[name]
	if !ok {
		return account{}, fmt.Errorf("keeping the user %s: %w", name, ErrNoUser)
	}
	k := kept{Replaced: replaced}
	if _, err := a.cfg.Users.Get(name, &k); err != nil {
		return account{}, err
	}
	return u, a.cfg.Users.Put(name, keep(u, k.Replaced))
}

// follow keeps what changed in the OS of an account that is kept, such as a password set with passwd(1).
func (a *Auth) follow(u account) error {
	var k kept
	found, err := a.cfg.Users.Get(u.name, &k)
	if now := keep(u, k.Replaced); err == nil && found && k != now {
		err = a.cfg.Users.Put(u.name, now)
	}
	return err
}

// Restore makes the accounts again, and sets the passwords again, that the OS has forgotten at a reboot. Call it when the agent starts, before the
// first Login or SetupNeeded.
func (a *Auth) Restore(ctx context.Context) error {
	a.change.Lock()
	defer a.change.Unlock()
	all, err := readAccounts(a.cfg.Root)
	if err != nil {
		return err
	}
	var errs []error // one user that cannot be made keeps no other out
	err = a.cfg.Users.Each(func(name string, raw []byte) error {
		errs = append(errs, a.restore(ctx, all, name, raw))
		return nil
	})
	return errors.Join(append(errs, err)...)
}

func (a *Auth) restore(ctx context.Context, all map[string]account, name string, raw []byte) error {
	var k kept
	err := json.Unmarshal(raw, &k)
	u, ok := all[name]
	switch {
	case err != nil:
	case k.Deleted:
		err = a.cfg.Accounts.Delete(ctx, name)
	case !ok || (u.neverSet() && u.uid >= firstUID):
		err = a.cfg.Accounts.Create(ctx, name, k.UID, k.Hash, k.Admin)
	case u.hash == k.Replaced:
		err = a.cfg.Accounts.SetHash(ctx, name, k.Hash)
	default:
		err = a.follow(u)
	}
	forgotten := !ok || u.hash == k.Replaced || u.neverSet()
	if age, aged := k.age(); err == nil && aged && forgotten {
		err = a.cfg.Accounts.SetAge(ctx, name, age)
	} else if err == nil && k.MustChange && forgotten {
		err = a.cfg.Accounts.Expire(ctx, name)
	}
	if err != nil {
		return fmt.Errorf("restoring the user %s: %w", name, err)
	}
	return nil
}
