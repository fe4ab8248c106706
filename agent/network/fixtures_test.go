package network

import "net/netip"

const (
	mac0 = "52:54:00:00:00:01"
	mac1 = "52:54:00:00:00:02"
	mac2 = "52:54:00:00:00:03"
)

func prefixes(list ...string) []netip.Prefix {
	var out []netip.Prefix
	for _, s := range list {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}

func addrs(list ...string) []netip.Addr {
	var out []netip.Addr
	for _, s := range list {
		out = append(out, netip.MustParseAddr(s))
	}
	return out
}

// static is eth0 with an address of its own.
func static() Adapter {
	return Adapter{
		Name: "eth0", Match: Match{PermanentMAC: mac0}, Addresses: prefixes("192.0.2.10/24", "2001:db8::10/64"),
		Gateway: netip.MustParseAddr("192.0.2.1"), Gateway6: netip.MustParseAddr("fe80::1"),
		DNS: addrs("192.0.2.53", "2001:db8::53"), Search: []string{"example.com", "lab.example.com"}, MTU: 1400,
	}
}

// dhcp is eth0 on DHCP.
func dhcp() Adapter { return Adapter{Name: "eth0", Match: Match{PermanentMAC: mac0}, DHCP: true} }

// stacked is a bond of two adapters with a VLAN on it, and a bridge over that VLAN.
func stacked() Settings {
	return Settings{Adapters: []Adapter{
		{Name: "eth0", Match: Match{PermanentMAC: mac0}},
		{Name: "eth1", Match: Match{MAC: mac1}},
		{Name: "eth2", Match: Match{Path: "pci-0000:00:03.0"}, DHCP: true, IPv6: IPv6Off, DNS: addrs("192.0.2.53")},
		{Name: "bond0", Bond: &Bond{Mode: "802.3ad", MonitorMillis: 250, Members: []string{"eth0", "eth1"}}},
		{Name: "storage", VLAN: &VLAN{ID: 4094, Parent: "bond0"}, IPv6: IPv6Static},
		{Name: "br0", Bridge: &Bridge{STP: true, Members: []string{"storage"}}, Addresses: prefixes("198.51.100.2/24")},
	}}
}
