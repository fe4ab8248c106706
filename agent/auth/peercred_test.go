package auth

import (
	"net"
	"os"
	"path/filepath"
	"testing"
)

func TestFromUnixConn(t *testing.T) {
	a := newAuth(t, testConfig(t.TempDir()))
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	client, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	server, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	c, err := a.FromUnixConn(server.(*net.UnixConn))
	if err != nil || c.Role != RoleAdmin || c.Session != "" {
		t.Errorf("caller %+v, %v", c, err)
	}
	if os.Getuid() == 0 && c.User != "root" {
		t.Errorf("user %q", c.User)
	}
	server.Close()
	if _, err := a.FromUnixConn(server.(*net.UnixConn)); err == nil {
		t.Error("a closed socket has a caller")
	}
}

func TestFromUID(t *testing.T) {
	a := newAuth(t, testConfig(t.TempDir()))
	writeEtc(t, a.cfg.Root, "passwd", passwdFile+"sam:x:1001:1001::/:/bin/sh\n")
	writeEtc(t, a.cfg.Root, "group", groupFile)
	for _, c := range []struct {
		uid, self int
		want      Caller
	}{
		{0, 0, Caller{User: "root", Role: RoleAdmin}},
		{1000, 0, Caller{User: "ann", Role: RoleAdmin}},
		{1001, 0, Caller{User: "bob", Role: RoleViewer}}, // and sam has the same uid: the first name counts
		{1001, 1001, Caller{User: "bob", Role: RoleAdmin}},
		{7777, 7777, Caller{User: "uid-7777", Role: RoleAdmin}},
		{7777, 0, Caller{}},
	} {
		got, err := a.fromUID(c.uid, c.self)
		if got != c.want || (err != nil) != (c.want == Caller{}) {
			t.Errorf("uid %d, agent %d: %+v, %v", c.uid, c.self, got, err)
		}
	}
}
