package auth

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

var boss = Caller{User: "root", Role: RoleAdmin}

// withTwo has the administrators ann and bob.
func withTwo(t *testing.T) *Auth {
	t.Helper()
	a := withUser(t)
	if err := a.CreateUser(t.Context(), "bob", good, true); err != nil {
		t.Fatal(err)
	}
	return a
}

func (a *Auth) user(t *testing.T, name string) (User, bool) {
	t.Helper()
	list, err := a.Users()
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range list {
		if u.Name == name {
			return u, true
		}
	}
	return User{}, false
}

func TestLockedUserIsOut(t *testing.T) {
	a := withTwo(t)
	token, _, err := a.Login(t.Context(), "bob", good, "", false)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.ChangeUser(t.Context(), boss, "bob", true, time.Time{}); err != nil {
		t.Fatal(err)
	}
	if u, _ := a.user(t, "bob"); !u.Locked {
		t.Errorf("bob is %+v", u)
	}
	if _, err := a.Authenticate(token); !errors.Is(err, ErrNoSession) {
		t.Errorf("the session lives on: %v", err)
	}
	if _, _, err := a.Login(t.Context(), "bob", good, "", false); err == nil {
		t.Error("a locked user logs in")
	}
	if shadow, _ := os.ReadFile(filepath.Join(a.cfg.Root, "etc/shadow")); !strings.Contains(string(shadow), "bob:!$") || !strings.Contains(string(shadow), ":1:\n") {
		t.Errorf("an SSH key still opens the account:\n%s", shadow)
	}
	if err := a.ChangeUser(t.Context(), boss, "bob", false, time.Time{}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := a.Login(t.Context(), "bob", good, "", false); err != nil {
		t.Errorf("unlocked: %v", err)
	}
}

// Feature 28: after its last day a password is good only to choose another.
func TestPasswordEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := withTwo(t)
		day := time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 10)
		if err := a.ChangeUser(t.Context(), boss, "bob", false, day); err != nil {
			t.Fatal(err)
		}
		if u, _ := a.user(t, "bob"); !u.PasswordEnds.Equal(day) {
			t.Errorf("ends %s, want %s", u.PasswordEnds, day)
		}
		time.Sleep(10 * 24 * time.Hour)
		if _, _, err := a.Login(t.Context(), "bob", good, "", false); err != nil {
			t.Errorf("on the last day: %v", err)
		}
		time.Sleep(24 * time.Hour)
		if _, _, err := a.Login(t.Context(), "bob", good, "", false); !errors.Is(err, ErrMustChange) {
			t.Errorf("on the day after: %v", err)
		}
		if err := a.ChangeExpired(t.Context(), "bob", good, good2, ""); err != nil {
			t.Fatal(err)
		}
		if _, _, err := a.Login(t.Context(), "bob", good2, "", false); err != nil {
			t.Errorf("with a new one: %v", err)
		}
		if u, _ := a.user(t, "bob"); u.PasswordEnds.Sub(day) != 11*24*time.Hour {
			t.Errorf("the new one ends %s", u.PasswordEnds)
		}
		for name, wrong := range map[string]time.Time{"past": time.Now().AddDate(0, 0, -1), "far": time.Now().AddDate(11, 0, 0)} {
			if err := a.ChangeUser(t.Context(), boss, "bob", false, wrong); err == nil {
				t.Errorf("%s: taken", name)
			}
		}
		if err := a.ChangeUser(t.Context(), boss, "bob", false, time.Time{}); err != nil {
			t.Fatal(err)
		}
		if u, _ := a.user(t, "bob"); !u.PasswordEnds.IsZero() {
			t.Errorf("still ends %s", u.PasswordEnds)
		}
	})
}

func TestMaxAgeOfTheHost(t *testing.T) {
	cfg := testConfig(t.TempDir())
	cfg.Passwords.MaxAgeDays = 90
	a := newAuth(t, cfg)
	if err := a.CreateUser(t.Context(), "eve", good, true); err != nil {
		t.Fatal(err)
	}
	if u, _ := a.user(t, "eve"); days(u.PasswordEnds) != days(time.Now())+90 {
		t.Errorf("ends %s", u.PasswordEnds)
	}
}

func TestNobodyLocksEverybodyOut(t *testing.T) {
	a := withTwo(t)
	ann := Caller{User: "ann", Role: RoleAdmin}
	if err := a.ChangeUser(t.Context(), ann, "ann", true, time.Time{}); !errors.Is(err, ErrOwnAccount) {
		t.Errorf("own account: %v", err)
	}
	if err := a.DeleteUser(t.Context(), ann, "bob"); err != nil {
		t.Fatal(err)
	}
	if err := a.DeleteUser(t.Context(), boss, "ann"); !errors.Is(err, ErrLastAdmin) {
		t.Errorf("last one deleted: %v", err)
	}
	if err := a.ChangeUser(t.Context(), boss, "ann", true, time.Time{}); !errors.Is(err, ErrLastAdmin) {
		t.Errorf("last one locked: %v", err)
	}
	for _, name := range []string{"root", "nobody", "bob", "x"} {
		if err := a.DeleteUser(t.Context(), boss, name); !errors.Is(err, ErrNoUser) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if needed, err := a.SetupNeeded(); needed || err != nil {
		t.Errorf("the setup is open again: %v", err)
	}
}

// A reboot brings the users of the image back and forgets the others: who was locked, deleted or has an end stays so.
func TestManagedUsersAfterReboot(t *testing.T) {
	a := withTwo(t)
	image := map[string][]byte{}
	for _, f := range []string{"passwd", "shadow", "group"} {
		image[f], _ = os.ReadFile(filepath.Join(a.cfg.Root, "etc", f))
	}
	day := time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 30)
	for _, name := range []string{"cyd", "dan"} {
		if err := a.CreateUser(t.Context(), name, good2, true); err != nil {
			t.Fatal(err)
		}
	}
	err := errors.Join(a.ChangeUser(t.Context(), boss, "bob", true, time.Time{}), a.DeleteUser(t.Context(), boss, "ann"),
		a.ChangeUser(t.Context(), boss, "cyd", false, day), a.ChangeUser(t.Context(), boss, "dan", true, time.Time{}))
	if err != nil {
		t.Fatal(err)
	}
	for f, raw := range image {
		writeEtc(t, a.cfg.Root, f, string(raw))
	}
	if err := a.Restore(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, ok := a.user(t, "ann"); ok {
		t.Error("ann is back")
	}
	for _, name := range []string{"bob", "dan"} {
		if u, ok := a.user(t, name); !ok || !u.Locked {
			t.Errorf("%s is %+v", name, u)
		}
	}
	if u, _ := a.user(t, "cyd"); !u.PasswordEnds.Equal(day) || u.Locked {
		t.Errorf("cyd is %+v, want the end %s", u, day)
	}
	if err := a.CreateUser(t.Context(), "ann", good, false); err != nil {
		t.Errorf("the name of a deleted user: %v", err)
	}
}

// Feature 43: the limits can be set.
func TestLockoutLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, err := newLockout(newStore(), LockoutLimits{Delay: 4, Attempts: 4, Minutes: 2}, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		for i := range 4 {
			if err := l.begin("ann", ""); err != nil {
				t.Fatalf("try %d: %v", i+1, err)
			}
		}
		var locked *LockedError
		if err := l.begin("ann", ""); !errors.As(err, &locked) || locked.Wait != 2*time.Minute {
			t.Errorf("after four: %v", err)
		}
		time.Sleep(2 * time.Minute)
		if err := l.begin("ann", ""); err != nil {
			t.Errorf("after the lock: %v", err)
		}
	})
	for _, bad := range []LockoutLimits{{Attempts: 2}, {Attempts: 21}, {Delay: 6}, {Delay: -1}, {Minutes: -1}, {Minutes: 1441}} {
		if bad.Validate() == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
	if err := (LockoutLimits{}).Validate(); err != nil {
		t.Error(err)
	}
}
