package auth

import (
	"errors"
	"fmt"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// FromUnixConn gives the caller at the other end of a unix socket by its credentials (unix(7), SO_PEERCRED). Root is
// an administrator, and so is the user that the agent itself runs as: that one can change its files anyway.
func (a *Auth) FromUnixConn(conn *net.UnixConn) (Caller, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return Caller{}, fmt.Errorf("asking who is on the socket: %w", err)
	}
	var cred *unix.Ucred
	var credErr error
	err = raw.Control(func(fd uintptr) {
		cred, credErr = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	})
	if err := errors.Join(err, credErr); err != nil {
		return Caller{}, fmt.Errorf("asking who is on the socket: %w", err)
	}
	return a.fromUID(int(cred.Uid), os.Geteuid())
}

func (a *Auth) fromUID(uid, self int) (Caller, error) {
	all, err := readAccounts(a.cfg.Root)
	if err != nil {
		return Caller{}, err
	}
	c := Caller{User: fmt.Sprintf("uid-%d", uid)}
	for _, u := range all {
		if u.uid == uid && (c.Role == "" || u.name < c.User) {
			c.User, c.Role = u.name, u.role()
		}
	}
	if uid == 0 {
		c.User = "root"
	}
	if uid == 0 || uid == self {
		c.Role = RoleAdmin
	}
	if c.Role == "" {
		return Caller{}, fmt.Errorf("the program on the socket runs as uid %d, which is no user of this host", uid)
	}
	return c, nil
}
