package tui

import (
	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/tui/form"
)

// members are the choices of which adapters a bond or bridge takes.
type members struct {
	names []string
	asked []*choice
}

// memberRows asks of each adapter whether it is a member; problems of the members stand at the first.
func (c *console) memberRows(f *formView, rows map[string]*row, field string) (m members) {
	for _, a := range c.seen.network.Adapters {
		if c.carriesCluster(a.Name) != "" {
			continue
		}
		r, w := f.choice("Member "+a.Name, "no", "no", "yes")
		if rows[field] == nil {
			rows[field] = r
		}
		m.names, m.asked = append(m.names, a.Name), append(m.asked, w)
	}
	return m
}

// list is who was chosen.
func (m members) list() (names []string) {
	for i, w := range m.asked {
		if w.value() == "yes" {
			names = append(names, m.names[i])
		}
	}
	return names
}

// stripped are the members that have settings of their own, without what a member may not have: in one change with their
// bond or bridge, so that the host never stands without an address in between.
func (c *console) stripped(m members) (out []api.AdapterSettings) {
	for _, name := range m.list() {
		if s, set := c.settings(name); set {
			s.Dhcp, s.Addresses, s.Gateway, s.Gateway6, s.Dns, s.Search, s.Ipv6 = false, nil, "", "", nil, nil, ""
			out = append(out, s)
		}
	}
	return out
}

// create ends the form of a new adapter with its addressing, and shows it. The first member that has settings hands its
// addresses on.
func (c *console) create(title string, f *formView, rows map[string]*row, m members, kind func(form.Problems) api.AdapterSettings) {
	from := api.AdapterSettings{Dhcp: true}
	fields := addAddressing(f, from)
	for name, r := range fields.rows {
		rows[name] = r
	}
	for i, w := range m.asked {
		w.moved = func() {
			if s, set := c.settings(m.names[i]); set && w.value() == "yes" && len(m.list()) == 1 {
				from = s
				fields.fill(s)
			}
		}
	}
	e := &editor{c: c, f: f, rows: rows, others: func() []api.AdapterSettings { return c.stripped(m) }, read: func() (api.AdapterSettings, form.Problems) {
		own := form.Problems{}
		s := kind(own)
		s.Dns, s.Search = from.Dns, from.Search
		s, problems := fields.settings(s)
		for field, text := range own {
			problems[field] = text
		}
		return s, problems
	}}
	f.button("Create", e.apply)
	f.changed = e.check
	c.pushForm(title, f)
}
