package network

import (
	"net/netip"
	"slices"
	"strings"
)

// link checks what an adapter says about other adapters.
func (v *validation) link(a Adapter) {
	kinds := 0
	for _, is := range []bool{a.VLAN != nil, a.Bond != nil, a.Bridge != nil} {
		if is {
			kinds++
		}
	}
	if kinds > 1 {
		v.say(a.Name, "name", "an adapter is a VLAN, a bond or a bridge: choose one")
		return
	}
	switch {
	case a.VLAN != nil:
		v.vlan(a)
	case a.Bond != nil:
		v.bond(a)
	case a.Bridge != nil:
		v.takes(a, "bridge.members", func(m Adapter) bool { return m.Bridge == nil }, "an adapter, a VLAN or a bond")
	}
}

func (v *validation) vlan(a Adapter) {
	if a.VLAN.ID < 1 || a.VLAN.ID > 4094 {
		v.say(a.Name, "vlan.id", "a VLAN ID is 1 to 4094, not %d", a.VLAN.ID)
	}
	parent, ok := v.settings.Adapter(a.VLAN.Parent)
	switch {
	case !ok:
		v.say(a.Name, "vlan.parent", "there is no adapter %.40q to put the VLAN on", a.VLAN.Parent)
	case parent.VLAN != nil:
		v.say(a.Name, "vlan.parent", "%s is a VLAN itself: put the new one on the adapter below it", parent.Name)
	case parent.MTU != 0 && a.MTU > parent.MTU:
		v.say(a.Name, "mtu", "the MTU %d is larger than the %d of %s below it", a.MTU, parent.MTU, parent.Name)
	}
	for _, b := range v.settings.Adapters {
		if b.VLAN != nil && b.Name < a.Name && *b.VLAN == *a.VLAN {
			v.say(a.Name, "vlan.id", "%s already is VLAN %d on %s", b.Name, a.VLAN.ID, a.VLAN.Parent)
		}
	}
}

func (v *validation) bond(a Adapter) {
	if !slices.Contains(BondModes, a.Bond.Mode) {
		v.say(a.Name, "bond.mode", "%.40q is no bond mode: use %s", a.Bond.Mode, strings.Join(BondModes, ", "))
	}
	if a.Bond.MonitorMillis < 0 || a.Bond.MonitorMillis > 10000 {
		v.say(a.Name, "bond.monitorMillis", "the monitoring interval is 1 to 10000 ms, not %d", a.Bond.MonitorMillis)
	}
	if len(a.Bond.Members) == 0 {
		v.say(a.Name, "bond.members", "a bond needs at least one adapter")
	}
	v.takes(a, "bond.members", func(m Adapter) bool { return !m.Virtual() }, "a physical adapter")
}

// takes checks the members of a bond or bridge.
func (v *validation) takes(a Adapter, field string, fits func(Adapter) bool, what string) {
	for i, name := range a.members() {
		m, ok := v.settings.Adapter(name)
		switch {
		case !ok:
			v.say(a.Name, field, "there is no adapter %.40q to take", name)
		case slices.Contains(a.members()[:i], name):
			v.say(a.Name, field, "%s is named twice", name)
		case !fits(m):
			v.say(a.Name, field, "%s cannot be a member: it must be %s", name, what)
		case m.DHCP || len(m.Addresses) > 0:
			v.say(a.Name, field, "%s has addresses of its own: take them away, or give them to %s", name, a.Name)
		}
	}
}

// together checks what no adapter can say alone.
func (v *validation) together() {
	names, hardware, owner := map[string]bool{}, map[Match]string{}, map[string]string{}
	addresses, gateways := map[netip.Addr]string{}, map[bool]string{}
	for _, a := range v.settings.Adapters {
		if names[a.Name] {
			v.say(a.Name, "name", "two adapters have this name")
		}
		names[a.Name] = true
		if other := hardware[a.Match]; other != "" && !a.Virtual() {
			v.say(a.Name, "match", "this is the hardware of %s", other)
		}
		hardware[a.Match] = a.Name
		for _, m := range a.members() {
			if other := owner[m]; other != "" && other != a.Name {
				v.say(a.Name, "members", "%s already belongs to %s", m, other)
			}
			owner[m] = a.Name
		}
		for _, p := range a.Addresses {
			if other := addresses[p.Addr()]; other != "" && other != a.Name {
				v.say(a.Name, "addresses", "%s already has the address %s", other, p.Addr())
			}
			addresses[p.Addr()] = a.Name
		}
		for _, gw := range []netip.Addr{a.Gateway, a.Gateway6} {
			if other := gateways[gw.Is4()]; gw.IsValid() && other != "" {
				v.say(a.Name, "gateway", "%s already has a default gateway: a host has one", other)
			} else if gw.IsValid() {
				gateways[gw.Is4()] = a.Name
			}
		}
	}
	for _, a := range v.settings.Adapters {
		if a.VLAN != nil && owner[a.VLAN.Parent] != "" {
			v.say(a.Name, "vlan.parent", "%s belongs to %s: put the VLAN on that", a.VLAN.Parent, owner[a.VLAN.Parent])
		}
	}
	for _, a := range v.settings.Adapters {
		if v.reaches(a, a.Name, map[string]bool{}) {
			v.say(a.Name, "members", "it lies below itself: a VLAN of a bridge cannot be a member of that bridge")
		}
	}
}

// reaches says whether name lies below the adapter. seen keeps other circles from holding the walk.
func (v *validation) reaches(a Adapter, name string, seen map[string]bool) bool {
	for _, b := range a.below() {
		if b == name {
			return true
		}
		next, ok := v.settings.Adapter(b)
		if ok && !seen[b] {
			seen[b] = true
			if v.reaches(next, name, seen) {
				return true
			}
		}
	}
	return false
}
