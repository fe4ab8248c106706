package tui

import (
	"fmt"
	"slices"
	"strings"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/tui/form"
)

// dns sets the name servers of one adapter: the one with the default gateway unless another is chosen.
func (c *console) dns() {
	names := c.adapterNames()
	if len(names) == 0 {
		c.message = "This host has no network adapter."
		return
	}
	intro, first := "Name servers that the host asks; empty takes those of DHCP.", c.defaultAdapter()
	if k := c.carriesCluster(first); k != "" {
		intro = fmt.Sprintf("Adapter %s carries cluster %s: its name servers, %s, stay as they are until the cluster is deleted.",
			first, k, form.OrDash(strings.Join(c.observed(first).Dns, ", ")))
		names = slices.DeleteFunc(names, func(name string) bool { return c.carriesCluster(name) != "" })
		if len(names) == 0 {
			c.pushForm("DNS configuration", newForm(intro))
			return
		}
		intro += " Those of other adapters can be set."
		first = names[0]
	}
	f := newForm(intro)
	_, adapter := f.choice("Adapter", first, names...)
	rows := map[string]*row{}
	var primary, alternate, search *textField
	rows["dns"], primary = f.field("Primary", "")
	rows["alternate"], alternate = f.field("Alternate", "")
	rows["search"], search = f.field("Search domain", "")
	rows["dns"].help = says("The server that is asked first, such as 192.168.1.1.")
	rows["alternate"].help = says("Asked when the first does not answer; several separated by commas.")
	rows["search"].help = says("What short names end with: with site.example, h1 means h1.site.example.")
	now := f.text("In use now", "")
	shown := ""
	fill := func() {
		if shown == adapter.value() {
			return
		}
		shown = adapter.value()
		s, _ := c.settings(shown)
		d := form.FromDNS(s)
		primary.set(d.Primary)
		alternate.set(d.Alternate)
		search.set(d.Search)
		now.widget = &static{form.OrDash(strings.Join(c.observed(shown).Dns, ", "))}
	}
	fill()
	e := &editor{c: c, f: f, rows: rows, read: func() (api.AdapterSettings, form.Problems) {
		base, _ := c.settings(adapter.value())
		return form.DNS{Primary: primary.value(), Alternate: alternate.value(), Search: search.value()}.Settings(base)
	}}
	f.changed = func() { fill(); e.check() }
	f.button("Apply", e.apply)
	c.pushForm("DNS configuration", f)
}

func (c *console) defaultAdapter() string {
	for _, a := range c.seen.network.Adapters {
		if a.Gateway != "" {
			return a.Name
		}
	}
	return c.adapterNames()[0]
}
