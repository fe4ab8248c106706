package linknet

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slipway-os/slipway/linking"
)

// quiet is a host without a network, for tests on virtual time.
func quiet(t *testing.T) *host {
	h := newHost(t, "leader")
	ln := h.listen("127.0.0.1:0")
	ln.Close()
	return h
}

// runs runs the node inside the bubble and ends it with the test.
func (h *host) runs(t *testing.T) (stop func()) {
	var err error
	if h.Node, err = New(h.cfg); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { _ = h.Run(ctx) })
	return func() { cancel(); running.Wait() }
}

func TestTokensFollowEachOther(t *testing.T) {
	h := quiet(t)
	synctest.Test(t, func(t *testing.T) {
		stop := h.runs(t)
		defer stop()
		first, err := h.GenerateToken(t.Context())
		if err != nil || first.RemainingSeconds != int(linking.OTPLife.Seconds()) {
			t.Fatalf("%+v, %v", first, err)
		}
		views := h.Watch(t.Context())
		if v := <-views; v.Token != first.Token {
			t.Error("watch does not start with the present token")
		}
		seen, start := map[string]bool{first.Token: true}, time.Now()
		for i := 1; i <= 5; i++ {
			v := <-views
			if at := time.Since(start); at != time.Duration(i)*linking.OTPLife {
				t.Errorf("token %d came after %v", i, at)
			}
			if seen[v.Token] || v.RemainingSeconds != int(linking.OTPLife.Seconds()) {
				t.Errorf("token %d: seen before %v, %d s left", i, seen[v.Token], v.RemainingSeconds)
			}
			seen[v.Token] = true
		}
		time.Sleep(30 * time.Second)
		if v, err := h.CurrentToken(); err != nil || v.RemainingSeconds != 90 {
			t.Errorf("after 30 s: %+v, %v", v, err)
		}
		if err := h.StopTokens(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, open := <-views; open || h.role() != linking.RoleNone {
			t.Errorf("after stop: open %v, role %s", open, h.role())
		}
		_, err = h.CurrentToken()
		wantCode(t, err, linking.CodeNoToken)
	})
}

func TestWatchEndsWithTheNode(t *testing.T) {
	h := quiet(t)
	synctest.Test(t, func(t *testing.T) {
		stop := h.runs(t)
		if _, err := h.GenerateToken(t.Context()); err != nil {
			t.Fatal(err)
		}
		views := h.Watch(t.Context()) // nobody reads the first token
		stop()
		if _, open := <-views; open {
			t.Error("a token after the end of the node")
		}
		if _, open := <-h.Watch(t.Context()); open {
			t.Error("watch works after the end of the node")
		}
	})
}

func TestTokenExpiredWhileTheHostWasOff(t *testing.T) {
	h := quiet(t)
	synctest.Test(t, func(t *testing.T) {
		stop := h.runs(t)
		first, err := h.GenerateToken(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		stop()
		time.Sleep(time.Hour)
		stop = h.runs(t)
		defer stop()
		synctest.Wait()
		if v, err := h.CurrentToken(); err != nil || v.Token == first.Token || v.RemainingSeconds != 120 {
			t.Errorf("after an hour off: %+v, %v", v, err)
		}
	})
}

func TestNoTokenWithoutAnAddress(t *testing.T) {
	h := quiet(t)
	h.cfg.Self = func() linking.Member { return linking.Member{Name: "leader", Port: 5080} }
	n, err := New(h.cfg)
	if err != nil {
		t.Fatal(err)
	}
	_, err = n.GenerateToken(t.Context())
	wantCode(t, err, linking.CodeNoAddress)
	if _, role, _ := n.Roster(); role != linking.RoleNone {
		t.Error("it became leader all the same")
	}
}

func TestBackoff(t *testing.T) {
	for _, c := range []struct {
		failures int
		random   float64
		want     time.Duration
	}{{1, 0, 500 * time.Millisecond}, {1, 0.999, 500 * time.Millisecond}, {3, 0, time.Second}, {3, 0.5, 1500 * time.Millisecond},
		{5, 0, 4 * time.Second}, {99, 0, 5 * time.Second}, {9999, 0.5, 7500 * time.Millisecond}} {
		if got := backoff(c.failures, c.random); got < minBackoff || got > maxBackoff || c.want-got > time.Millisecond || got-c.want > time.Millisecond {
			t.Errorf("backoff(%d, %v) = %v, want %v", c.failures, c.random, got, c.want)
		}
	}
}

func TestAttemptsAreBounded(t *testing.T) {
	var a attempts
	now := time.Now()
	for i := range maxFailures {
		if !a.allowed("x", now) {
			t.Fatalf("refused after %d", i)
		}
		a.failed("x", now)
	}
	if a.allowed("x", now.Add(failureWindow-1)) || !a.allowed("y", now) || !a.allowed("x", now.Add(failureWindow)) {
		t.Error("the window is not per address, or does not end")
	}
	for i := range maxTracked {
		a.failed(string(rune(i+1000)), now)
	}
	if a.allowed("new", now) || !a.allowed("new", now.Add(failureWindow)) || len(a.from) > maxTracked+1 {
		t.Errorf("%d addresses remembered", len(a.from))
	}
}
