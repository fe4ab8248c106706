package auth

import (
	"bytes"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The groups that mean something here. AdminGroup may change things; SocketGroup may open the unix socket.
const (
	AdminGroup  = "slipway-admin"
	SocketGroup = "slipway"
)

// account is one OS user as passwd(5), shadow(5) and group(5) describe it.
type account struct {
	name  string
	uid   int
	gid   int
	home  string
	admin bool
	hash  string // field 2 of shadow
	// Days since 1970, or a number of days; -1 where the field is empty, as shadow(5) says.
	lastChange, maxAge, expire int
}

// locked reports that no password opens the account. An empty field would mean "no password needed": refused here.
func (a account) locked() bool { return !strings.HasPrefix(a.hash, "$") }

// neverSet is what useradd writes before there is a password.
func (a account) neverSet() bool { return a.hash == "!" || a.hash == "" }

func (a account) expired(now time.Time) bool { return a.expire >= 0 && days(now) >= a.expire }

// mustChange reports that the password is too old, or that an administrator asked for a new one (lastChange 0).
func (a account) mustChange(now time.Time) bool {
	return a.lastChange == 0 || (a.lastChange > 0 && a.maxAge >= 0 && days(now) > a.lastChange+a.maxAge)
}

// fingerprint tells whether the password was changed; it does not help to guess it.
func (a account) fingerprint() string { return tokenKey("password:" + a.hash)[:32] }

func (a account) role() Role {
	if a.admin {
		return RoleAdmin
	}
	return RoleViewer
}

func days(t time.Time) int { return int(t.Unix() / 86400) }

// maxFile bounds the three files; a host has dozens of users, not millions.
const maxFile = 1 << 20

// readAccounts reads the users below root ("/" on a host). Missing files are empty.
func readAccounts(root string) (map[string]account, error) {
	var raw [3][]byte
	for i, name := range []string{"passwd", "shadow", "group"} {
		path := filepath.Join(root, "etc", name)
		b, err := os.ReadFile(path)
		if err != nil && !os.IsNotExist(err) {
			return nil, fmt.Errorf("reading the users of this host: %w", err)
		}
		if len(b) > maxFile {
			return nil, fmt.Errorf("reading the users of this host: %s has more than %d bytes", path, maxFile)
		}
		raw[i] = b
	}
	return parseAccounts(raw[0], raw[1], raw[2]), nil
}

// parseAccounts joins the three files. Like the C library it skips lines that it cannot read, and the first of two
// lines with one name counts.
func parseAccounts(passwd, shadow, group []byte) map[string]account {
	admins, adminGID := parseAdmins(group)
	all := map[string]account{}
	for f := range fields(passwd, 7) {
		uid, err := strconv.ParseUint(f[2], 10, 31)
		gid, err2 := strconv.ParseUint(f[3], 10, 31)
		if _, twice := all[f[0]]; twice || err != nil || err2 != nil || !validName.MatchString(f[0]) {
			continue
		}
		admin := uid == 0 || slices.Contains(admins, f[0]) || int(gid) == adminGID
		all[f[0]] = account{name: f[0], uid: int(uid), gid: int(gid), home: f[5], admin: admin, hash: "*", lastChange: -1, maxAge: -1, expire: -1}
	}
	seen := map[string]bool{}
	for f := range fields(shadow, 9) {
		a, ok := all[f[0]]
		if !ok || seen[f[0]] {
			continue
		}
		seen[f[0]] = true
		a.hash, a.lastChange, a.maxAge, a.expire = f[1], day(f[2]), day(f[4]), day(f[7])
		all[f[0]] = a
	}
	return all
}

// parseAdmins gives the members of AdminGroup and its gid, -1 when there is no such group.
func parseAdmins(group []byte) (members []string, gid int) {
	for f := range fields(group, 4) {
		if n, err := strconv.ParseUint(f[2], 10, 31); err == nil && f[0] == AdminGroup {
			return strings.Split(f[3], ","), int(n)
		}
	}
	return nil, -1
}

// fields yields the lines that have n fields.
func fields(raw []byte, n int) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		for line := range bytes.Lines(raw) {
			f := strings.Split(strings.TrimSuffix(string(line), "\n"), ":")
			if len(f) == n && !yield(f) {
				return
			}
		}
	}
}

func day(s string) int {
	n, err := strconv.ParseUint(s, 10, 31)
	if err != nil {
		return -1
	}
	return int(n)
}
