package rtnl

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/slipway-os/slipway/agent/arp"
	"github.com/slipway-os/slipway/agent/network"
)

// Probing as RFC 5227 (1.1) has it, quicker: a wired network answers within milliseconds.
const (
	probes     = 3
	probeEvery = 200 * time.Millisecond
	probeWait  = 300 * time.Millisecond
)

// Conflicts says whether the kernel can make the adapters of candidate at all, and looks for other machines that hold IPv4
// addresses which candidate brings, and names the first one's MAC.
// Adapters that are not there yet, or have no link, are left out: Verify looks again. It takes 0.7 s at most.
func (r Reader) Conflicts(ctx context.Context, confirmed, candidate network.Settings) error {
	if err := makeable(confirmed, candidate, knows); err != nil {
		return err
	}
	observed, err := r.Observe(ctx)
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(16)
	for _, a := range network.Changed(confirmed, candidate) {
		o, ok := network.Find(observed, a)
		if !ok || !o.Up || !o.Carrier {
			continue
		}
		for _, p := range a.Addresses {
			if p.Addr().Is4() {
				group.Go(func() error { return probe(ctx, observed, o, p.Addr()) })
			}
		}
	}
	return group.Wait()
}

// probe asks without a sender's address, so that nobody learns a wrong one.
func probe(ctx context.Context, observed []network.Observed, o network.Observed, ip netip.Addr) error {
	mine := func(mac net.HardwareAddr) bool {
		return slices.ContainsFunc(observed, func(o network.Observed) bool { return o.MAC == mac.String() })
	}
	who, found, err := arp.Ask(ctx, arp.Question{
		Adapter: o.Name, From: netip.IPv4Unspecified(), To: ip, Every: probeEvery, Times: probes, Wait: probeWait,
		Answer: func(m arp.Message) bool { return m.Claims(ip) && !mine(m.Sender) },
	})
	if err != nil {
		return err
	}
	if found {
		return fmt.Errorf("the address %s is taken: the machine with the MAC %s on %s has it; choose another", ip, who, o.Name)
	}
	return nil
}
