package network

import (
	"net/netip"
	"slices"
	"strings"
)

// Settings are the network settings of a host. An adapter that is not listed runs on the image's default: DHCP on wired
// adapters. The zero Settings are those of a host that nobody has configured yet.
type Settings struct {
	// Hostname is a DNS label or name (RFC 1123); empty leaves the image's.
	Hostname string    `json:"hostname,omitempty"`
	Adapters []Adapter `json:"adapters,omitempty"`
}

// Adapter is the settings of one adapter. At most one of VLAN, Bond and Bridge is set; with none it is physical.
type Adapter struct {
	// Name is 1 to 15 characters (IFNAMSIZ of the kernel, less its end).
	Name  string `json:"name"`
	Match Match  `json:"match,omitzero"`
	// DHCP asks for an IPv4 address; it excludes IPv4 addresses and Gateway.
	DHCP      bool           `json:"dhcp"`
	Addresses []netip.Prefix `json:"addresses,omitempty"`
	Gateway   netip.Addr     `json:"gateway,omitzero"`
	Gateway6  netip.Addr     `json:"gateway6,omitzero"`
	// DNS replaces the servers that DHCP or a router announce.
	DNS    []netip.Addr `json:"dns,omitempty"`
	Search []string     `json:"search,omitempty"`
	// MTU in bytes; 0 leaves the kernel's.
	MTU    int      `json:"mtu,omitempty"`
	IPv6   IPv6Mode `json:"ipv6,omitempty"`
	VLAN   *VLAN    `json:"vlan,omitempty"`
	Bond   *Bond    `json:"bond,omitempty"`
	Bridge *Bridge  `json:"bridge,omitempty"`
}

// Match says which physical adapter is meant. Exactly one field is set.
type Match struct {
	// PermanentMAC is the address burnt into the adapter: six bytes in hex with colons, lower case.
	PermanentMAC string `json:"permanentMAC,omitempty"`
	// MAC is the address of now, for virtual machines' adapters that report no permanent one.
	MAC string `json:"mac,omitempty"`
	// Path is udev's ID_PATH, such as pci-0000:00:03.0: the slot, whichever card is in it.
	Path string `json:"path,omitempty"`
}

// IPv6Mode is where an adapter's IPv6 addresses come from.
type IPv6Mode string

// The modes of IPv6; empty is IPv6Auto.
const (
	IPv6Auto   IPv6Mode = "auto"   // router advertisements (RFC 4861) besides static addresses
	IPv6Static IPv6Mode = "static" // static addresses only
	IPv6Off    IPv6Mode = "off"    // none, not even link-local
)

// VLAN is an IEEE 802.1Q network on a parent adapter.
type VLAN struct {
	ID     int    `json:"id"` // 1 to 4094
	Parent string `json:"parent"`
}

// Bond joins physical adapters into one.
type Bond struct {
	Mode string `json:"mode"` // one of BondModes
	// MonitorMillis is how often the members' links are looked at, in milliseconds: 1 to 10000, 0 means 100.
	MonitorMillis int      `json:"monitorMillis,omitempty"`
	Members       []string `json:"members"`
}

// BondModes are the kernel's, Documentation/networking/bonding.rst.
var BondModes = []string{"balance-rr", "active-backup", "balance-xor", "broadcast", "802.3ad", "balance-tlb", "balance-alb"}

// Bridge switches between its members.
type Bridge struct {
	STP     bool     `json:"stp"` // spanning tree, IEEE 802.1D
	Members []string `json:"members,omitempty"`
}

// Change is what a caller wants different: adapters to set as a whole, by name, and adapters to forget.
type Change struct {
	Set    []Adapter `json:"set,omitempty"`
	Remove []string  `json:"remove,omitempty"`
}

// With is the settings after the change, adapters sorted by name. It does not validate them.
func (s Settings) With(c Change) Settings {
	next := Settings{Hostname: s.Hostname}
	for _, a := range s.Adapters {
		replaced := slices.ContainsFunc(c.Set, func(b Adapter) bool { return b.Name == a.Name })
		if !replaced && !slices.Contains(c.Remove, a.Name) {
			next.Adapters = append(next.Adapters, a)
		}
	}
	next.Adapters = append(next.Adapters, c.Set...)
	slices.SortStableFunc(next.Adapters, func(a, b Adapter) int { return strings.Compare(a.Name, b.Name) })
	return next
}

// Adapter finds an adapter by name.
func (s Settings) Adapter(name string) (Adapter, bool) {
	for _, a := range s.Adapters {
		if a.Name == name {
			return a, true
		}
	}
	return Adapter{}, false
}

// Virtual says whether the adapter is made by the settings: a VLAN, a bond or a bridge.
func (a Adapter) Virtual() bool { return a.VLAN != nil || a.Bond != nil || a.Bridge != nil }

// members are the adapters that a bond or bridge takes.
func (a Adapter) members() []string {
	switch {
	case a.Bond != nil:
		return a.Bond.Members
	case a.Bridge != nil:
		return a.Bridge.Members
	}
	return nil
}

// has4 and has6 say whether the adapter has a static address of the family.
func (a Adapter) has4() bool {
	return slices.ContainsFunc(a.Addresses, func(p netip.Prefix) bool { return p.Addr().Is4() })
}

func (a Adapter) has6() bool {
	return slices.ContainsFunc(a.Addresses, func(p netip.Prefix) bool { return p.Addr().Is6() })
}
