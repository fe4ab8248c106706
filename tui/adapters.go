package tui

import (
	"fmt"
	"slices"
	"strings"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/tui/form"
)

// adapters lists them, each with its addresses in CIDR notation.
func (c *console) adapters() {
	f := newForm("Choose an adapter to set it, or make a new one of those there are.")
	p := c.pushForm("Host network adapters", f)
	p.refreshed = func() {
		f.clear(0)
		for _, name := range c.adapterNames() {
			b := &button{text: name, value: c.adapterState(name), press: func() { c.adapter(name) }}
			f.add("", b)
		}
		f.add("", &button{text: "Create VLAN", value: "a tagged network on an adapter", press: c.createVLAN})
		f.add("", &button{text: "Create bond", value: "several adapters as one", press: c.createBond})
		f.add("", &button{text: "Create bridge", value: "a switch between adapters", press: c.createBridge})
	}
	p.refreshed()
}

// adapterNames are those the kernel has, then those that are only in the settings.
func (c *console) adapterNames() (names []string) {
	for _, a := range c.seen.network.Adapters {
		names = append(names, a.Name)
	}
	for _, s := range c.seen.network.Confirmed {
		if !slices.Contains(names, s.Name) {
			names = append(names, s.Name)
		}
	}
	return names
}

func (c *console) adapterState(name string) string {
	for _, a := range c.seen.network.Adapters {
		if a.Name == name {
			return strings.TrimLeft(strings.TrimPrefix(adapterLine(a), name), ", ") + ", " + a.Mac
		}
	}
	return "in the settings, but not there"
}

// settings is what an adapter is set to; one that nobody has set takes its address by DHCP.
func (c *console) settings(name string) (api.AdapterSettings, bool) {
	for _, s := range c.seen.network.Confirmed {
		if s.Name == name {
			return s, true
		}
	}
	return api.AdapterSettings{Name: name, Dhcp: true}, false
}

func (c *console) observed(name string) api.Adapter {
	for _, a := range c.seen.network.Adapters {
		if a.Name == name {
			return a
		}
	}
	return api.Adapter{}
}

// carriesCluster names the cluster whose node address is on the adapter, or on one that lies on it; empty for none.
func (c *console) carriesCluster(name string) string {
	for _, k := range c.seen.clusters {
		for _, n := range k.Nodes {
			on := slices.ContainsFunc(c.observed(name).Addresses, func(cidr string) bool { return strings.HasPrefix(cidr, n.Address+"/") })
			if n.Host == c.seen.host.Id && n.Address != "" && on {
				return k.Name
			}
		}
	}
	for _, s := range c.seen.network.Confirmed {
		if s.Vlan.Parent == name || slices.Contains(s.Bond.Members, name) || slices.Contains(s.Bridge.Members, name) {
			if k := c.carriesCluster(s.Name); k != "" {
				return k
			}
		}
	}
	return ""
}

// adapter is the form of one that exists.
func (c *console) adapter(name string) {
	base, set := c.settings(name)
	now := c.observed(name)
	if k := c.carriesCluster(name); k != "" {
		f := newForm(fmt.Sprintf("This adapter carries cluster %s, whose certificates and etcd name its address. Delete the cluster before you change it.", k))
		f.text("Adapter", name)
		f.text("Addresses", strings.Join(now.Addresses, ", "))
		f.text("Default gateway", form.OrDash(now.Gateway))
		f.text("DNS", form.OrDash(strings.Join(now.Dns, ", ")))
		f.text("MTU", fmt.Sprint(now.Mtu))
		c.pushForm("Adapter "+name, f)
		return
	}
	f := newForm("")
	f.text("Now", c.adapterState(name))
	k := c.kindRows(f, base)
	fields := addAddressing(f, base, now.Mtu)
	e := c.editing(f, k, fields, func(own form.Problems) api.AdapterSettings {
		want := base
		if base.Dhcp && fields.scheme.value() == form.Static && len(want.Dns) == 0 {
			want.Dns = now.Dns // what DHCP named so far; the difference shows it
		}
		return k.settings(want, own)
	})
	e.was = name
	f.button("Apply", e.apply)
	if set && isVirtual(base) {
		f.button("Delete "+name, func() { c.difference(api.NetworkChange{Remove: []string{name}}) })
	}
	fields.scheme.moved = func() { fields.suggest(now) }
	c.pushForm("Adapter "+name, f)
}
