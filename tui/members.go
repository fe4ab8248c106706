package tui

import (
	"slices"

	"github.com/slipway-os/slipway/agent/api"
)

// members are the choices of which adapters a bond or bridge takes.
type members struct {
	names []string
	asked []*choice
}

// memberRows asks of each adapter that fits whether it is a member of the bond or bridge; problems of the members stand at
// the first.
func (c *console) memberRows(f *formView, rows map[string]*row, field string, of api.AdapterSettings, fits func(api.AdapterSettings) bool) (m members) {
	now := slices.Concat(of.Bond.Members, of.Bridge.Members)
	for _, name := range c.adapterNames() {
		s, _ := c.settings(name)
		in := slices.Contains(now, name)
		if !in && (name == of.Name || !fits(s) || c.carriesCluster(name) != "") {
			continue
		}
		is := "no"
		if in {
			is = "yes"
		}
		r, w := f.choice("Member "+name, is, "no", "yes")
		r.help = says("A member has no addresses of its own; those that it has move up.")
		if rows[field] == nil {
			rows[field] = r
		}
		m.names, m.asked = append(m.names, name), append(m.asked, w)
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
