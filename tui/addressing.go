package tui

import (
	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/tui/form"
)

// addressing is the part of an adapter's form that every kind of adapter has.
type addressing struct {
	scheme, ipv6                                *choice
	address, mask, gateway, more, gateway6, mtu *textField
	rows                                        map[string]*row // by the API's name of the field
	static                                      []*row          // only for static addresses
}

func addAddressing(f *formView, s api.AdapterSettings) *addressing {
	v := form.FromSettings(s)
	a := &addressing{rows: map[string]*row{}}
	_, a.scheme = f.choice("IP scheme", v.Scheme, form.DHCP, form.Static, form.None)
	a.rows["addresses"], a.address = f.field("IP address", v.Address)
	a.rows["mask"], a.mask = f.field("Subnet mask", v.Mask)
	a.rows["gateway"], a.gateway = f.field("Default gateway", v.Gateway)
	a.static = []*row{a.rows["addresses"], a.rows["mask"], a.rows["gateway"]}
	a.rows["ipv6"], a.ipv6 = f.choice("IPv6", v.IPv6, "auto", "static", "off")
	a.rows["more"], a.more = f.field("More addresses", v.More)
	a.rows["gateway6"], a.gateway6 = f.field("IPv6 gateway", v.Gateway6)
	a.rows["mtu"], a.mtu = f.field("MTU", v.MTU)
	a.fit()
	return a
}

// fill takes over what another adapter is set to.
func (a *addressing) fill(s api.AdapterSettings) {
	v := form.FromSettings(s)
	a.scheme.set(v.Scheme)
	a.ipv6.set(v.IPv6)
	for field, text := range map[*textField]string{a.address: v.Address, a.mask: v.Mask, a.gateway: v.Gateway, a.more: v.More, a.gateway6: v.Gateway6, a.mtu: v.MTU} {
		field.set(text)
	}
	a.fit()
}

// suggest fills a static address with what the adapter has now, so that keeping an address of DHCP is one key.
func (a *addressing) suggest(now api.Adapter) {
	if a.scheme.value() != form.Static || a.address.value() != "" {
		return
	}
	v := form.FromSettings(api.AdapterSettings{Addresses: now.Addresses, Gateway: now.Gateway})
	a.address.set(v.Address)
	a.mask.set(v.Mask)
	a.gateway.set(v.Gateway)
}

// fit shows the fields that the scheme has.
func (a *addressing) fit() {
	for _, r := range a.static {
		r.hidden = a.scheme.value() != form.Static
	}
	a.rows["gateway6"].hidden = a.ipv6.value() == "off"
}

func (a *addressing) settings(base api.AdapterSettings) (api.AdapterSettings, form.Problems) {
	a.fit()
	v := form.Adapter{Scheme: a.scheme.value(), Address: a.address.value(), Mask: a.mask.value(), Gateway: a.gateway.value(),
		IPv6: a.ipv6.value(), More: a.more.value(), MTU: a.mtu.value()}
	if a.ipv6.value() != "off" {
		v.Gateway6 = a.gateway6.value()
	}
	return v.Settings(base)
}
