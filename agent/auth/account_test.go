package auth

import (
	"strings"
	"testing"
	"time"
)

const (
	passwdFile = "root:x:0:0:root:/root:/bin/bash\n" +
		"daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n" +
		"ann:x:1000:1000:Ann,,,:/home/ann:/bin/bash\n" +
		"bob:x:1001:1001::/home/bob:/bin/bash\n" +
		"cyd:x:1002:900::/home/cyd:/bin/bash\n" +
		"ann:x:0:0:second line:/root:/bin/bash\n" +
		"short:x:1003\n" +
		"minus:x:-1:0::/:/bin/sh\n" +
		"+nis:x:1004:1004::/:/bin/sh\n" +
		"Upper:x:1005:1005::/:/bin/sh\n"
	shadowFile = "root:*:20000:0:99999:7:::\n" +
		"ann:$6$s$h:20000:0:99999:7:::\n" +
		"bob:!$6$s$h:0:0:30:7:10:20500:\n" +
		"ann::20000:0:99999:7:::\n" +
		"ghost:$6$s$h:20000:0:99999:7:::\n"
	groupFile = "slipway-admin:x:900:ann,eve\nslipway:x:901:bob\nslipway-admin:x:1:bob\n"
)

func TestParseAccounts(t *testing.T) {
	all := parseAccounts([]byte(passwdFile), []byte(shadowFile), []byte(groupFile))
	if len(all) != 5 {
		t.Errorf("accounts: %v", all)
	}
	for name, want := range map[string]account{
		"root":   {"root", 0, 0, "/root", true, "*", 20000, 99999, -1},
		"daemon": {"daemon", 1, 1, "/usr/sbin", false, "*", -1, -1, -1},
		"ann":    {"ann", 1000, 1000, "/home/ann", true, "$6$s$h", 20000, 99999, -1},
		"bob":    {"bob", 1001, 1001, "/home/bob", false, "!$6$s$h", 0, 30, 20500},
		"cyd":    {"cyd", 1002, 900, "/home/cyd", true, "*", -1, -1, -1}, // AdminGroup is the primary group
	} {
		if all[name] != want {
			t.Errorf("%s: %+v", name, all[name])
		}
	}
}

func TestAccountStates(t *testing.T) {
	at := func(day int) time.Time { return time.Unix(int64(day)*86400+5, 0) }
	for name, c := range map[string]struct {
		a                           account
		now                         time.Time
		locked, expired, mustChange bool
	}{
		"usable":            {account{hash: "$6$", lastChange: 100, maxAge: 99999, expire: -1}, at(500), false, false, false},
		"no password":       {account{hash: "", lastChange: 100, maxAge: -1, expire: -1}, at(500), true, false, false},
		"passwd -l":         {account{hash: "!$6$", lastChange: 100, maxAge: -1, expire: -1}, at(500), true, false, false},
		"star":              {account{hash: "*", lastChange: -1, maxAge: -1, expire: -1}, at(500), true, false, false},
		"day before expiry": {account{hash: "$", lastChange: 100, maxAge: -1, expire: 500}, at(499), false, false, false},
		"expiry":            {account{hash: "$", lastChange: 100, maxAge: -1, expire: 500}, at(500), false, true, false},
		"last day of age":   {account{hash: "$", lastChange: 100, maxAge: 30, expire: -1}, at(130), false, false, false},
		"too old":           {account{hash: "$", lastChange: 100, maxAge: 30, expire: -1}, at(131), false, false, true},
		"chage -d 0":        {account{hash: "$", lastChange: 0, maxAge: -1, expire: -1}, at(500), false, false, true},
		"no ageing":         {account{hash: "$", lastChange: -1, maxAge: 30, expire: -1}, at(500), false, false, false},
	} {
		if got := c.a; got.locked() != c.locked || got.expired(c.now) != c.expired || got.mustChange(c.now) != c.mustChange {
			t.Errorf("%s: locked %v, expired %v, must change %v", name, got.locked(), got.expired(c.now), got.mustChange(c.now))
		}
	}
}

func TestHugeFileIsRefused(t *testing.T) {
	root := t.TempDir()
	writeEtc(t, root, "group", strings.Repeat("x", maxFile+1))
	if _, err := readAccounts(root); err == nil || !strings.Contains(err.Error(), "etc/group") {
		t.Errorf("readAccounts: %v", err)
	}
}

func FuzzParseAccounts(f *testing.F) {
	f.Add([]byte(passwdFile), []byte(shadowFile), []byte(groupFile))
	f.Add([]byte("a:x:0:0:::\n"), []byte("a::::::::\n"), []byte("slipway-admin:x:1:,,a\n"))
	f.Fuzz(func(t *testing.T, passwd, shadow, group []byte) {
		for name, a := range parseAccounts(passwd, shadow, group) {
			if name != a.name || !validName.MatchString(name) || a.uid < 0 {
				t.Fatalf("account %q: %+v", name, a)
			}
			if strings.ContainsAny(a.hash, ":\n") {
				t.Fatalf("hash %q", a.hash)
			}
			if !a.locked() && !strings.Contains(string(shadow), name+":$") {
				t.Fatalf("%s is open without a hash in shadow", name)
			}
		}
	})
}
