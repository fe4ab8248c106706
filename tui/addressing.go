package tui

import (
	"fmt"

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

// addAddressing adds the rows; mtu is what the adapter has now, in bytes, 0 for one that is not there.
func addAddressing(f *formView, s api.AdapterSettings, mtu int) *addressing {
	v := form.FromSettings(s)
	a := &addressing{rows: map[string]*row{}}
	r, scheme := f.choice("IP scheme", v.Scheme, form.DHCP, form.Static, form.None)
	a.scheme = scheme
	a.rows["addresses"], a.address = f.field("IP address", v.Address)
	a.rows["mask"], a.mask = f.field("Subnet mask", v.Mask)
	a.rows["gateway"], a.gateway = f.field("Default gateway", v.Gateway)
	a.static = []*row{a.rows["addresses"], a.rows["mask"], a.rows["gateway"]}
	a.rows["ipv6"], a.ipv6 = f.choice("IPv6", v.IPv6, "auto", "static", "off")
	a.rows["more"], a.more = f.field("More addresses", v.More)
	a.rows["gateway6"], a.gateway6 = f.field("IPv6 gateway", v.Gateway6)
	a.rows["mtu"], a.mtu = f.field("MTU", v.MTU)
	r.help = func() string { return schemeHelp[a.scheme.value()] }
	a.rows["addresses"].help = says("The IPv4 address of this adapter, such as 192.168.1.10.")
	a.rows["mask"].help = says("Such as 255.255.255.0, or a prefix length such as 24.")
	a.rows["gateway"].help = says("The router that leads out of this network; empty for none.")
	a.rows["ipv6"].help = func() string { return ipv6Help[a.ipv6.value()] }
	a.rows["more"].help = says("Further addresses with their prefix lengths, separated by commas, such as fd00::10/64.")
	a.rows["gateway6"].help = says("The router for IPv6; empty takes the one that announces itself.")
	a.rows["mtu"].help = says("The largest packet in bytes; empty leaves the adapter's own" + now(mtu) + ".")
	a.fit()
	return a
}

var schemeHelp = map[string]string{
	form.DHCP:   "DHCP takes the address, the gateway and the name servers from a server in the network.",
	form.Static: "The adapter has the address that you type.",
	form.None:   "The adapter has no IPv4 address.",
}

var ipv6Help = map[string]string{
	"auto":   "Takes what routers announce, besides the addresses below.",
	"static": "Takes the addresses below and nothing that routers announce.",
	"off":    "No IPv6 at all on this adapter.",
}

func now(mtu int) string {
	if mtu == 0 {
		return ""
	}
	return fmt.Sprintf(", %d now", mtu)
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
