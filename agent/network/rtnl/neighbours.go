package rtnl

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"

	"github.com/vishvananda/netlink"
)

// Neighbour is a machine in a network of this host, as the kernel knows it (ARP of IPv4, neighbour discovery of IPv6).
type Neighbour struct {
	Address netip.Addr
	MAC     string // empty while it does not answer
	Adapter string
	State   string // reachable, stale, delay, probe, failed, incomplete, permanent
}

// states are those of ip-neighbour(8) that concern other machines.
var states = map[int]string{netlink.NUD_REACHABLE: "reachable", netlink.NUD_STALE: "stale", netlink.NUD_DELAY: "delay", netlink.NUD_PROBE: "probe",
	netlink.NUD_FAILED: "failed", netlink.NUD_INCOMPLETE: "incomplete", netlink.NUD_PERMANENT: "permanent"}

// Neighbours lists the neighbours of the host's adapters by adapter and address; those of pods are left out.
func (Reader) Neighbours() ([]Neighbour, error) {
	links, err := netlink.LinkList()
	if err != nil {
		return nil, fmt.Errorf("list the adapters: %w", err)
	}
	var all []Neighbour
	for _, l := range links {
		if !adapter(l) {
			continue
		}
		list, err := netlink.NeighList(l.Attrs().Index, netlink.FAMILY_ALL)
		if err != nil {
			return nil, fmt.Errorf("list the neighbours of %s: %w", l.Attrs().Name, err)
		}
		for _, n := range list {
			ip, ok := netip.AddrFromSlice(n.IP)
			state, known := states[n.State]
			if ok && known && !ip.IsMulticast() {
				all = append(all, Neighbour{ip.Unmap(), n.HardwareAddr.String(), l.Attrs().Name, state})
			}
		}
	}
	slices.SortFunc(all, func(a, b Neighbour) int {
		return cmp.Or(cmp.Compare(a.Adapter, b.Adapter), a.Address.Compare(b.Address))
	})
	return all, nil
}
