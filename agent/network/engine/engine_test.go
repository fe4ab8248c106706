package engine

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slipway-os/slipway/agent/network"
)

// onPaper runs a test in virtual time on a made-up host.
func onPaper(t *testing.T, test func(*testing.T, *paper)) {
	synctest.Test(t, func(t *testing.T) { test(t, newPaper()) })
}

func TestSuiteOnPaper(t *testing.T) {
	suite(t, func(t *testing.T, test func(*testing.T, lan)) {
		onPaper(t, func(t *testing.T, p *paper) { test(t, p) })
	})
}

func TestOrderOfWork(t *testing.T) {
	onPaper(t, func(t *testing.T, p *paper) {
		a := start(t, p, &memory{})
		a.confirmed(eth7(given, gateway))
		synctest.Wait()
		var words []string
		for _, l := range p.lines {
			words = append(words, strings.Fields(l)[0])
		}
		want := []string{"settle", "disarm", "conflicts", "arm", "try", "verify", "settle", "disarm"}
		if !slices.Equal(words, want) || p.armed {
			t.Errorf("did %v, want %v", words, want)
		}
	})
}

func TestNothingIsTriedWithoutAWatchdog(t *testing.T) {
	onPaper(t, func(t *testing.T, p *paper) {
		p.fail["arm"] = errBroken
		a := start(t, p, &memory{})
		got := a.until(a.propose(eth7(given, gateway)).ID, network.RolledBack)
		if !strings.Contains(got.Reason, "timer") || slices.ContainsFunc(p.lines, func(l string) bool { return strings.HasPrefix(l, "try") }) {
			t.Errorf("%q, %v", got.Reason, p.lines)
		}
	})
}

func TestApplyFails(t *testing.T) {
	onPaper(t, func(t *testing.T, p *paper) {
		p.fail["try"] = errBroken
		a := start(t, p, &memory{})
		if got := a.until(a.propose(eth7(given, gateway)).ID, network.RolledBack); !strings.Contains(got.Reason, "broken") {
			t.Errorf("reason %q", got.Reason)
		}
		eventually(t, p, leased)
	})
}

func TestSettlingIsTriedAgain(t *testing.T) {
	onPaper(t, func(t *testing.T, p *paper) {
		p.fail["settle"] = errBroken
		a := start(t, p, &memory{})
		synctest.Wait()
		v, err := a.Show(t.Context())
		if err != nil || !v.Settling || v.Trouble != "broken" {
			t.Errorf("%+v, %v", v, err)
		}
		p.mu.Lock()
		delete(p.fail, "settle")
		p.mu.Unlock()
		time.Sleep(retryAfter)
		synctest.Wait()
		if v, _ := a.Show(t.Context()); v.Settling || v.Trouble != "" {
			t.Errorf("%+v", v)
		}
	})
}

func TestLeaderOutOfReach(t *testing.T) {
	onPaper(t, func(t *testing.T, p *paper) {
		asked := 0
		a := startWith(t, p, func(d *Deps) {
			d.Leader = func(context.Context) error { asked++; return errBroken }
		})
		got := a.until(a.propose(eth7(given, gateway)).ID, network.RolledBack)
		if !strings.Contains(got.Reason, "leader cannot be reached") || asked < 3 {
			t.Errorf("reason %q after %d questions", got.Reason, asked)
		}
	})
}

func TestCancelEndsTheCheckThatRuns(t *testing.T) {
	onPaper(t, func(t *testing.T, p *paper) {
		a := start(t, p, &memory{})
		try := a.propose(eth7(given, "192.0.2.9"))
		a.until(try.ID, network.Verifying)
		before := time.Now()
		if _, err := a.Cancel(t.Context(), try.ID); err != nil {
			t.Fatal(err)
		}
		eventually(t, p, leased)
		if took := time.Since(before); took > time.Second {
			t.Errorf("took %s", took)
		}
	})
}

func TestWhatCannotBeStoredDoesNotHappen(t *testing.T) {
	onPaper(t, func(t *testing.T, p *paper) {
		disk := &memory{}
		a := start(t, p, disk)
		try := a.propose(eth7(given, gateway))
		a.until(try.ID, network.AwaitingConfirm)
		disk.mu.Lock()
		disk.fail = errBroken
		disk.mu.Unlock()
		if _, err := a.Confirm(t.Context(), try.ID, time.Now()); !errors.Is(err, errBroken) {
			t.Fatalf("got %v", err)
		}
		a.until(try.ID, network.RolledBack) // also when that cannot be stored
		eventually(t, p, leased)
		synctest.Wait()
		if _, err := a.Propose(t.Context(), network.Change{Set: []network.Adapter{eth7(given, gateway)}}, 0); !errors.Is(err, errBroken) {
			t.Errorf("got %v", err)
		}
	})
}

func TestRefusedBeforeATry(t *testing.T) {
	onPaper(t, func(t *testing.T, p *paper) {
		a := start(t, p, &memory{})
		synctest.Wait()
		for name, c := range map[string]struct {
			change network.Change
			within time.Duration
		}{
			"too short":       {network.Change{Set: []network.Adapter{eth7(given, gateway)}}, time.Second},
			"too long":        {network.Change{Set: []network.Adapter{eth7(given, gateway)}}, time.Hour},
			"invalid":         {network.Change{Set: []network.Adapter{eth7(given, "198.51.100.1")}}, 0},
			"no such adapter": {network.Change{Set: []network.Adapter{{Name: "eth9", DHCP: true}}}, 0},
		} {
			_, err := a.Propose(t.Context(), c.change, c.within)
			if _, ok := errors.AsType[network.Problems](err); !ok {
				t.Errorf("%s: got %v", name, err)
			}
		}
		if v, _ := a.Show(t.Context()); v.Try != nil {
			t.Errorf("a try began: %+v", v.Try)
		}
	})
}

func TestHostname(t *testing.T) {
	onPaper(t, func(t *testing.T, p *paper) {
		disk := &memory{}
		a := start(t, p, disk)
		if err := a.SetHostname(t.Context(), "bad name"); err == nil {
			t.Error("took a bad name")
		}
		if err := a.SetHostname(t.Context(), "node-1"); err != nil || p.name != "node-1" {
			t.Fatalf("%v, name %q", err, p.name)
		}
		a.die()
		p.name = "" // a reboot: /etc is an overlay
		start(t, p, disk)
		synctest.Wait()
		if p.name != "node-1" {
			t.Errorf("after a reboot the host is called %q", p.name)
		}
	})
}

func TestStoppedEngineSaysSo(t *testing.T) {
	onPaper(t, func(t *testing.T, p *paper) {
		a := start(t, p, &memory{})
		a.die()
		if _, err := a.Cancel(t.Context(), "x"); !errors.Is(err, ErrStopped) {
			t.Errorf("got %v", err)
		}
	})
}

func TestChangedIsTold(t *testing.T) {
	onPaper(t, func(t *testing.T, p *paper) {
		var states []network.TryState
		a := startWith(t, p, func(d *Deps) {
			d.Changed = func(s network.State) {
				if s.Try != nil {
					states = append(states, s.Try.State)
				}
			}
		})
		a.confirmed(eth7(given, gateway))
		synctest.Wait()
		want := []network.TryState{network.Applying, network.Verifying, network.AwaitingConfirm, network.Confirmed, network.Confirmed}
		if !slices.Equal(states, want) {
			t.Errorf("told %v, want %v", states, want)
		}
	})
}

// Who asks while the agent starts waits for the stored settings rather than see a host without any.
func TestShowWaitsForTheStart(t *testing.T) {
	onPaper(t, func(t *testing.T, p *paper) {
		disk := &memory{}
		confirmed := network.Settings{Hostname: "quay", Adapters: []network.Adapter{eth7(given, gateway)}}
		if err := disk.Put(stateKey, network.State{Confirmed: confirmed}); err != nil {
			t.Fatal(err)
		}
		deps := p.deps(t)
		deps.Log = slog.New(slog.DiscardHandler)
		e := New(deps, disk)
		seen := make(chan View, 1)
		go func() {
			v, err := e.Show(t.Context())
			if err != nil {
				t.Error(err)
			}
			seen <- v
		}()
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- e.Run(ctx) }()
		if v := <-seen; v.Confirmed.Hostname != "quay" || len(v.Confirmed.Adapters) != 1 {
			t.Errorf("shown %+v", v.Confirmed)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}
