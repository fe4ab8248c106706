package network

import (
	"fmt"
	"slices"
	"strings"
)

// Files are systemd-networkd files by their name without a prefix, such as eth0.network.
type Files map[string]string

// unit builds one file of systemd.syntax(7).
type unit struct{ b strings.Builder }

func (u *unit) section(name string) { fmt.Fprintf(&u.b, "\n[%s]\n", name) }
func (u *unit) set(key string, value any) {
	fmt.Fprintf(&u.b, "%s=%v\n", key, value)
}

func newUnit() *unit {
	u := &unit{}
	u.b.WriteString("# Written by the slipway agent: changes made here are lost.\n")
	return u
}

// Render is the systemd-networkd files that mean the settings, which must be valid. MTU and everything else fits in
// .network and .netdev files (systemd.network(5), systemd.netdev(5)), so there are no .link files, which only udev
// reads, and only when an adapter appears.
func Render(s Settings) Files {
	files := Files{}
	for _, a := range s.Adapters {
		files[a.Name+".network"] = renderNetwork(s, a)
		if a.Virtual() {
			files[a.Name+".netdev"] = renderNetdev(a)
		}
	}
	return files
}

// RenderTry is the files that make a host that is configured with confirmed run candidate, when they are read before
// the files of confirmed, which stay where they are. What candidate does not name any more needs a file too: hardware
// one that gives it the default, and a VLAN, bond or bridge one that parks it, because it is only deleted on confirm.
func RenderTry(confirmed, candidate Settings) Files {
	files := Render(candidate)
	for _, a := range confirmed.Adapters {
		if _, ok := candidate.Adapter(a.Name); ok {
			continue
		}
		if a.Virtual() {
			files[a.Name+".network"] = renderParked(a)
		} else {
			files[a.Name+".network"] = renderNetwork(candidate, byDefault(a))
		}
	}
	return files
}

func renderNetwork(s Settings, a Adapter) string {
	u := newUnit()
	match(u, a, inBond(s, a))
	if a.MTU != 0 {
		u.section("Link")
		u.set("MTUBytes", a.MTU)
	}
	u.section("Network")
	for _, b := range s.Adapters {
		switch {
		case b.VLAN != nil && b.VLAN.Parent == a.Name:
			u.set("VLAN", b.Name)
		case b.Bond != nil && slices.Contains(b.Bond.Members, a.Name):
			u.set("Bond", b.Name)
			return silent(u)
		case b.Bridge != nil && slices.Contains(b.Bridge.Members, a.Name):
			u.set("Bridge", b.Name)
			return silent(u)
		}
	}
	renderAddresses(u, a)
	return u.b.String()
}

func inBond(s Settings, a Adapter) bool {
	return slices.ContainsFunc(s.Adapters, func(b Adapter) bool { return b.Bond != nil && slices.Contains(b.Bond.Members, a.Name) })
}

// silent ends the file of an adapter that has no addresses because a bond or bridge took it.
func silent(u *unit) string {
	u.set("LinkLocalAddressing", "no")
	u.set("IPv6AcceptRA", "no")
	return u.b.String()
}

// match says whose file it is. A bond gives its members one address, its own: an adapter without a permanent one then has but
// its name.
func match(u *unit, a Adapter, inBond bool) {
	u.section("Match")
	switch {
	case a.Virtual() || inBond && a.Match.MAC != "":
		u.set("Name", a.Name)
	case a.Match.PermanentMAC != "":
		u.set("PermanentMACAddress", a.Match.PermanentMAC)
	case a.Match.MAC != "":
		u.set("MACAddress", a.Match.MAC)
		// A VLAN, bond or bridge over the adapter takes over its address.
		u.set("Kind", "!vlan bond bridge macvlan ipvlan")
	default:
		u.set("Path", a.Match.Path)
		u.set("Kind", "!vlan bond bridge macvlan ipvlan") // so does its path
	}
}

func renderAddresses(u *unit, a Adapter) {
	u.set("DHCP", map[bool]string{true: "ipv4", false: "no"}[a.DHCP])
	u.set("LinkLocalAddressing", map[bool]string{true: "no", false: "ipv6"}[a.IPv6 == IPv6Off])
	u.set("IPv6AcceptRA", map[bool]string{true: "yes", false: "no"}[a.IPv6 == "" || a.IPv6 == IPv6Auto])
	// An address that somebody else put there, as kube-vip does with the cluster's, survives a reload.
	u.set("KeepConfiguration", "static")
	for _, p := range a.Addresses {
		u.set("Address", p)
	}
	for _, d := range a.DNS {
		u.set("DNS", d)
	}
	if len(a.Search) > 0 {
		u.set("Domains", strings.Join(a.Search, " "))
	}
	if a.Gateway.IsValid() {
		u.set("Gateway", a.Gateway)
	}
	if a.Gateway6.IsValid() {
		u.set("Gateway", a.Gateway6)
	}
	if a.DHCP {
		u.section("DHCPv4")
		u.set("ClientIdentifier", "mac") // the same lease as before the first configuration
		u.set("UseDomains", map[bool]string{true: "yes", false: "no"}[len(a.Search) == 0])
		if len(a.DNS) > 0 {
			u.set("UseDNS", "no")
		}
	}
	if len(a.DNS) > 0 && (a.IPv6 == "" || a.IPv6 == IPv6Auto) {
		u.section("IPv6AcceptRA")
		u.set("UseDNS", "no")
	}
}

// renderParked takes everything from a VLAN, bond or bridge without deleting it.
func renderParked(a Adapter) string {
	u := newUnit()
	match(u, a, false)
	u.section("Link")
	u.set("ActivationPolicy", "always-down")
	u.set("RequiredForOnline", "no")
	u.section("Network")
	return silent(u)
}

func renderNetdev(a Adapter) string {
	u := newUnit()
	u.section("NetDev")
	u.set("Name", a.Name)
	switch {
	case a.VLAN != nil:
		u.set("Kind", "vlan")
		u.section("VLAN")
		u.set("Id", a.VLAN.ID)
	case a.Bond != nil:
		u.set("Kind", "bond")
		u.section("Bond")
		u.set("Mode", a.Bond.Mode)
		u.set("MIIMonitorSec", fmt.Sprintf("%dms", monitor(*a.Bond)))
	case a.Bridge != nil:
		u.set("Kind", "bridge")
		u.section("Bridge")
		u.set("STP", map[bool]string{true: "yes", false: "no"}[a.Bridge.STP])
	}
	return u.b.String()
}

// monitor is the bond's monitoring interval in ms; 100 is what the kernel's documentation recommends.
func monitor(b Bond) int {
	if b.MonitorMillis == 0 {
		return 100
	}
	return b.MonitorMillis
}
