package auth

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// OSAccounts makes users with the host's own tools (useradd, usermod, chpasswd of shadow-utils), which know its locks
// and logs. It needs root. Hashes go in by standard input: the process list shows names only.
type OSAccounts struct{}

// Create implements Accounts.
func (o OSAccounts) Create(ctx context.Context, name string, uid int, hash string, admin bool) error {
	groups := SocketGroup
	if admin {
		groups += "," + AdminGroup
	}
	for _, g := range strings.Split(groups, ",") {
		if err := run(ctx, "", "groupadd", "--force", "--system", g); err != nil {
			return err
		}
	}
	args := []string{"--create-home", "--shell", "/bin/bash", "--groups", groups}
	if uid != 0 {
		args = append(args, "--uid", strconv.Itoa(uid))
	}
	// getent's exit status 2 is "not found"; usermod finishes a user that an earlier try left half-made.
	if exec.CommandContext(ctx, "getent", "passwd", name).Run() == nil {
		args = []string{"--append", "--groups", groups}
		if err := run(ctx, "", "usermod", append(args, name)...); err != nil {
			return err
		}
	} else if err := run(ctx, "", "useradd", append(args, name)...); err != nil {
		return err
	}
	return o.SetHash(ctx, name, hash)
}

// SetHash implements Accounts.
func (OSAccounts) SetHash(ctx context.Context, name, hash string) error {
	return run(ctx, name+":"+hash+"\n", "chpasswd", "--encrypted")
}

// SetAge implements Accounts.
func (OSAccounts) SetAge(ctx context.Context, name string, age Age) error {
	return run(ctx, "", "chage", "--lastday", strconv.Itoa(age.LastChange), "--maxdays", strconv.Itoa(age.MaxAge), "--expiredate", strconv.Itoa(age.Expire), name)
}

// Delete implements Accounts. --force also for one who is logged in: what still runs goes on without a name.
func (OSAccounts) Delete(ctx context.Context, name string) error {
	if exec.CommandContext(ctx, "getent", "passwd", name).Run() != nil {
		return nil
	}
	return run(ctx, "", "userdel", "--force", "--remove", name)
}

// Expire implements Accounts.
func (OSAccounts) Expire(ctx context.Context, name string) error {
	return run(ctx, "", "chage", "--lastday", "0", name)
}

// run runs a tool and puts what it complains about into the error.
func run(ctx context.Context, stdin, tool string, args ...string) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, tool, args...)
	cmd.Env = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"}
	cmd.Stdin = strings.NewReader(stdin)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w: %.500s", tool, err, strings.TrimSpace(stderr.String()))
	}
	return nil
}
