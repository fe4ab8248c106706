package rtnl

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/slipway-os/slipway/agent/network"
)

// DeleteLink deletes a VLAN, bond or bridge and says which links, by index, were its members. That it is not there is
// no error; anything else under the name is.
func (Reader) DeleteLink(ctx context.Context, name string) (members []int, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	l, err := netlink.LinkByName(name)
	if _, gone := errors.AsType[netlink.LinkNotFoundError](err); gone {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look for the adapter %s: %w", name, err)
	}
	if !slices.Contains([]string{"vlan", "bond", "bridge"}, l.Type()) {
		return nil, fmt.Errorf("adapter %s is a %s, which slipway did not make: it is not deleted", name, l.Type())
	}
	all, err := netlink.LinkList()
	if err != nil {
		return nil, fmt.Errorf("list the members of %s: %w", name, err)
	}
	for _, m := range all {
		if m.Attrs().MasterIndex == l.Attrs().Index {
			members = append(members, m.Attrs().Index)
		}
	}
	if err := netlink.LinkDel(l); err != nil {
		return nil, fmt.Errorf("delete the adapter %s: %w", name, err)
	}
	return members, nil
}

// Drop takes addresses and static default routes from an adapter. What is not there any more is no error.
func (r Reader) Drop(ctx context.Context, own network.Own) error {
	observed, err := r.Observe(ctx)
	if err != nil {
		return err
	}
	o, ok := network.Find(observed, own.Adapter)
	if !ok {
		return nil
	}
	l, err := netlink.LinkByIndex(o.Index)
	if err != nil {
		return fmt.Errorf("look for the adapter %s: %w", o.Name, err)
	}
	for _, gw := range own.Gateways {
		err := netlink.RouteDel(&netlink.Route{
			LinkIndex: o.Index, Gw: gw.AsSlice(), Dst: everywhere(gw), Protocol: unix.RTPROT_STATIC,
		})
		if err != nil && !errors.Is(err, unix.ESRCH) && !errors.Is(err, unix.ENOENT) {
			return fmt.Errorf("take the old gateway %s from %s: %w", gw, o.Name, err)
		}
	}
	for _, p := range own.Addresses {
		err := netlink.AddrDel(l, &netlink.Addr{IPNet: ipNet(p)})
		if err != nil && !errors.Is(err, unix.EADDRNOTAVAIL) {
			return fmt.Errorf("take the old address %s from %s: %w", p, o.Name, err)
		}
	}
	return nil
}

func ipNet(p netip.Prefix) *net.IPNet {
	return &net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}
}

// everywhere is the destination of a default route of the gateway's family.
func everywhere(gw netip.Addr) *net.IPNet {
	zero := netip.IPv6Unspecified()
	if gw.Is4() {
		zero = netip.IPv4Unspecified()
	}
	return ipNet(netip.PrefixFrom(zero, 0))
}
