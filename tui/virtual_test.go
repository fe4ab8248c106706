package tui

import (
	"strings"
	"testing"

	"github.com/slipway-os/slipway/agent/api"
)

// A VLAN with its id and size of frames, as the agent gets it. Feature 32 and Feature 33.
func TestVLANIsTried(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		f, d := atAdapters(t)
		d.pick("Create VLAN")
		d.sees("VLAN ID")
		d.press("<tab>", "77", "<tab>", "<right>", "<tab>", "10.20.0.5", "<tab>", "<clear>", "24")
		d.sees("< Static >", "[10.20.0.5 ]", "Subnet mask [24 ]")
		fill(d, "MTU", "1400")
		d.pick("[ Create ]")
		tries(t, f, d, `"mtu":1400,"name":"eth0.77","vlan":{"id":77,"parent":"eth0"}`, `"addresses":["10.20.0.5/24"]`)
	})
}

// Each of the kernel's modes can be chosen, and the bond takes its members. Feature 63.
func TestBondIsTried(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		f, d := atAdapters(t)
		d.pick("Create bond")
		d.sees("Member eth1")
		d.press("<tab>")
		for _, mode := range append(bondModeNames()[1:], bondModeNames()[:2]...) {
			d.press("<right>")
			d.sees("< " + mode + " >")
		}
		d.press("<tab>", "<clear>", "250", "<tab>", "<right>", "<tab>", "<right>")
		d.sees("Member eth0 < yes >", "Member eth1 < yes >")
		d.pick("[ Create ]")
		tries(t, f, d, `"bond":{"members":["eth0","eth1"],"mode":"802.3ad","monitorMillis":250}`, `"name":"bond0"`)
	})
}

// A bond gives a member back and takes another mode; what it is not asked about stays. Feature 63.
func TestBondIsEdited(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		f, d := atAdapters(t, withBond)
		d.pick("bond0")
		d.sees("Adapter bond0", "Mode < 802.3ad >", "The switch's ports must be set to it.", "Link check (ms) [250 ]", "Member eth1 < yes >")
		d.press("<left>", "<tab>", "<tab>", "<tab>", "<left>")
		d.sees("Mode < active-backup >", "Member eth1 < no >")
		d.pick("[ Apply ]")
		tries(t, f, d, `"bond":{"members":["eth0"],"mode":"active-backup","monitorMillis":250},"dhcp":true`)
	})
}

// A VLAN that gets another id is another adapter: the old one goes in the same change. Feature 62.
func TestVLANIsEdited(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		f, d := atAdapters(t, withBond)
		d.pick("bond0.77")
		d.sees("Adapter bond0.77", "< bond0 >", "VLAN ID [77 ]", "IP address [10.20.0.5 ]")
		fill(d, "VLAN ID", "78")
		d.pick("[ Apply ]")
		tries(t, f, d, `"remove":["bond0.77"]`, `"addresses":["10.20.0.5/24"]`, `"mtu":1400,"name":"bond0.78","vlan":{"id":78,"parent":"bond0"}`)
	})
}

// A bridge takes another member, which gives up what it had. Feature 64.
func TestBridgeIsEdited(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		f, d := atAdapters(t, func(f *fakeAgent) {
			f.network.Confirmed = []api.AdapterSettings{{Name: "br0", Dhcp: true, Bridge: api.Bridge{Members: []string{"eth0"}}}, {Name: "eth0"}, {Name: "eth1", Addresses: []string{"10.9.0.1/24"}, Mtu: 9000}}
			f.network.Adapters = append(f.network.Adapters, api.Adapter{Name: "br0", Dhcp: true, Addresses: []string{}, Dns: []string{}, Carrier: true})
		})
		d.pick("br0")
		d.sees("Spanning tree < no >", "Member eth0 < yes >", "Member eth1 < no >")
		d.press("<left>", "<tab>", "<tab>", "<right>")
		d.sees("Spanning tree < yes >", "Member eth1 < yes >")
		d.pick("[ Apply ]")
		tries(t, f, d, `"bridge":{"members":["eth0","eth1"],"stp":true},"dhcp":true`, `{"dhcp":false,"mtu":9000,"name":"eth1"}`)
	})
}

// What is there is not made again: that would replace it unasked.
func TestNewAdapterNeedsANewName(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		f, d := atAdapters(t, withBond)
		d.pick("Create bond")
		d.sees("Name [bond1 ]")
		d.press("<clear>", "bond0")
		d.sees("! There is an adapter bond0 already.")
		d.press("<esc>")
		d.pick("Create VLAN")
		d.sees("Adapter < bond0 >")
		fill(d, "VLAN ID", "77")
		d.sees("! There is an adapter bond0.77 already.")
		if made := f.made(); made != "" {
			t.Errorf("calls:\n%s", made)
		}
	})
}

// A bridge over the only adapter takes its address over in one change; step by step the host would be cut off.
// Feature 64.
func TestBridgeTakesTheAddressOfItsMember(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		f := newFake(t)
		f.process.Role = "admin"
		f.network.Confirmed = []api.AdapterSettings{{Name: "eth0", Addresses: []string{"10.77.0.50/24"}, Gateway: "10.77.0.1", Dns: []string{"10.77.0.1"}, Mtu: 9000}}
		withDifference(f)
		d := sit(t, f, 80, 24)
		d.sees("3f9a1c52")
		open("Host Network Adapters")(d)
		d.pick("Create bridge")
		d.sees("Spanning tree")
		d.press("<tab>", "<tab>", "<right>")
		d.sees("< Static >", "IP address [10.77.0.50 ]", "MTU [9000 ]")
		d.pick("[ Create ]")
		d.sees("[ Try it ]")
		d.press("<tab>", "<enter>")
		d.sees("Checking link")
		want := `"set":[{"addresses":["10.77.0.50/24"],"bridge":{"members":["eth0"],"stp":true},"dhcp":false,"dns":["10.77.0.1"],"gateway":"10.77.0.1","ipv6":"auto","mtu":9000,"name":"br0"},{"dhcp":false,"mtu":9000,"name":"eth0"}]`
		if made := f.made(); !strings.Contains(made, want) {
			t.Errorf("calls:\n%s", made)
		}
	})
}

func atAdapters(t *testing.T, given ...func(*fakeAgent)) (*fakeAgent, *driver) {
	t.Helper()
	f := newFake(t)
	f.process.Role = "admin"
	withDifference(f)
	for _, g := range given {
		g(f)
	}
	d := sit(t, f, 80, 24)
	d.sees("3f9a1c52")
	open("Host Network Adapters")(d)
	d.sees("Create bridge")
	return f, d
}

// fill goes down to the field with the label and types into it.
func fill(d *driver, label, text string) {
	d.t.Helper()
	d.at(label)
	d.press("<clear>", text)
	d.sees(label + " [" + text + " ]")
}

// tries goes from the difference to the try, whose body must hold the texts.
func tries(t *testing.T, f *fakeAgent, d *driver, texts ...string) {
	t.Helper()
	d.sees("[ Try it ]")
	d.press("<tab>", "<enter>")
	d.sees("Checking link")
	for _, text := range texts {
		if made := f.made(); !strings.Contains(made, text) {
			t.Errorf("no %s in the calls:\n%s", text, made)
		}
	}
}
