package form

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/slipway-os/slipway/agent/api"
)

// The schemes of an adapter's IPv4 address, in the words of the screen.
const (
	DHCP   = "DHCP"
	Static = "Static"
	None   = "None"
)

// Adapter is the form of one adapter as text, one field for each line of the screen.
type Adapter struct {
	Scheme   string // DHCP, Static or None
	Address  string
	Mask     string // subnet mask or prefix length
	Gateway  string
	IPv6     string // auto, static or off
	More     string // further addresses, with their prefix lengths
	Gateway6 string
	MTU      string
}

// Problems says in words what is wrong with which field. Keys are the API's names of fields, so that what the agent says
// (POST /network/preview) lands in the same place; "mask" is a field of the form only.
type Problems map[string]string

// FromSettings fills the form with what an adapter is set to.
func FromSettings(s api.AdapterSettings) Adapter {
	a := Adapter{Scheme: None, Gateway: s.Gateway, Gateway6: s.Gateway6, IPv6: string(s.Ipv6), MTU: ""}
	if a.IPv6 == "" {
		a.IPv6 = "auto"
	}
	if s.Mtu != 0 {
		a.MTU = strconv.Itoa(s.Mtu)
	}
	var more []string
	for _, text := range s.Addresses {
		p, err := netip.ParsePrefix(text)
		if err != nil || a.Address != "" || !p.Addr().Is4() {
			more = append(more, text)
			continue
		}
		a.Scheme, a.Address, a.Mask = Static, p.Addr().String(), Mask(p.Bits())
	}
	if s.Dhcp {
		a.Scheme = DHCP
	}
	a.More = strings.Join(more, ", ")
	return a
}

// Settings is base with what the form says. With problems the settings are not complete.
func (a Adapter) Settings(base api.AdapterSettings) (api.AdapterSettings, Problems) {
	p := Problems{}
	base.Dhcp, base.Addresses, base.Gateway = a.Scheme == DHCP, nil, ""
	base.Ipv6, base.Gateway6 = api.AdapterSettingsIpv6(a.IPv6), strings.TrimSpace(a.Gateway6)
	if a.Scheme == Static {
		base.Addresses = append(base.Addresses, a.static(p))
		base.Gateway = strings.TrimSpace(a.Gateway)
		ip(p, "gateway", base.Gateway)
	}
	for _, text := range List(a.More) {
		if _, err := netip.ParsePrefix(text); err != nil {
			p["more"] = Cut(text, 40) + " is not an address with its prefix length, such as fd00::10/64."
		}
		base.Addresses = append(base.Addresses, text)
	}
	ip(p, "gateway6", base.Gateway6)
	base.Mtu = 0
	if text := strings.TrimSpace(a.MTU); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			p["mtu"] = "The MTU is a number of bytes, such as 1500; empty leaves the adapter's own."
		}
		base.Mtu = n
	}
	return base, p
}

// static reads the address and its mask. A prefix length may stand behind the address too.
func (a Adapter) static(p Problems) string {
	address, length, both := strings.Cut(strings.TrimSpace(a.Address), "/")
	mask := a.Mask
	if both {
		mask = length
	}
	addr, err := netip.ParseAddr(address)
	switch {
	case address == "":
		p["addresses"] = "A static adapter needs an IP address."
	case err != nil || !addr.Is4():
		p["addresses"] = "This is no IPv4 address; write one such as 192.168.1.10."
	}
	n, err := MaskBits(mask)
	if err != nil {
		p["mask"] = err.Error()
		if mask == "" {
			p["mask"] = "A static adapter needs a subnet mask, or a prefix length such as 24."
		}
	}
	return address + "/" + strconv.Itoa(n)
}

// ip checks that text, when there is one, is an address.
func ip(p Problems, field, text string) {
	if text == "" {
		return
	}
	if _, err := netip.ParseAddr(text); err != nil {
		p[field] = Cut(text, 40) + " is no IP address."
	}
}

// DNS is the form of the name servers.
type DNS struct{ Primary, Alternate, Search string }

// FromDNS fills the form.
func FromDNS(s api.AdapterSettings) DNS {
	d := DNS{Search: strings.Join(s.Search, ", ")}
	if len(s.Dns) > 0 {
		d.Primary, d.Alternate = s.Dns[0], strings.Join(s.Dns[1:], ", ")
	}
	return d
}

// Settings is base with the name servers of the form.
func (d DNS) Settings(base api.AdapterSettings) (api.AdapterSettings, Problems) {
	p := Problems{}
	base.Dns = append(List(d.Primary), List(d.Alternate)...)
	base.Search = List(d.Search)
	for _, text := range List(d.Primary) {
		ip(p, "dns", text)
	}
	for _, text := range List(d.Alternate) {
		ip(p, "alternate", text)
	}
	if len(List(d.Primary)) == 0 && len(base.Dns) > 0 {
		p["dns"] = "Write the first server here; the alternate is asked when it does not answer."
	}
	return base, p
}
