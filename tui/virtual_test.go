package tui

import (
	"strings"
	"testing"
)

// A VLAN with its id and size of frames, as the agent gets it. Features 32 and 33.
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
		for _, mode := range append(bondModes[1:], bondModes[0], bondModes[1]) {
			d.press("<right>")
			d.sees("< " + mode + " >")
		}
		d.press("<tab>", "<clear>", "250", "<tab>", "<right>", "<tab>", "<right>")
		d.sees("Member eth0 < yes >", "Member eth1 < yes >")
		d.pick("[ Create ]")
		tries(t, f, d, `"bond":{"members":["eth0","eth1"],"mode":"802.3ad","monitorMillis":250}`, `"name":"bond0"`)
	})
}

func atAdapters(t *testing.T) (*fakeAgent, *driver) {
	t.Helper()
	f := newFake(t)
	f.process.Role = "admin"
	withDifference(f)
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
