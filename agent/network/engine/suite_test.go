package engine

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/network"
)

// lan is a host with one adapter, eth7, on a network 192.0.2.0/24: the gateway is .1, a DHCP server gives .100, and
// another machine has .20. It outlives engines, as a host outlives its agent.
type lan interface {
	// deps are what an engine on the host works with.
	deps(t *testing.T) Deps
	// addresses are the IPv4 addresses of eth7.
	addresses(t *testing.T) []string
}

const (
	leased  = "192.0.2.100/24"
	given   = "192.0.2.10/24"
	second  = "192.0.2.11/24"
	held    = "192.0.2.20/24"
	gateway = "192.0.2.1"
)

// suite is what every host must do, the one that is made up and the one that runs systemd-networkd.
func suite(t *testing.T, run func(t *testing.T, test func(t *testing.T, l lan))) {
	for _, c := range []struct {
		name string
		test func(*testing.T, lan)
	}{
		{"DHCP to static and back", dhcpToStaticAndBack},
		{"static to static", staticToStatic},
		{"nobody confirms", nobodyConfirms},
		{"wrong gateway", wrongGateway},
		{"taken address", takenAddress},
		{"cancel", cancelled},
		{"agent dies", agentDies},
		{"old connection", oldConnection},
		{"second try", secondTry},
	} {
		t.Run(c.name, func(t *testing.T) { run(t, c.test) })
	}
}

func dhcpToStaticAndBack(t *testing.T, l lan) {
	a := start(t, l, &memory{})
	eventually(t, l, leased)
	a.confirmed(eth7(given, gateway))
	eventually(t, l, given)
	back := network.Adapter{Name: "eth7", DHCP: true}
	a.confirmed(back)
	eventually(t, l, leased)
}

func staticToStatic(t *testing.T, l lan) {
	a := start(t, l, &memory{})
	a.confirmed(eth7(given, gateway))
	a.confirmed(eth7(second, gateway))
	eventually(t, l, second)
}

func nobodyConfirms(t *testing.T, l lan) {
	a := start(t, l, &memory{})
	try := a.propose(eth7(given, gateway))
	a.until(try.ID, network.AwaitingConfirm)
	eventually(t, l, given)
	if got := a.until(try.ID, network.RolledBack); got.Reason != "nobody confirmed the change in time" {
		t.Errorf("reason %q", got.Reason)
	}
	eventually(t, l, leased)
}

func wrongGateway(t *testing.T, l lan) {
	a := start(t, l, &memory{})
	try := a.propose(eth7(given, "192.0.2.9"))
	if got := a.until(try.ID, network.RolledBack); !strings.Contains(got.Reason, "192.0.2.9 does not answer") {
		t.Errorf("reason %q", got.Reason)
	}
	eventually(t, l, leased)
}

func takenAddress(t *testing.T, l lan) {
	a := start(t, l, &memory{})
	eventually(t, l, leased)
	try := a.propose(eth7(held, gateway))
	if got := a.until(try.ID, network.RolledBack); !strings.Contains(got.Reason, "192.0.2.20 is taken") {
		t.Errorf("reason %q", got.Reason)
	}
	eventually(t, l, leased)
}

func cancelled(t *testing.T, l lan) {
	a := start(t, l, &memory{})
	try := a.propose(eth7(given, gateway))
	a.until(try.ID, network.AwaitingConfirm)
	if got, err := a.Cancel(t.Context(), try.ID); err != nil || got.State != network.RolledBack {
		t.Errorf("%+v, %v", got, err)
	}
	eventually(t, l, leased)
}

func agentDies(t *testing.T, l lan) {
	disk := &memory{}
	a := start(t, l, disk)
	try := a.propose(eth7(given, gateway))
	a.until(try.ID, network.AwaitingConfirm)
	a.die()
	eventually(t, l, given)
	b := start(t, l, disk)
	if got := b.until(try.ID, network.RolledBack); !strings.Contains(got.Reason, "restarted before the change was confirmed") {
		t.Errorf("reason %q", got.Reason)
	}
	eventually(t, l, leased)
	b.confirmed(eth7(given, gateway))
}

func oldConnection(t *testing.T, l lan) {
	a := start(t, l, &memory{})
	opened := time.Now()
	wait(t)
	try := a.propose(eth7(given, gateway))
	a.until(try.ID, network.AwaitingConfirm)
	_, err := a.Confirm(t.Context(), try.ID, opened)
	if r, ok := errors.AsType[*network.Refusal](err); !ok || r.Kind != network.SameConnection {
		t.Errorf("got %v", err)
	}
	if _, err := a.Confirm(t.Context(), try.ID, time.Now()); err != nil {
		t.Error(err)
	}
}

func secondTry(t *testing.T, l lan) {
	a := start(t, l, &memory{})
	a.propose(eth7(given, gateway))
	_, err := a.Propose(t.Context(), network.Change{Set: []network.Adapter{eth7(second, gateway)}}, 0)
	if r, ok := errors.AsType[*network.Refusal](err); !ok || r.Kind != network.TryPending {
		t.Errorf("got %v", err)
	}
}

func eth7(address, gw string) network.Adapter {
	return network.Adapter{
		Name: "eth7", Addresses: []netip.Prefix{netip.MustParsePrefix(address)}, Gateway: netip.MustParseAddr(gw),
	}
}

// agent is an engine at work, with the test's shorthands.
type agent struct {
	*Engine
	t   *testing.T
	die func()
}

func start(t *testing.T, l lan, disk Store) *agent {
	t.Helper()
	return launch(t, l.deps(t), disk)
}

func startWith(t *testing.T, l lan, change func(*Deps)) *agent {
	t.Helper()
	deps := l.deps(t)
	change(&deps)
	return launch(t, deps, &memory{})
}

func launch(t *testing.T, deps Deps, disk Store) *agent {
	t.Helper()
	deps.Log = slog.New(slog.NewTextHandler(t.Output(), nil))
	ctx, cancel := context.WithCancel(context.Background())
	e := New(deps, disk)
	ended := make(chan error, 1)
	go func() { ended <- e.Run(ctx) }()
	a := &agent{Engine: e, t: t}
	a.die = func() {
		cancel()
		if err, ok := <-ended; ok && err != nil {
			t.Error(err)
		}
		a.die = func() {}
	}
	t.Cleanup(func() { a.die() })
	return a
}

// propose asks for a try with the shortest time to confirm, once the host has settled.
func (a *agent) propose(want network.Adapter) network.Try {
	a.t.Helper()
	limit := time.Now().Add(30 * time.Second)
	for {
		try, err := a.Propose(a.t.Context(), network.Change{Set: []network.Adapter{want}}, MinConfirmWithin)
		if err == nil {
			return try
		}
		if r, ok := errors.AsType[*network.Refusal](err); !ok || r.Kind != network.TryPending || time.Now().After(limit) {
			a.t.Fatal(err)
		}
		wait(a.t)
	}
}

// confirmed makes a change that must pass.
func (a *agent) confirmed(want network.Adapter) {
	a.t.Helper()
	try := a.propose(want)
	a.until(try.ID, network.AwaitingConfirm)
	got, err := a.Confirm(a.t.Context(), try.ID, time.Now())
	if err != nil || got.State != network.Confirmed {
		a.t.Fatalf("%+v, %v", got, err)
	}
}

// until waits for a state of the try and fails when it ends in another.
func (a *agent) until(id string, state network.TryState) network.Try {
	a.t.Helper()
	for {
		v, err := a.Show(a.t.Context())
		if err != nil {
			a.t.Fatal(err)
		}
		if t := v.Try; t != nil && t.ID == id && t.State == state {
			return *t
		} else if t != nil && !t.Pending() {
			a.t.Fatalf("the try ended as %+v, wanted %s", *t, state)
		}
		wait(a.t)
	}
}

// eventually waits until eth7 has just this IPv4 address.
func eventually(t *testing.T, l lan, want string) {
	t.Helper()
	limit := time.Now().Add(15 * time.Second)
	for {
		got := l.addresses(t)
		if slices.Equal(got, []string{want}) {
			return
		}
		if time.Now().After(limit) {
			t.Fatalf("eth7 has %v, wanted %s", got, want)
		}
		wait(t)
	}
}

// wait is the pause of a poll; in a synctest bubble it takes no time.
func wait(t *testing.T) {
	t.Helper()
	select {
	case <-t.Context().Done():
		t.Fatal("the test is over")
	case <-time.After(20 * time.Millisecond):
	}
}
