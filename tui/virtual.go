package tui

import (
	"slices"
	"strconv"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/tui/form"
)

// bondModes are the kernel's seven.
var bondModes = []string{"active-backup", "802.3ad", "balance-rr", "balance-xor", "broadcast", "balance-tlb", "balance-alb"}

func (c *console) createVLAN() {
	names := c.adapterNames()
	if len(names) == 0 {
		c.message = "This host has no network adapter to make a VLAN on."
		return
	}
	f := newForm("A VLAN (IEEE 802.1Q) carries only what is tagged with its id.")
	rows := map[string]*row{}
	var parent *choice
	rows["vlan.parent"], parent = f.choice("Adapter", c.defaultAdapter(), names...)
	var id *textField
	rows["vlan.id"], id = f.field("VLAN ID", "")
	c.create("Create VLAN", f, rows, members{}, func(p form.Problems) api.AdapterSettings {
		n, err := strconv.Atoi(id.value())
		if err != nil || n < 1 || n > 4094 {
			p["vlan.id"] = "A VLAN ID is a number from 1 to 4094."
		}
		return api.AdapterSettings{Name: parent.value() + "." + strconv.Itoa(n), Vlan: api.VLAN{Id: n, Parent: parent.value()}}
	})
}

func (c *console) createBond() {
	f := newForm("A bond joins adapters into one, for a second cable or for more throughput.")
	rows := map[string]*row{}
	var name, monitor *textField
	var mode *choice
	rows["name"], name = f.field("Name", c.freeName("bond"))
	rows["bond.mode"], mode = f.choice("Mode", "active-backup", bondModes...)
	rows["bond.monitorMillis"], monitor = f.field("Link check (ms)", "100")
	m := c.memberRows(f, rows, "bond.members")
	c.create("Create bond", f, rows, m, func(p form.Problems) api.AdapterSettings {
		n, err := strconv.Atoi(monitor.value())
		if err != nil {
			p["bond.monitorMillis"] = "The monitoring interval is a number of milliseconds, such as 100."
		}
		return api.AdapterSettings{Name: name.value(), Bond: api.Bond{Mode: mode.value(), MonitorMillis: n, Members: m.list()}}
	})
}

func (c *console) createBridge() {
	f := newForm("A bridge switches between its members.")
	rows := map[string]*row{}
	var name *textField
	rows["name"], name = f.field("Name", c.freeName("br"))
	_, stp := f.choice("Spanning tree", "yes", "yes", "no")
	m := c.memberRows(f, rows, "members")
	c.create("Create bridge", f, rows, m, func(p form.Problems) api.AdapterSettings {
		list := m.list()
		if len(list) == 0 {
			p["members"] = "A bridge needs a member."
		}
		return api.AdapterSettings{Name: name.value(), Bridge: api.Bridge{Stp: stp.value() == "yes", Members: list}}
	})
}

// freeName is prefix with the first number that no adapter has.
func (c *console) freeName(prefix string) string {
	for n := 0; ; n++ {
		if name := prefix + strconv.Itoa(n); !slices.Contains(c.adapterNames(), name) {
			return name
		}
	}
}
