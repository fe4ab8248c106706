package auth

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"
)

// ErrNotExpired is returned when a password is to be changed at the login that may stay.
var ErrNotExpired = errors.New("this password does not have to be changed; log in, and change it there")

// hashForm are the hashes of mkpasswd(1) that this host can check, with the alphabet of crypt(5): yescrypt, SHA-512-crypt and
// SHA-256-crypt.
var hashForm = regexp.MustCompile(`^(\$y\$[./A-Za-z0-9]{3,12}\$[./A-Za-z0-9]{1,86}\$[./A-Za-z0-9]{43}|` +
	`\$6\$(rounds=[0-9]{1,7}\$)?[^$:\x00-\x20\x7f-\x{10ffff}]{1,16}\$[./A-Za-z0-9]{86}|` +
	`\$5\$(rounds=[0-9]{1,7}\$)?[^$:\x00-\x20\x7f-\x{10ffff}]{1,16}\$[./A-Za-z0-9]{43})$`)

// CheckHash tells what is wrong with the hash of a password. It does not quote it.
func CheckHash(hash string) error {
	if !hashForm.MatchString(hash) {
		return errors.New("want the hash of a password, not the password: make one with mkpasswd --method=yescrypt (or sha512crypt)")
	}
	return checkRounds(hash)
}

// PresetUser makes the first administrator from the hash that came with the appliance. Everybody who has the medium may know
// the password, so it must be changed at the first login. On a host that has an administrator it does nothing.
func (a *Auth) PresetUser(ctx context.Context, name, hash string) error {
	if err := errors.Join(CheckName(name), CheckHash(hash)); err != nil {
		return err
	}
	a.change.Lock()
	defer a.change.Unlock()
	all, err := readAccounts(a.cfg.Root)
	if err != nil {
		return err
	}
	needed, err := a.SetupNeeded()
	if err != nil || !needed && all[name].hash != hash { // with it an earlier try was cut
		return err
	}
	if err := a.cfg.Accounts.Create(ctx, name, all[name].uid, hash, true); err != nil {
		return fmt.Errorf("creating the user %s: %w", name, err)
	}
	if err := a.cfg.Accounts.Expire(ctx, name); err != nil {
		return fmt.Errorf("asking %s for a new password: %w", name, err)
	}
	if _, err := a.remember(name, ""); err != nil {
		return err
	}
	return a.code.done()
}

// ChangeExpired sets a new password for a user whose password is right but must be changed, so that the user can log in
// with the new one. Errors: those of Login, ErrNotExpired, what is wrong with the new password.
func (a *Auth) ChangeExpired(ctx context.Context, user, current, password, address string) error {
	acct, err := a.verify(ctx, user, current, address)
	if err != nil {
		return err
	}
	switch now := time.Now(); {
	case acct.expired(now):
		return ErrAccountLocked
	case !acct.mustChange(now):
		return ErrNotExpired
	case password == current:
		return errors.New("the new password is the old one; choose another")
	}
	if err := a.cfg.Passwords.Check(user, password); err != nil {
		return err
	}
	a.change.Lock()
	defer a.change.Unlock()
	hash, err := a.hash(ctx, password)
	if err != nil {
		return err
	}
	if err := a.cfg.Accounts.SetHash(ctx, user, hash); err != nil {
		return fmt.Errorf("setting the password of %s: %w", user, err)
	}
	_, err = a.remember(user, acct.hash)
	return err
}
