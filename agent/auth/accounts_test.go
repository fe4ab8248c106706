package auth

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// accountsSuite is what both kinds of Accounts are held to. root is where they write etc.
func accountsSuite(t *testing.T, accounts Accounts, root string) {
	cfg := testConfig(t.TempDir())
	cfg.Root, cfg.Accounts = root, accounts
	a := newAuth(t, cfg)
	account := func(name string) account {
		t.Helper()
		all, err := readAccounts(root)
		if err != nil {
			t.Fatal(err)
		}
		return all[name]
	}
	canLogin := func(name, password string) bool {
		_, _, err := a.Login(t.Context(), name, password, "", false)
		if err != nil && !errors.Is(err, ErrWrongPassword) {
			t.Errorf("login of %s: %v", name, err)
		}
		return err == nil
	}
	if err := a.CreateUser(t.Context(), "swann", good, true); err != nil {
		t.Fatal(err)
	}
	if err := a.CreateUser(t.Context(), "swbob", good2, false); err != nil {
		t.Fatal(err)
	}
	ann, bob := account("swann"), account("swbob")
	if !ann.admin || bob.admin || ann.uid < firstUID || bob.uid < firstUID || ann.uid == bob.uid {
		t.Errorf("accounts %+v, %+v", ann, bob)
	}
	if !canLogin("swann", good) || !canLogin("swbob", good2) || canLogin("swbob", good) {
		t.Error("logins")
	}
	if err := a.CreateUser(t.Context(), "swann", good2, true); !errors.Is(err, ErrUserExists) || !canLogin("swann", good) {
		t.Errorf("a taken name: %v", err)
	}
	if err := a.SetPassword(t.Context(), Caller{User: "root", Role: RoleAdmin}, "swbob", "", good); err != nil || !canLogin("swbob", good) {
		t.Errorf("SetPassword: %v", err)
	}
	// Create again finishes or repeats, with the same uid; with a uid of its own it takes that.
	if err := accounts.Create(t.Context(), "swann", ann.uid, ann.hash, true); err != nil || account("swann").uid != ann.uid {
		t.Errorf("Create again: %v", err)
	}
	if err := accounts.Create(t.Context(), "swcyd", 4321, ann.hash, false); err != nil || account("swcyd").uid != 4321 {
		t.Errorf("Create with a uid: %v, %+v", err, account("swcyd"))
	}
	if err := accounts.SetHash(t.Context(), "swnobody", ann.hash); err == nil {
		t.Error("a password was set for nobody")
	}
	for _, age := range []Age{{20000, 30, 1}, {20000, -1, -1}} {
		if err := accounts.SetAge(t.Context(), "swcyd", age); err != nil || account("swcyd").age() != age {
			t.Errorf("SetAge %+v: %v, %+v", age, err, account("swcyd").age())
		}
	}
	if err := accounts.Create(t.Context(), "swdan", 0, ann.hash, true); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := accounts.Delete(t.Context(), "swdan"); err != nil || account("swdan").name != "" {
			t.Errorf("Delete: %v, %+v", err, account("swdan"))
		}
	}
	group, _ := os.ReadFile(filepath.Join(root, "etc/group"))
	if !strings.Contains(string(group), "swann,swbob,swcyd") {
		t.Errorf("the socket's group:\n%s", group)
	}
	if info, err := os.Stat(filepath.Join(root, "etc/shadow")); err != nil || info.Mode().Perm()&0o007 != 0 {
		t.Errorf("mode of shadow: %v, %v", info.Mode(), err)
	}
}

func TestFileAccounts(t *testing.T) {
	root := t.TempDir()
	accountsSuite(t, FileAccounts{Root: root}, root)
}

// Feature 41: who logs in is a user of the operating system.
//
// TestOSAccounts runs the suite with the real tools in a mount namespace whose /etc and /home are overlays, so that
// the machine's own stay as they are.
func TestOSAccounts(t *testing.T) {
	if os.Getenv("SLIPWAY_TEST_NAMESPACE") != "" {
		coverEtc(t)
		accountsSuite(t, OSAccounts{}, "/")
		return
	}
	if os.Getuid() != 0 {
		t.Skip("needs root, for a mount namespace and useradd")
	}
	before, _ := os.ReadFile("/etc/shadow")
	cmd := exec.Command(os.Args[0], "-test.run=^TestOSAccounts$", "-test.v")
	cmd.Env = append(os.Environ(), "SLIPWAY_TEST_NAMESPACE=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
	out, err := cmd.CombinedOutput()
	if after, _ := os.ReadFile("/etc/shadow"); string(after) != string(before) {
		t.Error("the machine's own shadow file was changed")
	}
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	if strings.Contains(string(out), "SKIP") {
		t.Skipf("%s", out)
	}
}

func coverEtc(t *testing.T) {
	tmp := t.TempDir()
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		t.Skipf("no private mounts here: %v", err)
	}
	if err := syscall.Mount("tmpfs", tmp, "tmpfs", 0, ""); err != nil {
		t.Skipf("no tmpfs here: %v", err)
	}
	for _, dir := range []string{"etc", "home"} {
		upper, work := filepath.Join(tmp, dir), filepath.Join(tmp, dir+".work")
		if err := errors.Join(os.Mkdir(upper, 0o755), os.Mkdir(work, 0o755)); err != nil {
			t.Fatal(err)
		}
		options := "lowerdir=/" + dir + ",upperdir=" + upper + ",workdir=" + work
		if err := syscall.Mount("overlay", "/"+dir, "overlay", 0, options); err != nil {
			t.Skipf("no overlay here: %v", err)
		}
	}
	t.Cleanup(func() { // the namespace goes with this process; t.TempDir wants its directory empty
		for _, dir := range []string{"/etc", "/home", tmp} {
			_ = syscall.Unmount(dir, syscall.MNT_DETACH)
		}
	})
}
