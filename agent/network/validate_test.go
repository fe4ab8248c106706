package network

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
)

func TestValidSettings(t *testing.T) {
	for name, s := range map[string]Settings{
		"nothing":        {},
		"static":         {Hostname: "node-1.example.com", Adapters: []Adapter{static()}},
		"dhcp":           {Adapters: []Adapter{dhcp()}},
		"stacked":        stacked(),
		"point to point": {Adapters: []Adapter{{Name: "eth0", Match: Match{MAC: mac0}, Addresses: prefixes("192.0.2.0/31"), Gateway: netip.MustParseAddr("192.0.2.1")}}},
		"dhcp and IPv6":  {Adapters: []Adapter{{Name: "eth0", Match: Match{MAC: mac0}, DHCP: true, Addresses: prefixes("2001:db8::1/64")}}},
	} {
		if err := s.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestValidateSaysWhatIsWrong(t *testing.T) {
	gw := netip.MustParseAddr
	one := func(change func(*Adapter)) Settings {
		a := static()
		change(&a)
		return Settings{Adapters: []Adapter{a}}
	}
	stack := func(change func(*Settings)) Settings {
		s := stacked()
		change(&s)
		return s
	}
	for _, c := range []struct {
		field, says string
		s           Settings
	}{
		{"hostname", "no host name", Settings{Hostname: "-x"}},
		{"hostname", "an address", Settings{Hostname: "192.0.2.1"}},
		{"hostname", "at most 64", Settings{Hostname: strings.Repeat("a.", 40) + "a"}},
		{"name", "no adapter name", one(func(a *Adapter) { a.Name = "../../etc" })},
		{"name", "no adapter name", one(func(a *Adapter) { a.Name = "lo" })},
		{"name", "no adapter name", one(func(a *Adapter) { a.Name = "eth0\nDHCP=yes" })},
		{"match", "by one of them", one(func(a *Adapter) { a.Match = Match{} })},
		{"match", "by one of them", one(func(a *Adapter) { a.Match.Path = "pci-0" })},
		{"match.permanentMAC", "does not look like", one(func(a *Adapter) { a.Match.PermanentMAC = "52-54" })},
		{"match.path", "does not look like", one(func(a *Adapter) { a.Match = Match{Path: "pci *\n"} })},
		{"addresses", "not both", one(func(a *Adapter) { a.DHCP, a.Gateway = true, netip.Addr{} })},
		{"gateway", "DHCP names the gateway", one(func(a *Adapter) { a.DHCP = true })},
		{"addresses", "is missing", one(func(a *Adapter) { a.Addresses = append(a.Addresses, netip.Prefix{}) })},
		{"addresses", "of the network 192.0.2.0/24 itself", one(func(a *Adapter) { a.Addresses = prefixes("192.0.2.0/24") })},
		{"addresses", "broadcast", one(func(a *Adapter) { a.Addresses = prefixes("192.0.2.255/24") })},
		{"addresses", "link-local", one(func(a *Adapter) { a.Addresses = prefixes("169.254.1.1/16") })},
		{"addresses", "no host can have", one(func(a *Adapter) { a.Addresses = prefixes("127.0.0.5/8") })},
		{"addresses", "named twice", one(func(a *Adapter) { a.Addresses = prefixes("192.0.2.10/24", "192.0.2.10/25") })},
		{"addresses", "more than 16", one(func(a *Adapter) { a.Addresses = make([]netip.Prefix, 17) })},
		{"gateway", "in no network", one(func(a *Adapter) { a.Gateway = gw("198.51.100.1") })},
		{"gateway", "own address", one(func(a *Adapter) { a.Gateway = gw("192.0.2.10") })},
		{"gateway", "network or broadcast", one(func(a *Adapter) { a.Gateway = gw("192.0.2.255") })},
		{"gateway", "cannot be a gateway", one(func(a *Adapter) { a.Gateway = gw("2001:db8::1") })},
		{"ipv6", "IPv6 is off", one(func(a *Adapter) { a.IPv6 = IPv6Off })},
		{"ipv6", "no way to get", one(func(a *Adapter) { a.IPv6 = "maybe" })},
		{"dns", "cannot be a DNS server", one(func(a *Adapter) { a.DNS = addrs("0.0.0.0") })},
		{"dns", "cannot be a DNS server", one(func(a *Adapter) { a.DNS = addrs("fe80::1%eth0") })},
		{"dns", "named twice", one(func(a *Adapter) { a.DNS = addrs("192.0.2.53", "192.0.2.53") })},
		{"search", "no domain", one(func(a *Adapter) { a.Search = []string{"a b"} })},
		{"mtu", "1280 to 9216", one(func(a *Adapter) { a.MTU = 600 })},
		{"name", "two adapters", Settings{Adapters: []Adapter{static(), dhcp()}}},
		{"match", "hardware of eth0", Settings{Adapters: []Adapter{dhcp(), {Name: "eth9", Match: Match{PermanentMAC: mac0}}}}},
		{"addresses", "eth0 already has", Settings{Adapters: []Adapter{static(), {Name: "eth1", Match: Match{MAC: mac1}, Addresses: prefixes("192.0.2.10/24")}}}},
		{"gateway", "already has a default gateway", Settings{Adapters: []Adapter{static(), {Name: "eth1", Match: Match{MAC: mac1}, Addresses: prefixes("198.51.100.2/24"), Gateway: gw("198.51.100.1")}}}},
		{"vlan.id", "1 to 4094", stack(func(s *Settings) { s.Adapters[4].VLAN.ID = 4095 })},
		{"vlan.parent", "there is no adapter", stack(func(s *Settings) { s.Adapters[4].VLAN.Parent = "eth7" })},
		{"vlan.parent", "belongs to bond0", stack(func(s *Settings) { s.Adapters[4].VLAN.Parent = "eth0" })},
		{"members", "below itself", stack(func(s *Settings) { s.Adapters[4].VLAN.Parent = "br0" })},
		{"mtu", "larger than the 1500", stack(func(s *Settings) { s.Adapters[3].MTU, s.Adapters[4].MTU = 1500, 9000 })},
		{"match", "no hardware", stack(func(s *Settings) { s.Adapters[5].Match.MAC = mac2 })},
		{"bond.mode", "no bond mode", stack(func(s *Settings) { s.Adapters[3].Bond.Mode = "fast" })},
		{"bond.monitorMillis", "1 to 10000", stack(func(s *Settings) { s.Adapters[3].Bond.MonitorMillis = -1 })},
		{"bond.members", "at least one", stack(func(s *Settings) { s.Adapters[3].Bond.Members = nil })},
		{"bond.members", "must be a physical adapter", stack(func(s *Settings) { s.Adapters[3].Bond.Members = []string{"eth0", "storage"} })},
		{"bond.members", "addresses of its own", stack(func(s *Settings) { s.Adapters[0].DHCP = true })},
		{"members", "already belongs", stack(func(s *Settings) { s.Adapters[5].Bridge.Members = []string{"storage", "eth0"} })},
		{"name", "choose one", stack(func(s *Settings) { s.Adapters[5].VLAN = &VLAN{ID: 1, Parent: "eth2"} })},
	} {
		err := c.s.Validate()
		var problems Problems
		_ = errors.As(err, &problems)
		found := false
		for _, p := range problems {
			found = found || p.Field == c.field && strings.Contains(p.Message, c.says)
		}
		if !found {
			t.Errorf("want %s: ...%s..., got %v", c.field, c.says, err)
		}
	}
}

func TestTwiceTheSameVLAN(t *testing.T) {
	s := Settings{Adapters: []Adapter{
		{Name: "eth0", Match: Match{MAC: mac0}},
		{Name: "a", VLAN: &VLAN{ID: 7, Parent: "eth0"}},
		{Name: "b", VLAN: &VLAN{ID: 7, Parent: "eth0"}},
	}}
	if err := s.Validate(); err == nil || err.Error() != "b: a already is VLAN 7 on eth0" {
		t.Errorf("got %v", err)
	}
}
