package auth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// wait is how long a *LockedError asks to wait; 0 for another error.
func wait(err error) time.Duration {
	var l *LockedError
	if errors.As(err, &l) {
		return l.Wait
	}
	return 0
}

// Feature 43: a wait after three wrong passwords, a lock after five.
func TestBackoffAndLock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := withUser(t)
		login := func(password, address string) error {
			_, _, err := a.Login(t.Context(), "ann", password, address, false)
			return err
		}
		for i := range 3 {
			if err := login("wrong", "192.0.2.1"); !errors.Is(err, ErrWrongPassword) {
				t.Fatalf("try %d: %v", i+1, err)
			}
		}
		if got := wait(login(good, "192.0.2.1")); got != time.Second {
			t.Errorf("after the third wrong password the wait is %v", got)
		}
		time.Sleep(time.Second)
		if err := login("wrong", "192.0.2.1"); !errors.Is(err, ErrWrongPassword) {
			t.Fatalf("fourth: %v", err)
		}
		if got := wait(login(good, "192.0.2.1")); got != 2*time.Second {
			t.Errorf("after the fourth wrong password the wait is %v", got)
		}
		time.Sleep(2 * time.Second)
		if err := login("wrong", "192.0.2.1"); !errors.Is(err, ErrWrongPassword) {
			t.Fatalf("fifth: %v", err)
		}
		if got := wait(login(good, "192.0.2.99")); got != 15*time.Minute {
			t.Errorf("the user is locked for %v, seen from another address", got)
		}

		// A restart does not open the lock.
		b := newAuth(t, a.cfg)
		time.Sleep(15*time.Minute - time.Second)
		if _, _, err := b.Login(t.Context(), "ann", good, "192.0.2.1", false); wait(err) != time.Second {
			t.Errorf("after a restart: %v", err)
		}
		time.Sleep(time.Second)
		for name, one := range map[string]*Auth{"same life": a, "after a restart": b} {
			if _, _, err := one.Login(t.Context(), "ann", good, "192.0.2.1", false); err != nil {
				t.Errorf("%s, when the lock has ended: %v", name, err)
			}
		}
		if n := len(a.cfg.Locks.(*memStore).m); n != 0 {
			t.Errorf("%d locks are left in the store", n)
		}
	})
}

func TestSuccessAndTimeForgetWrongPasswords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := withUser(t)
		try := func(password string) error {
			_, _, err := a.Login(t.Context(), "ann", password, "192.0.2.1", false)
			return err
		}
		for range 10 {
			if err := try("wrong"); !errors.Is(err, ErrWrongPassword) {
				t.Fatal(err)
			}
			if err := try(good); err != nil {
				t.Fatal(err)
			}
		}
		for range 10 {
			if err := try("wrong"); !errors.Is(err, ErrWrongPassword) {
				t.Fatal(err)
			}
			time.Sleep(lockFor)
		}
	})
}

func TestAddressIsLockedForAllUsers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := withUser(t)
		for i := range 5 {
			if _, _, err := a.Login(t.Context(), fmt.Sprint("guess", i), "wrong", "192.0.2.1", false); !errors.Is(err, ErrWrongPassword) {
				t.Fatal(err)
			}
			time.Sleep(2 * time.Second)
		}
		if _, _, err := a.Login(t.Context(), "ann", good, "192.0.2.1", false); wait(err) < 14*time.Minute {
			t.Errorf("from the guessing address: %v", err)
		}
		if _, _, err := a.Login(t.Context(), "ann", good, "192.0.2.2", false); err != nil {
			t.Errorf("from another address: %v", err)
		}
	})
}

func TestParallelGuessesDoNotSlipThrough(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := withUser(t)
		answers := make(chan error, 12)
		for range cap(answers) {
			go func() {
				_, _, err := a.Login(context.Background(), "ann", "wrong", "", false)
				answers <- err
			}()
		}
		looked := 0
		for range cap(answers) {
			if errors.Is(<-answers, ErrWrongPassword) {
				looked++
			}
		}
		if looked != backoffFrom {
			t.Errorf("%d passwords were looked at, at one instant", looked)
		}
	})
}

func TestMemoryOfTriesIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, err := newLockout(newStore(), LockoutLimits{}, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		for range lockAt {
			_ = l.begin("ann", "")
			time.Sleep(4 * time.Second)
		}
		for i := range maxTracked * 2 {
			_ = l.begin(fmt.Sprint("u", i), "")
			time.Sleep(time.Millisecond)
		}
		if len(l.tries) > maxTracked {
			t.Errorf("%d tries are tracked", len(l.tries))
		}
		if l.tries[fmt.Sprint("user/u", maxTracked*2-1)] == nil {
			t.Error("the newest try was forgotten")
		}
		if err := l.begin("ann", ""); wait(err) == 0 {
			t.Error("a flood of names opened a lock")
		}
	})
}

// Feature 43: how long is said in words, and never too short.
func TestTheWaitInWords(t *testing.T) {
	for wait, want := range map[time.Duration]string{
		0: "1 second", 900 * time.Millisecond: "1 second", 1100 * time.Millisecond: "2 seconds", time.Minute: "60 seconds", 61 * time.Second: "2 minutes",
		14*time.Minute + time.Second: "15 minutes", 15 * time.Minute: "15 minutes",
	} {
		if got := (&LockedError{wait}).Error(); !strings.HasSuffix(got, " in "+want) {
			t.Errorf("%s: %s, want %s", wait, got, want)
		}
	}
}
