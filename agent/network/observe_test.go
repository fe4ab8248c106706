package network

import (
	"net/netip"
	"reflect"
	"strings"
	"testing"
)

// seen is eth0 as the kernel shows it when static() is in place.
func seen() Observed {
	a := static()
	o := Observed{Name: "enp1s0", PermanentMAC: mac0, MAC: mac0, Up: true, Carrier: true, MTU: 1400,
		Gateways: []netip.Addr{a.Gateway, a.Gateway6}}
	for _, p := range a.Addresses {
		o.Addresses = append(o.Addresses, ObservedAddress{Prefix: p})
	}
	return o
}

func TestJudge(t *testing.T) {
	lease := ObservedAddress{Prefix: netip.MustParsePrefix("192.0.2.99/24"), Dynamic: true}
	vip := ObservedAddress{Prefix: netip.MustParsePrefix("192.0.2.200/32")}
	for _, c := range []struct {
		says   string // empty: good
		old, a Adapter
		member bool
		change func(*Observed)
	}{
		{"", dhcp(), static(), false, func(*Observed) {}},
		{"", dhcp(), static(), false, func(o *Observed) { o.Addresses = append(o.Addresses, vip) }},
		{"is not there", dhcp(), static(), false, func(o *Observed) { o.PermanentMAC = mac1 }},
		{"does not come up", dhcp(), static(), false, func(o *Observed) { o.Up = false }},
		{"check the cable", dhcp(), static(), false, func(o *Observed) { o.Carrier = false }},
		{"MTU of 1500 instead of 1400", dhcp(), static(), false, func(o *Observed) { o.MTU = 1500 }},
		{"did not get the address 192.0.2.10/24", dhcp(), static(), false, func(o *Observed) { o.Addresses = o.Addresses[1:] }},
		{"still looks for duplicates", dhcp(), static(), false, func(o *Observed) { o.Addresses[1].Tentative = true }},
		{"another machine", dhcp(), static(), false, func(o *Observed) { o.Addresses[1].Duplicate = true }},
		{"192.0.2.99/24 from DHCP", dhcp(), static(), false, func(o *Observed) { o.Addresses = append(o.Addresses, lease) }},
		{"no default route by way of fe80::1", dhcp(), static(), false, func(o *Observed) { o.Gateways = o.Gateways[:1] }},
		{"old address 192.0.2.10/24", static(), dhcp(), false, func(*Observed) {}},
		{"no DHCP server answered", static(), dhcp(), false, func(o *Observed) { o.Addresses = nil }},
		{"", static(), dhcp(), false, func(o *Observed) { o.Addresses, o.Gateways = []ObservedAddress{lease}, o.Gateways[:1] }},
		{"old gateway fe80::1", static(), dhcp(), false, func(o *Observed) { o.Addresses = []ObservedAddress{lease} }},
		{"did not become a member", dhcp(), Adapter{Name: "eth0", Match: Match{MAC: mac0}}, true, func(*Observed) {}},
		{"", dhcp(), Adapter{Name: "eth0", Match: Match{MAC: mac0}}, true, func(o *Observed) { o.Master = "bond0" }},
	} {
		o := seen()
		c.change(&o)
		got := Judge(c.old, c.a, c.member, []Observed{o})
		if c.says == "" && got != "" || !strings.Contains(got, c.says) {
			t.Errorf("want %q, got %q", c.says, got)
		}
	}
}

func TestFindSkipsWhatLiesOverTheAdapter(t *testing.T) {
	over := Observed{Name: "storage", Kind: "vlan", MAC: mac0, Path: "pci-0"}
	below := Observed{Name: "eth0", MAC: mac0, Path: "pci-0"}
	for _, m := range []Match{{MAC: mac0}, {Path: "pci-0"}} {
		if o, ok := Find([]Observed{over, below}, Adapter{Name: "x", Match: m}); !ok || o.Name != "eth0" {
			t.Errorf("%v finds %q", m, o.Name)
		}
	}
	if o, ok := Find([]Observed{below, over}, Adapter{Name: "storage", VLAN: &VLAN{}}); !ok || o.Name != "storage" {
		t.Errorf("found %q", o.Name)
	}
}

func TestResolve(t *testing.T) {
	observed := []Observed{{Name: "eth0", PermanentMAC: mac0, MAC: mac1}, {Name: "eth1", MAC: mac2}}
	c, err := Change{Set: []Adapter{{Name: "eth0"}, {Name: "eth1"}, {Name: "lan"}}}.Resolve(
		Settings{Adapters: []Adapter{{Name: "lan", Match: Match{Path: "pci-0"}}}}, observed)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []Match{{PermanentMAC: mac0}, {MAC: mac2}, {Path: "pci-0"}} {
		if c.Set[i].Match != want {
			t.Errorf("%s: %v, want %v", c.Set[i].Name, c.Set[i].Match, want)
		}
	}
	_, err = Change{Set: []Adapter{{Name: "eth7"}}}.Resolve(Settings{}, observed)
	if err == nil || !strings.Contains(err.Error(), "it has eth0, eth1") {
		t.Errorf("got %v", err)
	}
}

// What lies below a new adapter and nobody has set comes along: the parent of a VLAN as it is, by DHCP, a member bare.
func TestResolveWhatLiesBelow(t *testing.T) {
	observed := []Observed{{Name: "eth0", MAC: mac0}, {Name: "eth1", MAC: mac1}, {Name: "eth2", MAC: mac2}}
	confirmed := Settings{Adapters: []Adapter{{Name: "eth2", DHCP: true, Match: Match{MAC: mac2}}}}
	c, err := Change{Set: []Adapter{{Name: "eth0.5", VLAN: &VLAN{ID: 5, Parent: "eth0"}}, {Name: "br0", Bridge: &Bridge{Members: []string{"eth1", "eth2", "eth9"}}}}}.Resolve(confirmed, observed)
	if err != nil {
		t.Fatal(err)
	}
	want := []Adapter{{Name: "eth0", DHCP: true, Match: Match{MAC: mac0}}, {Name: "eth1", Match: Match{MAC: mac1}}}
	if got := c.Set[2:]; !reflect.DeepEqual(got, want) {
		t.Errorf("came along: %+v, want %+v", got, want)
	}
}

func TestLeftovers(t *testing.T) {
	running := Render(Settings{Adapters: []Adapter{static(), {Name: "br0", Bridge: &Bridge{}, Addresses: prefixes("198.51.100.2/24")}}})
	a := static()
	a.Addresses, a.Gateway = prefixes("192.0.2.11/24", "2001:db8::10/64"), netip.MustParseAddr("192.0.2.2")
	got := Leftovers(running, Render(Settings{Adapters: []Adapter{a}}))
	if len(got) != 2 || got[0].Adapter.Name != "br0" || !got[0].Adapter.Virtual() || got[1].Adapter.Match.PermanentMAC != mac0 {
		t.Fatalf("got %+v", got)
	}
	if o := got[1]; len(o.Addresses) != 1 || o.Addresses[0].String() != "192.0.2.10/24" || len(o.Gateways) != 1 || o.Gateways[0].String() != "192.0.2.1" {
		t.Errorf("got %+v", o)
	}
	if same := Leftovers(running, running); len(same) != 0 {
		t.Errorf("the same files leave %+v", same)
	}
}
