package tui

import (
	"slices"
	"strconv"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/tui/form"
)

// bondModes are the kernel's seven, with what a person must know to choose one (Documentation/networking/bonding.rst).
var bondModes = []struct{ name, help string }{
	{"active-backup", "One member works and the next takes over when it fails. The switch need not know."},
	{"802.3ad", "All members share the load by LACP. The switch's ports must be set to it."},
	{"balance-rr", "Packets go out by turns. The switch's ports must be one static group."},
	{"balance-xor", "What goes to one machine takes one member. The switch's ports must be one static group."},
	{"broadcast", "Everything goes out on every member."},
	{"balance-tlb", "What goes out is shared among the members. The switch need not know."},
	{"balance-alb", "What goes out and what comes in is shared among the members. The switch need not know."},
}

func bondModeNames() (names []string) {
	for _, m := range bondModes {
		names = append(names, m.name)
	}
	return names
}

// kind is the part of a form that says what a VLAN, bond or bridge is made of. The zero kind is that of hardware.
type kind struct {
	rows    map[string]*row // by the API's name of the field
	members members
	// settings is s with what the rows say.
	settings func(s api.AdapterSettings, p form.Problems) api.AdapterSettings
}

// kindRows are those of an adapter that exists.
func (c *console) kindRows(f *formView, s api.AdapterSettings) kind {
	switch {
	case s.Vlan.Parent != "":
		return c.vlanRows(f, s)
	case s.Bond.Mode != "":
		return c.bondRows(f, s)
	case isBridge(s):
		return c.bridgeRows(f, s)
	}
	return kind{settings: func(s api.AdapterSettings, _ form.Problems) api.AdapterSettings { return s }}
}

func isBridge(s api.AdapterSettings) bool { return len(s.Bridge.Members) > 0 || s.Bridge.Stp }

func isVirtual(s api.AdapterSettings) bool {
	return s.Vlan.Parent != "" || s.Bond.Mode != "" || isBridge(s)
}

// vlanRows name a VLAN after its adapter and id, unless it has a name of another kind.
func (c *console) vlanRows(f *formView, was api.AdapterSettings) kind {
	rows := map[string]*row{}
	var parent *choice
	var id *textField
	before := ""
	if was.Vlan.Id != 0 {
		before = strconv.Itoa(was.Vlan.Id)
	}
	below := c.adapterNames()
	below = slices.DeleteFunc(below, func(name string) bool { s, _ := c.settings(name); return s.Vlan.Parent != "" })
	rows["vlan.parent"], parent = f.choice("Adapter", was.Vlan.Parent, below...)
	rows["vlan.parent"].help = says("The adapter whose cable or bond carries the VLAN.")
	rows["vlan.id"], id = f.field("VLAN ID", before)
	rows["vlan.id"].help = says("The number that the switch has for this VLAN, 1 to 4094.")
	return kind{rows: rows, settings: func(s api.AdapterSettings, p form.Problems) api.AdapterSettings {
		n, err := strconv.Atoi(id.value())
		if err != nil || n < 1 || n > 4094 {
			p["vlan.id"] = "A VLAN ID is a number from 1 to 4094."
		}
		if s.Name == was.Vlan.Parent+"."+before || s.Name == "" {
			s.Name = parent.value() + "." + strconv.Itoa(n)
		}
		s.Vlan = api.VLAN{Id: n, Parent: parent.value()}
		return s
	}}
}

func (c *console) bondRows(f *formView, was api.AdapterSettings) kind {
	rows := map[string]*row{}
	var monitor *textField
	var mode *choice
	every := was.Bond.MonitorMillis
	if every == 0 {
		every = 100
	}
	rows["bond.mode"], mode = f.choice("Mode", was.Bond.Mode, bondModeNames()...)
	rows["bond.mode"].help = func() string { return bondModes[mode.at].help }
	rows["bond.monitorMillis"], monitor = f.field("Link check (ms)", strconv.Itoa(every))
	rows["bond.monitorMillis"].help = says("How often the members' links are looked at, in milliseconds: 1 to 10000.")
	m := c.memberRows(f, rows, "bond.members", was, func(s api.AdapterSettings) bool { return !isVirtual(s) })
	return kind{rows: rows, members: m, settings: func(s api.AdapterSettings, p form.Problems) api.AdapterSettings {
		n, err := strconv.Atoi(monitor.value())
		if err != nil {
			p["bond.monitorMillis"] = "The monitoring interval is a number of milliseconds, such as 100."
		}
		s.Bond = api.Bond{Mode: mode.value(), MonitorMillis: n, Members: m.list()}
		return s
	}}
}

func (c *console) bridgeRows(f *formView, was api.AdapterSettings) kind {
	rows := map[string]*row{}
	tree := "no"
	if was.Bridge.Stp {
		tree = "yes"
	}
	r, stp := f.choice("Spanning tree", tree, "yes", "no")
	r.help = says("yes keeps a loop of cables from flooding the network; a link then takes 30 s before it forwards.")
	m := c.memberRows(f, rows, "bridge.members", was, func(s api.AdapterSettings) bool { return !isBridge(s) })
	return kind{rows: rows, members: m, settings: func(s api.AdapterSettings, p form.Problems) api.AdapterSettings {
		s.Bridge = api.Bridge{Stp: stp.value() == "yes", Members: m.list()}
		if len(s.Bridge.Members) == 0 {
			p["bridge.members"] = "A bridge needs a member."
		}
		return s
	}}
}
