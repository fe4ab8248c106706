package auth

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/renameio/v2"
)

// FileAccounts makes users in passwd, shadow and group files of its own below Root/etc, for an agent that runs without
// root (`slipway agent --root DIR`). Nobody else may write them meanwhile.
type FileAccounts struct {
	Root string
}

// Create implements Accounts. passwd comes last: without its line there the user does not exist.
func (f FileAccounts) Create(_ context.Context, name string, uid int, hash string, admin bool) error {
	all, err := readAccounts(f.Root)
	if err != nil {
		return err
	}
	if u, ok := all[name]; ok {
		uid = u.uid
	}
	if uid == 0 {
		uid = nextUID(all)
	}
	groups := []string{SocketGroup}
	if admin {
		groups = append(groups, AdminGroup)
	}
	for i, g := range groups {
		if err := f.edit("group", 0o644, g, func(old []string) []string {
			if len(old) != 4 {
				old = []string{g, "x", strconv.Itoa(900 + i), ""}
			}
			members := strings.FieldsFunc(old[3], func(r rune) bool { return r == ',' })
			if !slices.Contains(members, name) {
				members = append(members, name)
			}
			return []string{g, old[1], old[2], strings.Join(members, ",")}
		}); err != nil {
			return err
		}
	}
	if err := f.setHash(name, hash); err != nil {
		return err
	}
	id := strconv.Itoa(uid)
	return f.edit("passwd", 0o644, name, func([]string) []string {
		return []string{name, "x", id, id, "", "/home/" + name, "/bin/bash"}
	})
}

// SetHash implements Accounts.
func (f FileAccounts) SetHash(_ context.Context, name, hash string) error {
	all, err := readAccounts(f.Root)
	if err != nil {
		return err
	}
	if _, ok := all[name]; !ok {
		return ErrNoUser
	}
	return f.setHash(name, hash)
}

func (f FileAccounts) setHash(name, hash string) error {
	return f.edit("shadow", 0o600, name, func(old []string) []string {
		if len(old) != 9 {
			old = []string{name, "", "", "0", "99999", "7", "", "", ""}
		}
		old[1], old[2] = hash, strconv.Itoa(days(time.Now()))
		return old
	})
}

// SetAge implements Accounts.
func (f FileAccounts) SetAge(_ context.Context, name string, age Age) error {
	field := func(days int) string {
		if days < 0 {
			return ""
		}
		return strconv.Itoa(days)
	}
	return f.edit("shadow", 0o600, name, func(old []string) []string {
		old[2], old[4], old[7] = field(age.LastChange), field(age.MaxAge), field(age.Expire)
		return old
	})
}

// Delete implements Accounts. passwd comes first: without its line there the user does not exist.
func (f FileAccounts) Delete(_ context.Context, name string) error {
	all, err := readAccounts(f.Root)
	if _, ok := all[name]; err != nil || !ok {
		return err
	}
	for file, mode := range map[string]fs.FileMode{"passwd": 0o644, "shadow": 0o600} {
		if err := f.edit(file, mode, name, func([]string) []string { return nil }); err != nil {
			return err
		}
	}
	for _, g := range []string{SocketGroup, AdminGroup} {
		if err := f.edit("group", 0o644, g, func(old []string) []string {
			if len(old) == 4 {
				members := strings.Split(old[3], ",")
				old[3] = strings.Join(slices.DeleteFunc(members, func(m string) bool { return m == name }), ",")
			}
			return old
		}); err != nil {
			return err
		}
	}
	return nil
}

// Expire implements Accounts.
func (f FileAccounts) Expire(_ context.Context, name string) error {
	all, err := readAccounts(f.Root)
	if err != nil {
		return err
	}
	if _, ok := all[name]; !ok {
		return ErrNoUser
	}
	return f.edit("shadow", 0o600, name, func(old []string) []string {
		old[2] = "0"
		return old
	})
}

func nextUID(all map[string]account) int {
	uid := firstUID
	for _, u := range all {
		if u.uid >= uid && u.name != "nobody" {
			uid = u.uid + 1
		}
	}
	return uid
}

// edit replaces the line of key in a file of etc, or appends one, atomically and durably. change gets the old fields;
// when it gives none back, the line goes.
func (f FileAccounts) edit(file string, mode fs.FileMode, key string, change func(old []string) []string) error {
	dir := filepath.Join(f.Root, "etc")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	path := filepath.Join(dir, file)
	raw, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	var lines []string
	if text := strings.TrimSuffix(string(raw), "\n"); text != "" {
		lines = strings.Split(text, "\n")
	}
	i := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, key+":") })
	if i < 0 {
		i, lines = len(lines), append(lines, key)
	}
	if fields := change(strings.Split(lines[i], ":")); len(fields) > 1 {
		lines[i] = strings.Join(fields, ":")
	} else {
		lines = slices.Delete(lines, i, i+1) // taken away, or never there
	}
	if err := renameio.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), mode, renameio.IgnoreUmask()); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
