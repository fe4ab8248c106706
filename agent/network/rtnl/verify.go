package rtnl

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/slipway-os/slipway/agent/arp"
	"github.com/slipway-os/slipway/agent/network"
)

// pollEvery is the pause between two looks at the kernel.
const pollEvery = 100 * time.Millisecond

// How long an adapter's gateways and DNS servers have to answer once its link and addresses are there.
const (
	gatewayLimit = 10 * time.Second
	dnsLimit     = 6 * time.Second
)

// Verify says whether the host runs candidate and can be reached with it: nil, or one sentence. It looks at the adapters
// that differ from confirmed, and goes on until all is well or ctx ends; ctx needs a deadline. Warnings are what does not
// keep the host from being reached.
func (r Reader) Verify(ctx context.Context, confirmed, candidate network.Settings) (warnings []string, err error) {
	observed, err := r.settled(ctx, confirmed, candidate)
	if err != nil {
		return nil, err
	}
	if err := r.Conflicts(ctx, confirmed, candidate); err != nil {
		return nil, err
	}
	for _, a := range network.Changed(confirmed, candidate) {
		o, _ := network.Find(observed, a)
		if candidate.Member(a.Name) {
			continue
		}
		if err := within(ctx, gatewayLimit, func(ctx context.Context) error { return reachGateways(ctx, a, o) }); err != nil {
			return nil, err
		}
	}
	for _, a := range network.Changed(confirmed, candidate) {
		err := within(ctx, dnsLimit, func(ctx context.Context) error {
			dead, err := reachDNS(ctx, a)
			warnings = append(warnings, dead...)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return warnings, nil
}

// within runs a check with a limit of its own.
func within(ctx context.Context, limit time.Duration, check func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return check(ctx)
}

// settled waits until the kernel has what candidate wants.
func (r Reader) settled(ctx context.Context, confirmed, candidate network.Settings) ([]network.Observed, error) {
	ticker := time.NewTicker(pollEvery)
	defer ticker.Stop()
	for {
		observed, err := r.Observe(context.WithoutCancel(ctx))
		if err != nil {
			return nil, err
		}
		problem := ""
		for _, a := range network.Changed(confirmed, candidate) {
			old, _ := confirmed.Adapter(a.Name)
			if problem == "" {
				problem = network.Judge(old, a, candidate.Member(a.Name), observed)
			}
		}
		if problem == "" {
			return observed, nil
		}
		select {
		case <-ctx.Done():
			return nil, errors.New(problem)
		case <-ticker.C:
		}
	}
}

// reachGateways checks the gateways that the settings name and, with DHCP, the one that the lease named.
func reachGateways(ctx context.Context, a network.Adapter, o network.Observed) error {
	for _, gw := range o.Gateways {
		if gw != a.Gateway && gw != a.Gateway6 && !(a.DHCP && gw.Is4()) {
			continue
		}
		reach := neighbour
		if gw.Is4() {
			reach = answersARP
		}
		ok, err := reach(ctx, o, gw)
		if err != nil {
			return err
		}
		if !ok {
			return fmt.Errorf("the gateway %s does not answer on %s: check the address and the cable", gw, o.Name)
		}
	}
	return nil
}

func answersARP(ctx context.Context, o network.Observed, gw netip.Addr) (bool, error) {
	from := netip.IPv4Unspecified()
	for _, x := range o.Addresses {
		if x.Prefix.Contains(gw) {
			from = x.Prefix.Addr()
		}
	}
	_, ok, err := arp.Ask(ctx, arp.Question{
		Adapter: o.Name, From: from, To: gw, Every: time.Second,
		Answer: func(m arp.Message) bool { return m.SenderIP == gw && m.Sender.String() != o.MAC },
	})
	return ok, err
}

// neighbour makes the kernel ask for an IPv6 neighbour (RFC 4861, 7.2) by sending it a datagram, and looks whether it
// got an answer.
func neighbour(ctx context.Context, o network.Observed, gw netip.Addr) (bool, error) {
	ticker := time.NewTicker(pollEvery)
	defer ticker.Stop()
	for {
		// That nothing listens there is of no interest.
		if c, err := net.Dial("udp6", netip.AddrPortFrom(gw.WithZone(o.Name), 9).String()); err == nil {
			_, _ = c.Write([]byte{0})
			_ = c.Close()
		}
		list, err := netlink.NeighList(o.Index, unix.AF_INET6)
		if err != nil {
			return false, fmt.Errorf("list the neighbours on %s: %w", o.Name, err)
		}
		const answered = netlink.NUD_REACHABLE | netlink.NUD_PERMANENT
		if slices.ContainsFunc(list, func(n netlink.Neigh) bool {
			ip, _ := netip.AddrFromSlice(n.IP)
			return ip == gw && n.State&answered != 0
		}) {
			return true, nil
		}
		select {
		case <-ctx.Done():
			return false, nil
		case <-ticker.C:
		}
	}
}
