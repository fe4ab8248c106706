package tui

import (
	"slices"
	"strconv"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/tui/form"
)

func (c *console) createVLAN() {
	if len(c.adapterNames()) == 0 {
		c.message = "This host has no network adapter to make a VLAN on."
		return
	}
	f := newForm("A VLAN (IEEE 802.1Q) carries only what is tagged with its id.")
	k := c.vlanRows(f, api.AdapterSettings{Vlan: api.VLAN{Parent: c.defaultAdapter()}})
	c.create("Create VLAN", f, k, "vlan.id", func() string { return "" })
}

func (c *console) createBond() {
	f := newForm("A bond joins adapters into one, for a second cable or for more throughput.")
	r, name := f.field("Name", c.freeName("bond"))
	k := c.bondRows(f, api.AdapterSettings{Bond: api.Bond{Mode: bondModes[0].name}})
	k.rows["name"] = r
	c.create("Create bond", f, k, "name", name.value)
}

func (c *console) createBridge() {
	f := newForm("A bridge switches between its members.")
	r, name := f.field("Name", c.freeName("br"))
	k := c.bridgeRows(f, api.AdapterSettings{Bridge: api.Bridge{Stp: true}})
	k.rows["name"] = r
	c.create("Create bridge", f, k, "name", name.value)
}

// freeName is prefix with the first number that no adapter has.
func (c *console) freeName(prefix string) string {
	for n := 0; ; n++ {
		if name := prefix + strconv.Itoa(n); !slices.Contains(c.adapterNames(), name) {
			return name
		}
	}
}

// create ends the form of a new adapter with its addressing, and shows it. naming is the field that its name depends on. The
// first member that has settings hands its addresses on.
func (c *console) create(title string, f *formView, k kind, naming string, name func() string) {
	from := api.AdapterSettings{Dhcp: true}
	fields := addAddressing(f, from, 0)
	for i, w := range k.members.asked {
		w.moved = func() {
			if s, set := c.settings(k.members.names[i]); set && w.value() == "yes" && len(k.members.list()) == 1 {
				from = s
				fields.fill(s)
			}
		}
	}
	e := c.editing(f, k, fields, func(own form.Problems) api.AdapterSettings {
		s := k.settings(api.AdapterSettings{Name: name(), Dns: from.Dns, Search: from.Search}, own)
		if slices.Contains(c.adapterNames(), s.Name) && own[naming] == "" {
			own[naming] = "There is an adapter " + s.Name + " already."
		}
		return s
	})
	f.button("Create", e.apply)
	c.pushForm(title, f)
}

// editing is the editor of an adapter's form: what it is made of, and its addresses. settings is the adapter without the
// addresses, and says its own problems.
func (c *console) editing(f *formView, k kind, fields *addressing, settings func(own form.Problems) api.AdapterSettings) *editor {
	rows := fields.rows
	for field, r := range k.rows {
		rows[field] = r
	}
	e := &editor{c: c, f: f, rows: rows, others: func() []api.AdapterSettings { return c.stripped(k.members) }}
	e.read = func() (api.AdapterSettings, form.Problems) {
		own := form.Problems{}
		s, problems := fields.settings(settings(own))
		for field, text := range own {
			problems[field] = text
		}
		return s, problems
	}
	f.changed = e.check
	return e
}
