package auth

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

const (
	sshDir  = ".ssh"
	keyFile = ".ssh/authorized_keys"
	keyTemp = ".ssh/authorized_keys.slipway"
	// maxKeyFile bounds what is read of a file that its user may write, in bytes.
	maxKeyFile = 256 << 10
	maxKeys    = 100
)

// The errors of a user's SSH keys.
var (
	ErrKeyExists = errors.New("this key opens the account already")
	ErrNoKey     = errors.New("no key with this fingerprint opens the account; it may have been removed already")
	ErrNotYours  = errors.New("only an administrator may see or change another user's SSH keys")
)

// Keys lists the SSH keys that open name's account, in the order of the file.
func (a *Auth) Keys(by Caller, name string) ([]Key, error) {
	u, err := a.keyOwner(by, name)
	if err != nil {
		return nil, err
	}
	lines, err := a.keyLines(u)
	out := []Key{}
	for _, l := range lines {
		if k, ok := keyOf(l); ok {
			out = append(out, k)
		}
	}
	return out, err
}

// AddKey lets one more SSH key open name's account. Errors: what is wrong with the key, ErrKeyExists.
func (a *Auth) AddKey(by Caller, name, text string) (Key, error) {
	key, line, err := parseKey(text)
	if err != nil {
		return Key{}, err
	}
	return key, a.editKeys(by, name, func(lines []string) ([]string, error) {
		n := 0
		for _, l := range lines {
			k, ok := keyOf(l)
			if ok && k.Fingerprint == key.Fingerprint {
				return nil, ErrKeyExists
			}
			if ok {
				n++
			}
		}
		if n >= maxKeys {
			return nil, fmt.Errorf("an account has at most %d keys; remove one first", maxKeys)
		}
		return append(lines, line), nil
	})
}

// RemoveKey takes a key away from name's account; other lines of the file stay as they are.
func (a *Auth) RemoveKey(by Caller, name, fingerprint string) error {
	return a.editKeys(by, name, func(lines []string) ([]string, error) {
		left := slices.DeleteFunc(slices.Clone(lines), func(l string) bool {
			k, ok := keyOf(l)
			return ok && k.Fingerprint == fingerprint
		})
		if len(left) == len(lines) {
			return nil, ErrNoKey
		}
		return left, nil
	})
}

// keyOwner is the account whose keys by may see: the own one, or a person's when by is an administrator.
func (a *Auth) keyOwner(by Caller, name string) (account, error) {
	if by.User != name && by.Role != RoleAdmin {
		return account{}, ErrNotYours
	}
	all, err := readAccounts(a.cfg.Root)
	if err != nil {
		return account{}, err
	}
	u, ok := all[name]
	if !ok || (u.uid < firstUID && u.uid != 0) || len(u.home) < 2 || !filepath.IsAbs(u.home) {
		return account{}, ErrNoUser
	}
	return u, nil
}

func (a *Auth) editKeys(by Caller, name string, edit func([]string) ([]string, error)) error {
	u, err := a.keyOwner(by, name)
	if err != nil {
		return err
	}
	a.change.Lock()
	defer a.change.Unlock()
	lines, err := a.keyLines(u)
	if err != nil {
		return err
	}
	if lines, err = edit(lines); err != nil {
		return err
	}
	if err := a.writeKeys(u, lines); err != nil {
		return fmt.Errorf("writing the SSH keys of %s: %w", name, err)
	}
	return nil
}

// home opens the user's home. All below it is the user's own to arrange, links and all, so every path goes through
// os.Root, which leads nowhere outside.
func (a *Auth) home(u account) (*os.Root, error) {
	dir := filepath.Join(a.cfg.Root, u.home)
	if _, err := os.Lstat(dir); errors.Is(err, fs.ErrNotExist) && !a.onHost() {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, err
		}
	}
	return os.OpenRoot(dir)
}

func (a *Auth) onHost() bool { return a.cfg.Root == "/" }

// keyLines reads the file; a missing one has none.
func (a *Auth) keyLines(u account) ([]string, error) {
	home, err := a.home(u)
	if err != nil {
		return nil, fmt.Errorf("the home of %s cannot be opened: %w", u.name, err)
	}
	defer home.Close()
	f, err := home.OpenFile(keyFile, os.O_RDONLY|syscall.O_NONBLOCK, 0) // a pipe must not hold the agent up
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("the SSH keys of %s cannot be read: %w", u.name, err)
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s/%s is no regular file; move it away first", u.home, keyFile)
	}
	raw, err := io.ReadAll(io.LimitReader(f, maxKeyFile+1))
	if err != nil {
		return nil, fmt.Errorf("the SSH keys of %s cannot be read: %w", u.name, err)
	}
	if len(raw) > maxKeyFile {
		return nil, fmt.Errorf("%s/%s has more than %d bytes; shorten it with an editor first", u.home, keyFile, maxKeyFile)
	}
	if text := strings.TrimSuffix(string(raw), "\n"); text != "" {
		return strings.Split(text, "\n"), nil
	}
	return nil, nil
}

// writeKeys replaces the file atomically and durably, with the owner and the rights that sshd insists on (StrictModes in
// sshd_config(5)).
func (a *Auth) writeKeys(u account, lines []string) error {
	home, err := a.home(u)
	if err != nil {
		return err
	}
	defer home.Close()
	if err := home.Mkdir(sshDir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	dir, err := home.Open(sshDir)
	if err != nil {
		return err
	}
	defer dir.Close()
	if err := own(dir, u, 0o700); err != nil {
		return err
	}
	if err := home.Remove(keyTemp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := home.OpenFile(keyTemp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(strings.Join(append(lines, ""), "\n"))
	if err = errors.Join(err, own(f, u, 0o600), f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := home.Rename(keyTemp, keyFile); err != nil {
		return err
	}
	return dir.Sync()
}

// own gives an open file or directory to the user. Only root may; an agent without root keeps all files its own.
func own(f *os.File, u account, mode fs.FileMode) error {
	if os.Geteuid() == 0 {
		if err := f.Chown(u.uid, u.gid); err != nil {
			return err
		}
	}
	return f.Chmod(mode)
}
