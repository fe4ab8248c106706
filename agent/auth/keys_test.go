package auth

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/crypto/ssh"
)

func publicKey(t testing.TB, key any) string {
	t.Helper()
	pub, err := ssh.NewPublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(pub)))
}

func newKey(t testing.TB) string {
	t.Helper()
	pub, _, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	return publicKey(t, pub)
}

var ann = Caller{User: "ann", Role: RoleAdmin, Session: "1"}

// Feature 46.
func TestOwnKeys(t *testing.T) {
	a := withUser(t)
	file := filepath.Join(a.cfg.Root, "home/ann/.ssh/authorized_keys")
	if keys, err := a.Keys(ann, "ann"); err != nil || len(keys) != 0 {
		t.Fatalf("at first: %v, %v", keys, err)
	}
	first, second := newKey(t), newKey(t)
	one, err := a.AddKey(ann, "ann", " "+first+" ann@desk \n")
	if err != nil || one.Comment != "ann@desk" || one.Type != "ssh-ed25519" || !strings.HasPrefix(one.Fingerprint, "SHA256:") {
		t.Fatalf("%+v, %v", one, err)
	}
	if _, err := a.AddKey(ann, "ann", first); !errors.Is(err, ErrKeyExists) {
		t.Errorf("the same key again: %v", err)
	}
	// What somebody wrote by hand stays, and is seen.
	raw, _ := os.ReadFile(file)
	if err := os.WriteFile(file, append([]byte("# by hand\nnonsense\ncommand=\"date\" "+newKey(t)+" backup\n"), raw...), 0o600); err != nil {
		t.Fatal(err)
	}
	two, err := a.AddKey(ann, "ann", second)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := a.Keys(ann, "ann")
	if err != nil || len(keys) != 3 || !keys[0].Restricted || keys[0].Comment != "backup" || keys[1] != one || keys[2] != two {
		t.Fatalf("%+v, %v", keys, err)
	}
	if err := a.RemoveKey(ann, "ann", one.Fingerprint); err != nil {
		t.Fatal(err)
	}
	if err := a.RemoveKey(ann, "ann", one.Fingerprint); !errors.Is(err, ErrNoKey) {
		t.Errorf("removed twice: %v", err)
	}
	raw, _ = os.ReadFile(file)
	if text := string(raw); !strings.HasPrefix(text, "# by hand\nnonsense\ncommand=") || strings.Contains(text, "ann@desk") || !strings.HasSuffix(text, second+"\n") {
		t.Errorf("the file is %q", raw)
	}
}

func TestKeysHaveTheirUsersOwnerAndRights(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root gives files away")
	}
	a := withUser(t)
	if _, err := a.AddKey(ann, "ann", newKey(t)); err != nil {
		t.Fatal(err)
	}
	for path, mode := range map[string]os.FileMode{".ssh": 0o700 | os.ModeDir, ".ssh/authorized_keys": 0o600} {
		info, err := os.Stat(filepath.Join(a.cfg.Root, "home/ann", path))
		if err != nil {
			t.Fatal(err)
		}
		if st := info.Sys().(*syscall.Stat_t); st.Uid != firstUID || st.Gid != firstUID || info.Mode() != mode {
			t.Errorf("%s: %v, owner %d:%d", path, info.Mode(), st.Uid, st.Gid)
		}
	}
}

// A home is its user's to arrange; the agent, which is root, must not be led out of it, held up or filled by it.
func TestAHostileHome(t *testing.T) {
	a := withUser(t)
	home, outside := filepath.Join(a.cfg.Root, "home/ann"), t.TempDir()
	secret := filepath.Join(outside, "authorized_keys")
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, arrange := range map[string]func(){
		"directory leads out": func() { do(os.Symlink(outside, filepath.Join(home, ".ssh"))) },
		"file leads out": func() {
			do(os.Mkdir(filepath.Join(home, ".ssh"), 0o700))
			do(os.Symlink(secret, filepath.Join(home, keyFile)))
		},
		"pipe": func() {
			do(os.Mkdir(filepath.Join(home, ".ssh"), 0o700))
			do(syscall.Mkfifo(filepath.Join(home, keyFile), 0o600))
		},
		"huge": func() {
			do(os.Mkdir(filepath.Join(home, ".ssh"), 0o700))
			do(os.WriteFile(filepath.Join(home, keyFile), make([]byte, maxKeyFile+1), 0o600))
		},
	} {
		do(os.RemoveAll(home))
		do(os.MkdirAll(home, 0o700))
		do(os.WriteFile(secret, []byte(newKey(t)+"\n"), 0o600))
		before, _ := os.ReadFile(secret)
		arrange()
		if keys, err := a.Keys(ann, "ann"); err == nil {
			t.Errorf("%s: read %v", name, keys)
		}
		if _, err := a.AddKey(ann, "ann", newKey(t)); err == nil {
			t.Errorf("%s: written", name)
		}
		if after, _ := os.ReadFile(secret); string(after) != string(before) {
			t.Errorf("%s: a file outside was changed", name)
		}
	}
}

func TestWhoMayChangeKeys(t *testing.T) {
	a := withUser(t)
	if err := a.cfg.Accounts.Create(t.Context(), "vic", 0, "$5$x", false); err != nil {
		t.Fatal(err)
	}
	vic := Caller{User: "vic", Role: RoleViewer, Session: "2"}
	if _, err := a.AddKey(vic, "vic", newKey(t)); err != nil {
		t.Errorf("a viewer's own key: %v", err)
	}
	if _, err := a.AddKey(vic, "ann", newKey(t)); err == nil {
		t.Error("a viewer opens an administrator's account")
	}
	if _, err := a.Keys(vic, "ann"); err == nil {
		t.Error("a viewer sees another's keys")
	}
	if keys, err := a.Keys(ann, "vic"); err != nil || len(keys) != 1 {
		t.Errorf("an administrator sees %v, %v", keys, err)
	}
	if _, err := a.AddKey(ann, "nobody", newKey(t)); !errors.Is(err, ErrNoUser) {
		t.Errorf("no such user: %v", err)
	}
}

func TestRefusedKeys(t *testing.T) {
	a := withUser(t)
	rsaKey := func(bits int) string {
		k, err := rsa.GenerateKey(rand.Reader, bits)
		if err != nil {
			t.Fatal(err)
		}
		return publicKey(t, &k.PublicKey)
	}
	t.Setenv("GODEBUG", "rsa1024min=0")
	for name, c := range map[string]struct{ text, want string }{
		"nothing":     {" \n", "no key"},
		"words":       {"hello", "no SSH public key"},
		"private":     {"-----BEGIN OPENSSH PRIVATE KEY-----", "private key"},
		"two":         {newKey(t) + "\n" + newKey(t), "one line"},
		"options":     {`command="sh" ` + newKey(t), "options"},
		"short RSA":   {rsaKey(1024), "2048"},
		"DSA":         {"ssh-dss AAAAB3NzaC1kc3MAAAAA", "no SSH public key"},
		"endless":     {newKey(t) + " " + strings.Repeat("x", maxKeyLine), "at most"},
		"escape code": {newKey(t) + " \x1b[2J", "one line"},
	} {
		if _, err := a.AddKey(ann, "ann", c.text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	if _, err := a.AddKey(ann, "ann", rsaKey(2048)); err != nil {
		t.Errorf("RSA of 2048 bits: %v", err)
	}
}

func FuzzParseKey(f *testing.F) {
	f.Add(newKey(f) + " comment")
	f.Add("ssh-rsa AAAA")
	f.Fuzz(func(t *testing.T, text string) {
		key, line, err := parseKey(text)
		if err != nil {
			return
		}
		if back, ok := keyOf(line); !ok || back.Fingerprint != key.Fingerprint || back.Restricted || strings.ContainsAny(line, "\r\n") {
			t.Errorf("%q becomes the line %q: %+v", text, line, back)
		}
	})
}
