package auth

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func login(t *testing.T, a *Auth, extended bool) (string, Session) {
	t.Helper()
	token, s, err := a.Login(t.Context(), "ann", good, "192.0.2.7", extended)
	if err != nil {
		t.Fatal(err)
	}
	return token, s
}

// Feature 42: two hours, or a day.
func TestSessionsEndByTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range []struct {
			extended bool
			length   time.Duration
		}{{false, 2 * time.Hour}, {true, 24 * time.Hour}} {
			a := withUser(t)
			token, s := login(t, a, c.extended)
			if got := s.ExpiresAt.Sub(s.CreatedAt); got != c.length {
				t.Errorf("extended %v: %v", c.extended, got)
			}
			time.Sleep(c.length - time.Second)
			caller, err := a.Authenticate(token)
			if err != nil || caller != (Caller{"ann", RoleAdmin, "192.0.2.7", s.ID, s.ExpiresAt, c.extended}) {
				t.Errorf("a second before the end: %+v, %v", caller, err)
			}
			time.Sleep(time.Second)
			if _, err := a.Authenticate(token); !errors.Is(err, ErrNoSession) {
				t.Errorf("at the end: %v", err)
			}
			if _, _, err := a.Renew(token); !errors.Is(err, ErrNoSession) {
				t.Errorf("renewal after the end: %v", err)
			}
			newAuth(t, a.cfg) // clears away
			if n := len(a.cfg.Sessions.(*memStore).m); n != 0 {
				t.Errorf("%d sessions are left in the store", n)
			}
		}
	})
}

func TestStoreHoldsNoToken(t *testing.T) {
	a := withUser(t)
	token, _ := login(t, a, false)
	for k, v := range a.cfg.Sessions.(*memStore).m {
		if strings.Contains(k+string(v), token) {
			t.Error("the store holds the token")
		}
		if _, err := a.Authenticate(k); !errors.Is(err, ErrNoSession) {
			t.Error("the key of the store opens the session")
		}
	}
	if _, err := newAuth(t, a.cfg).Authenticate(token); err != nil {
		t.Errorf("after a restart of the agent: %v", err)
	}
}

// Feature 42.
func TestRenewLogoutRevoke(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := withUser(t)
		first, _ := login(t, a, true)
		time.Sleep(time.Hour)
		second, s, err := a.Renew(first)
		if err != nil || second == first || time.Until(s.ExpiresAt) != ExtendedSessionFor {
			t.Fatalf("Renew: %v, %+v", err, s)
		}
		if _, err := a.Authenticate(first); !errors.Is(err, ErrNoSession) {
			t.Error("the renewed token still opens")
		}
		time.Sleep(time.Second)
		third, newest := login(t, a, false)
		if list := a.Sessions(); len(list) != 2 || list[0].ID != newest.ID || list[1].ID != s.ID {
			t.Errorf("sessions: %+v", list)
		}
		if err := a.Revoke(s.ID); err != nil {
			t.Error(err)
		}
		if err := a.Revoke(s.ID); !errors.Is(err, ErrNoSuchSession) {
			t.Errorf("second Revoke: %v", err)
		}
		if _, err := a.Authenticate(second); !errors.Is(err, ErrNoSession) {
			t.Error("the revoked token still opens")
		}
		for range 2 {
			if err := a.Logout(third); err != nil {
				t.Error(err)
			}
		}
		if len(a.Sessions()) != 0 || len(a.cfg.Sessions.(*memStore).m) != 0 {
			t.Error("sessions are left")
		}
	})
}

func TestSessionsOfAUserAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := withUser(t)
		first, _ := login(t, a, false)
		for range maxSessions {
			time.Sleep(time.Second)
			login(t, a, false)
		}
		if n := len(a.Sessions()); n != maxSessions {
			t.Errorf("%d sessions", n)
		}
		if _, err := a.Authenticate(first); !errors.Is(err, ErrNoSession) {
			t.Error("the oldest session is not the one that ended")
		}
	})
}

func TestRoleFollowsTheGroupAndLockEndsTheSession(t *testing.T) {
	a := withUser(t)
	token, _ := login(t, a, false)
	writeEtc(t, a.cfg.Root, "group", "slipway-admin:x:900:eve\n")
	if c, err := a.Authenticate(token); err != nil || c.Role != RoleViewer {
		t.Errorf("out of the group: %+v, %v", c, err)
	}
	writeEtc(t, a.cfg.Root, "shadow", "ann:!$5$x:20000:0:99999:7:::\n")
	if _, err := a.Authenticate(token); !errors.Is(err, ErrNoSession) {
		t.Errorf("locked: %v", err)
	}
}

func TestPasswordChangedByAnotherToolEndsTheSession(t *testing.T) {
	a := withUser(t)
	token, _ := login(t, a, false)
	hash, err := newHash(cheapSetting, good2)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.cfg.Accounts.SetHash(t.Context(), "ann", hash); err != nil { // as passwd(1) does
		t.Fatal(err)
	}
	if _, err := a.Authenticate(token); !errors.Is(err, ErrNoSession) {
		t.Errorf("Authenticate: %v", err)
	}
	if _, _, err := a.Renew(token); !errors.Is(err, ErrNoSession) {
		t.Errorf("Renew: %v", err)
	}
}
