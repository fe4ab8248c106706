package preflight

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/slipway-os/slipway/agent/arp"
)

// Three probes as in RFC 5227, section 1.1, but twice as quick: its seconds are for a link that has just come up, and before the
// prober takes the address. Here the link is up, every host of the cluster asks at the same time, and none of them takes the
// address; whoever has it on a wired network answers within milliseconds.
const (
	probeCount = 3
	probeEvery = time.Second / 2
	lastWait   = time.Second
)

// ProbeVIP asks on every adapter whose subnet has the VIP who uses it. The answer is a MAC, this host's own included.
// probed is false when no adapter has such a subnet.
func ProbeVIP(ctx context.Context, vip string) (answer string, probed bool, err error) {
	if vip == "" {
		return "", false, nil
	}
	target, err := netip.ParseAddr(vip)
	if err != nil || !target.Is4() {
		return "", false, fmt.Errorf("the VIP %q is not an IPv4 address", vip)
	}
	links, own, err := linksTo(target)
	if err != nil || own != "" {
		return own, own != "", err
	}
	answers := make([]string, len(links))
	var group errgroup.Group
	for i, l := range links {
		group.Go(func() error {
			a, err := probeLink(ctx, l, target)
			answers[i] = a
			return err
		})
	}
	err = group.Wait()
	for _, a := range answers {
		if a != "" {
			return a, true, nil
		}
	}
	return "", err == nil && len(links) > 0, err
}

// linksTo returns the adapters that are up whose subnet has the address. own is the MAC of the adapter that carries it already.
func linksTo(target netip.Addr) (links []net.Interface, own string, err error) {
	all, err := net.Interfaces()
	if err != nil {
		return nil, "", err
	}
	for _, l := range all {
		addrs, err := l.Addrs()
		if err != nil {
			return nil, "", err
		}
		for _, a := range addrs {
			p, err := netip.ParsePrefix(a.String())
			if err != nil {
				continue
			}
			if p.Addr() == target {
				return nil, macOr(l), nil
			}
			if len(l.HardwareAddr) == 6 && l.Flags&net.FlagUp != 0 && isAdapter(l.Name) && p.Bits() < 32 && p.Masked().Contains(target) {
				links = append(links, l)
				break
			}
		}
	}
	return links, "", nil
}

// macOr is the link's MAC, or its name when it has none.
func macOr(l net.Interface) string {
	if len(l.HardwareAddr) > 0 {
		return l.HardwareAddr.String()
	}
	return l.Name
}

// probeLink returns the MAC that answers for target, "" when nobody does. The other hosts of a run probe at the same time
// without a sender's address; their questions are nobody's answer.
func probeLink(ctx context.Context, l net.Interface, target netip.Addr) (string, error) {
	who, _, err := arp.Ask(ctx, arp.Question{
		Adapter: l.Name, From: netip.IPv4Unspecified(), To: target, Every: probeEvery, Times: probeCount, Wait: lastWait,
		Answer: func(m arp.Message) bool { return m.SenderIP == target },
	})
	if err == nil {
		err = ctx.Err()
	}
	return who.String(), err
}
