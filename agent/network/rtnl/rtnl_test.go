package rtnl

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/vishvananda/netlink"

	"github.com/slipway-os/slipway/agent/network"
)

// wanted is settings for the adapter eth7 with an address, gateway and DNS server.
func wanted(t *testing.T, address, gateway, dns string) network.Settings {
	t.Helper()
	l, err := netlink.LinkByName("eth7")
	must(t, err)
	a := network.Adapter{
		Name: "eth7", Match: network.Match{MAC: l.Attrs().HardwareAddr.String()},
		Addresses: []netip.Prefix{netip.MustParsePrefix(address)},
	}
	gw := netip.MustParseAddr(gateway)
	if gw.Is4() {
		a.Gateway = gw
	} else {
		a.Gateway6 = gw
	}
	if dns != "" {
		a.DNS = []netip.Addr{netip.MustParseAddr(dns)}
	}
	return network.Settings{Adapters: []network.Adapter{a}}
}

func route(t *testing.T, l netlink.Link, gateway string) {
	t.Helper()
	must(t, netlink.RouteAdd(&netlink.Route{LinkIndex: l.Attrs().Index, Gw: net.ParseIP(gateway)}))
}

func limited(t *testing.T, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

func TestObserve(t *testing.T) {
	connect(t, "eth7", "192.0.2.1/24")
	l := assign(t, "eth7", "192.0.2.10/24", "2001:db8::10/64")
	lease(t, "eth7", "192.0.2.99/24")
	route(t, l, "192.0.2.1")
	must(t, netlink.LinkSetMTU(l, 1400))
	all, err := Reader{}.Observe(t.Context())
	must(t, err)
	if len(all) != 1 {
		t.Fatalf("want eth7 alone, not lo and others: %+v", all)
	}
	o := all[0]
	if o.Name != "eth7" || o.Kind != "veth" || !o.Up || !o.Carrier || o.MTU != 1400 || o.MAC != l.Attrs().HardwareAddr.String() {
		t.Errorf("%+v", o)
	}
	if len(o.Gateways) != 1 || o.Gateways[0].String() != "192.0.2.1" {
		t.Errorf("gateways %v", o.Gateways)
	}
	dynamic := map[string]bool{}
	for _, a := range o.Addresses {
		dynamic[a.Prefix.String()] = a.Dynamic
	}
	for prefix, want := range map[string]bool{"192.0.2.10/24": false, "2001:db8::10/64": false, "192.0.2.99/24": true} {
		if got, ok := dynamic[prefix]; !ok || got != want {
			t.Errorf("%s: there %v, dynamic %v", prefix, ok, got)
		}
	}
}

func TestConflictsNameTheHolder(t *testing.T) {
	m := connect(t, "eth7", "192.0.2.20/24")
	err := Reader{}.Conflicts(t.Context(), network.Settings{}, wanted(t, "192.0.2.20/24", "192.0.2.1", ""))
	if err == nil || !strings.Contains(err.Error(), "192.0.2.20") || !strings.Contains(err.Error(), m.mac) {
		t.Errorf("want the holder %s, got %v", m.mac, err)
	}
	must(t, Reader{}.Conflicts(t.Context(), network.Settings{}, wanted(t, "192.0.2.21/24", "192.0.2.1", "")))
}

func TestOwnAddressIsNoConflict(t *testing.T) {
	connect(t, "eth7", "192.0.2.1/24")
	assign(t, "eth7", "192.0.2.10/24")
	must(t, Reader{}.Conflicts(t.Context(), network.Settings{}, wanted(t, "192.0.2.10/24", "192.0.2.1", "")))
}

func TestVerify(t *testing.T) {
	for _, c := range []struct {
		name, peer            string
		address, gateway      string // of the settings
		dns                   string
		has, routed, leftover string // what the adapter really has
		says                  string
	}{
		{"good", "192.0.2.1/24", "192.0.2.10/24", "192.0.2.1", "192.0.2.1", "192.0.2.10/24", "192.0.2.1", "", ""},
		{"good v6", "2001:db8::1/64", "2001:db8::10/64", "2001:db8::1", "2001:db8::1", "2001:db8::10/64", "2001:db8::1", "", ""},
		{"no address", "192.0.2.1/24", "192.0.2.10/24", "192.0.2.1", "", "192.0.2.11/24", "192.0.2.1", "", "did not get the address"},
		{"no route", "192.0.2.1/24", "192.0.2.10/24", "192.0.2.1", "", "192.0.2.10/24", "", "", "no default route"},
		{"silent gateway", "192.0.2.2/24", "192.0.2.10/24", "192.0.2.1", "", "192.0.2.10/24", "192.0.2.1", "", "gateway 192.0.2.1 does not answer"},
		{"silent v6 gateway", "2001:db8::2/64", "2001:db8::10/64", "2001:db8::1", "", "2001:db8::10/64", "2001:db8::1", "", "gateway 2001:db8::1 does not answer"},
		{"duplicate", "192.0.2.10/24 192.0.2.1/24", "192.0.2.10/24", "192.0.2.1", "", "192.0.2.10/24", "192.0.2.1", "", "is taken"},
		{"silent DNS", "192.0.2.1/24", "192.0.2.10/24", "192.0.2.1", "192.0.2.99", "192.0.2.10/24", "192.0.2.1", "", "no DNS server of eth7 answers"},
		{"leftover lease", "192.0.2.1/24", "192.0.2.10/24", "192.0.2.1", "", "192.0.2.10/24", "192.0.2.1", "192.0.2.77/24", "did not give up the address"},
	} {
		t.Run(c.name, func(t *testing.T) {
			connect(t, "eth7", strings.Fields(c.peer)...)
			l := assign(t, "eth7", c.has)
			if c.leftover != "" {
				lease(t, "eth7", c.leftover)
			}
			if c.routed != "" {
				route(t, l, c.routed)
			}
			limit := 20 * time.Second
			if c.says != "" {
				limit = 1500 * time.Millisecond
			}
			warnings, err := Reader{}.Verify(limited(t, limit), network.Settings{}, wanted(t, c.address, c.gateway, c.dns))
			if len(warnings) > 0 {
				t.Errorf("warnings %q", warnings)
			}
			if c.says == "" {
				must(t, err)
			} else if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("want %q, got %v", c.says, err)
			}
		})
	}
}

func TestVerifyWaitsForTheAddress(t *testing.T) {
	connect(t, "eth7", "192.0.2.1/24")
	s := wanted(t, "192.0.2.10/24", "192.0.2.1", "")
	done := make(chan error, 1)
	go func() {
		_, err := Reader{}.Verify(limited(t, 10*time.Second), network.Settings{}, s)
		done <- err
	}()
	route(t, assign(t, "eth7", "192.0.2.10/24"), "192.0.2.1")
	must(t, <-done)
}

func TestVerifyEndsWithItsContext(t *testing.T) {
	connect(t, "eth7", "192.0.2.2/24")
	route(t, assign(t, "eth7", "192.0.2.10/24"), "192.0.2.1")
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(1200*time.Millisecond, cancel)
	start := time.Now()
	if _, err := (Reader{}).Verify(ctx, network.Settings{}, wanted(t, "192.0.2.10/24", "192.0.2.1", "")); err == nil {
		t.Error("a silent gateway passed")
	}
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("ended %s after it was told to", took)
	}
}

func TestDeleteLink(t *testing.T) {
	connect(t, "eth7")
	l := assign(t, "eth7")
	br := &netlink.Bridge{LinkAttrs: netlink.LinkAttrs{Name: "br7"}}
	must(t, netlink.LinkAdd(br))
	must(t, netlink.LinkSetMaster(l, br))
	members, err := Reader{}.DeleteLink(t.Context(), "br7")
	if err != nil || len(members) != 1 || members[0] != l.Attrs().Index {
		t.Errorf("members %v, %v", members, err)
	}
	if _, err := (Reader{}).DeleteLink(t.Context(), "br7"); err != nil {
		t.Error(err)
	}
	if _, err := (Reader{}).DeleteLink(t.Context(), "eth7"); err == nil {
		t.Error("deleted hardware")
	}
}

func TestDrop(t *testing.T) {
	connect(t, "eth7", "192.0.2.1/24")
	l := assign(t, "eth7", "192.0.2.10/24", "192.0.2.200/32")
	must(t, netlink.RouteAdd(&netlink.Route{LinkIndex: l.Attrs().Index, Gw: net.ParseIP("192.0.2.1"), Protocol: 4}))
	a := wanted(t, "192.0.2.10/24", "192.0.2.1", "").Adapters[0]
	own := network.Own{Adapter: a, Addresses: a.Addresses, Gateways: []netip.Addr{a.Gateway}}
	must(t, Reader{}.Drop(t.Context(), own))
	must(t, Reader{}.Drop(t.Context(), own))
	all, err := Reader{}.Observe(t.Context())
	must(t, err)
	o := all[0]
	var left []string
	for _, x := range o.Addresses {
		if x.Prefix.Addr().Is4() {
			left = append(left, x.Prefix.String())
		}
	}
	if len(o.Gateways) != 0 || len(left) != 1 || left[0] != "192.0.2.200/32" {
		t.Errorf("left %v, gateways %v", left, o.Gateways)
	}
}

func FuzzCheckAnswer(f *testing.F) {
	f.Add([]byte{0, 7, 0x80, 5, 0, 0, 0, 0, 0, 0, 0, 0}, uint16(7))
	f.Fuzz(func(t *testing.T, b []byte, id uint16) {
		if checkAnswer(b, id) == nil && (len(b) < 12 || b[2]&0x80 == 0) {
			t.Errorf("took %x for an answer", b)
		}
	})
}

// Every DNS server is asked: a dead one beside one that answers is named, and no reason to go back.
func TestDeadDNSServerIsAWarning(t *testing.T) {
	connect(t, "eth7", "192.0.2.1/24")
	route(t, assign(t, "eth7", "192.0.2.10/24"), "192.0.2.1")
	s := wanted(t, "192.0.2.10/24", "192.0.2.1", "192.0.2.99")
	s.Adapters[0].DNS = append(s.Adapters[0].DNS, netip.MustParseAddr("192.0.2.1"))
	begun := time.Now()
	warnings, err := Reader{}.Verify(limited(t, 20*time.Second), network.Settings{}, s)
	must(t, err)
	if len(warnings) != 1 || !strings.Contains(warnings[0], "192.0.2.99 of eth7 does not answer, 192.0.2.1 does") {
		t.Errorf("warnings %q", warnings)
	}
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("waited %s for the dead one", took)
	}
}

// A kernel without the module says so at once, by name: nothing is tried.
func TestMissingModuleIsNamed(t *testing.T) {
	s := network.Settings{Adapters: []network.Adapter{{Name: "eth7", DHCP: true}, {Name: "eth7.5", VLAN: &network.VLAN{ID: 5, Parent: "eth7"}},
		{Name: "bond0", Bond: &network.Bond{Mode: "active-backup"}}, {Name: "br0", Bridge: &network.Bridge{}}}}
	for lacks, want := range map[string]string{"vlan": "no eth7.5: its module 8021q is missing", "bond": "no bond0: its module bonding is missing", "bridge": "no br0: its module bridge is missing", "": ""} {
		err := makeable(network.Settings{}, s, func(kind string) (bool, error) { return kind != lacks, nil })
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("without %q: %v, want %q", lacks, err, want)
		}
	}
	if err := makeable(s, s, func(string) (bool, error) { return false, nil }); err != nil {
		t.Errorf("what is there already is not asked for: %v", err)
	}
}

// The question makes nothing, and the answer is what making one says.
func TestKnows(t *testing.T) {
	needRoot(t)
	before, err := netlink.LinkList()
	must(t, err)
	for name, probe := range map[string]netlink.Link{
		"bridge": &netlink.Bridge{LinkAttrs: netlink.LinkAttrs{Name: "probe7"}}, "bond": netlink.NewLinkBond(netlink.LinkAttrs{Name: "probe7"}),
		"nonsense": &netlink.GenericLink{LinkAttrs: netlink.LinkAttrs{Name: "probe7"}, LinkType: "nonsense"}} {
		known, err := knows(name)
		must(t, err)
		err = netlink.LinkAdd(probe)
		if known != (err == nil) {
			t.Errorf("knows %s: %v, but making one says %v", name, known, err)
		}
		if err == nil {
			must(t, netlink.LinkDel(probe))
		}
	}
	if after, err := netlink.LinkList(); err != nil || len(after) != len(before) {
		t.Errorf("links before %d, after %d, %v", len(before), len(after), err)
	}
}
