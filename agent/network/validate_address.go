package network

import (
	"net/netip"
)

func (v *validation) addressing(a Adapter) {
	if len(a.Addresses) > maxAddresses {
		v.say(a.Name, "addresses", "%d addresses are more than %d", len(a.Addresses), maxAddresses)
		return
	}
	if a.DHCP && a.has4() {
		v.say(a.Name, "addresses", "choose DHCP or IPv4 addresses of your own, not both")
	}
	switch a.IPv6 {
	case "", IPv6Auto, IPv6Static:
	case IPv6Off:
		if a.has6() || a.Gateway6.IsValid() {
			v.say(a.Name, "ipv6", "IPv6 is off: remove the IPv6 addresses and gateway, or switch it on")
		}
	default:
		v.say(a.Name, "ipv6", "%.20q is no way to get IPv6 addresses: use auto, static or off", string(a.IPv6))
	}
	for i, p := range a.Addresses {
		v.address(a, p)
		for _, q := range a.Addresses[:i] {
			if p.Addr() == q.Addr() {
				v.say(a.Name, "addresses", "address %s is named twice", p.Addr())
			}
		}
	}
	if a.MTU != 0 && (a.MTU < MinMTU || a.MTU > MaxMTU) {
		v.say(a.Name, "mtu", "an MTU is %d to %d bytes, not %d", MinMTU, MaxMTU, a.MTU)
	}
}

func (v *validation) address(a Adapter, p netip.Prefix) {
	ip := p.Addr()
	switch {
	case !p.IsValid():
		v.say(a.Name, "addresses", "an address is missing: write it with its prefix length, such as 192.168.1.10/24")
	case !unicast(ip):
		v.say(a.Name, "addresses", "no host can have the address %s", ip)
	case ip.IsLinkLocalUnicast():
		v.say(a.Name, "addresses", "%s is link-local: adapters give themselves such addresses", ip)
	case p.Bits() == 0:
		v.say(a.Name, "addresses", "%s has no network part: a prefix length is 1 to %d", p, ip.BitLen())
	case isNetwork(p):
		v.say(a.Name, "addresses", "%s is the address of the network %s itself; choose one inside it", ip, p.Masked())
	case isBroadcast(p, ip):
		v.say(a.Name, "addresses", "%s is the broadcast address of %s; choose one inside it", ip, p.Masked())
	}
}

func (v *validation) gateways(a Adapter) {
	if a.DHCP && a.Gateway.IsValid() {
		v.say(a.Name, "gateway", "DHCP names the gateway: leave it empty, or choose a static address")
	} else if a.Gateway.IsValid() {
		v.gateway(a, "gateway", a.Gateway, a.Gateway.Is4())
	}
	if a.Gateway6.IsValid() {
		v.gateway(a, "gateway6", a.Gateway6, a.Gateway6.Is6())
	}
}

func (v *validation) gateway(a Adapter, field string, gw netip.Addr, family bool) {
	if !family || !unicast(gw) {
		v.say(a.Name, field, "%s cannot be a gateway here", gw)
		return
	}
	if gw.Is6() && gw.IsLinkLocalUnicast() {
		return // routers are known by link-local addresses (RFC 4861, 6.1.2)
	}
	inside := false
	for _, p := range a.Addresses {
		if !p.IsValid() || !p.Contains(gw) {
			continue
		}
		inside = true
		switch {
		case p.Addr() == gw:
			v.say(a.Name, field, "%s is this host's own address: the gateway is another machine", gw)
		case isNetwork(netip.PrefixFrom(gw, p.Bits())), isBroadcast(p, gw):
			v.say(a.Name, field, "%s is the network or broadcast address of %s; no gateway can have it", gw, p.Masked())
		}
	}
	if !inside {
		v.say(a.Name, field, "gateway %s is in no network of this adapter: check it, the address and the prefix length", gw)
	}
}

// isNetwork says whether the address is its IPv4 network's first, which names the network. /31 and /32 have none
// (RFC 3021).
func isNetwork(p netip.Prefix) bool {
	return p.Addr().Is4() && p.Bits() < 31 && p.Masked().Addr() == p.Addr()
}

// isBroadcast says whether ip is the last address of the IPv4 network.
func isBroadcast(p netip.Prefix, ip netip.Addr) bool {
	return ip.Is4() && p.Bits() < 31 && p.Contains(ip) && !p.Contains(ip.Next())
}
