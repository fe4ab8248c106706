package cluster

import (
	"fmt"
	"net/netip"
	"slices"
)

// The sizes of the ranges: kube-controller-manager gives each node a /24 of the pod range and takes a range at most 16 bits
// larger; kube-apiserver takes at most 20 bits of service addresses, and kubeadm needs at least ten
// (k8s.io/kubernetes: cmd/kubeadm/app/apis/kubeadm/validation).
const (
	nodeBits       = 24
	minPodBits     = 8
	minServiceBits = 12
	maxServiceBits = 28
)

func (v *validation) network() {
	pod, podOK := v.cidr(VarPodCIDR, minPodBits, nodeBits)
	service, serviceOK := v.cidr(VarServiceCIDR, minServiceBits, maxServiceBits)
	if podOK && serviceOK && pod.Overlaps(service) {
		v.add("variables."+VarServiceCIDR, "the service range %s overlaps the pod range %s", service, pod)
	}
	hosts := 0
	for _, p := range v.spec.Pools {
		hosts += len(p.Hosts)
	}
	if nets := 1 << max(0, nodeBits-pod.Bits()); podOK && hosts > nets {
		v.add("variables."+VarPodCIDR, "the pod range %s has room for %d hosts of a /24 each; there are %d", pod, nets, hosts)
	}
	for _, r := range namedRanges(v.stack.Variables[VarPodCIDR], v.stack.Variables[VarServiceCIDR]) {
		v.rangeAgainstHosts(r)
	}
	v.vip()
	v.endpoint()
	v.registry()
}

// registry: a port of its own, when there is to be one.
func (v *validation) registry() {
	port := v.stack.Variables[VarRegistryPort]
	if v.stack.Variables[VarInClusterRegistry] != "true" {
		return
	}
	n := (Config{Variables: v.stack.Variables}).RegistryPort()
	taken := slices.ContainsFunc(Ports(RoleControlPlane), func(p PortProbe) bool { return p.Port == n })
	if n < 1024 || taken {
		v.add("variables."+VarRegistryPort, "%.10q is no port that the registry could have: take a free one such as 30003", port)
	}
}

// cidr reads one of the two ranges; it names the variable when the range cannot be used.
func (v *validation) cidr(name string, minBits, maxBits int) (netip.Prefix, bool) {
	field := "variables." + name
	p, err := netip.ParsePrefix(v.stack.Variables[name])
	switch {
	case err != nil || !p.Addr().Is4():
		v.add(field, "%.60q is no IPv4 range such as 100.64.0.0/18", v.stack.Variables[name])
		return p, false
	case p.Masked() != p:
		v.add(field, "%s has host bits set; did you mean %s?", p, p.Masked())
		return p, false
	case p.Bits() < minBits || p.Bits() > maxBits:
		v.add(field, "the range %s must be between /%d and /%d", p, minBits, maxBits)
		return p, false
	case p.Overlaps(loopback) || p.Overlaps(multicast) || p.Overlaps(linkLocal):
		v.add(field, "the range %s holds loopback, link-local or multicast addresses", p)
		return p, false
	}
	return p, true
}

// Ranges that no cluster may use (RFC 6890, RFC 5771).
var (
	loopback  = netip.MustParsePrefix("127.0.0.0/8")
	linkLocal = netip.MustParsePrefix("169.254.0.0/16")
	multicast = netip.MustParsePrefix("224.0.0.0/3")
)

func (v *validation) rangeAgainstHosts(r network) {
	field := "variables." + VarPodCIDR
	if r.name != "the pod range" {
		field = "variables." + VarServiceCIDR
	}
	for _, h := range v.hosts {
		if text := overlap([]network{r}, networksOf(h.Adapters, h.DNSServers)); text != "" {
			v.add(field, "%s of host %s", text, h.Name)
			return
		}
	}
	if vip, err := netip.ParseAddr(v.spec.VIP); err == nil && r.prefix.Contains(vip) {
		v.add(field, "%s %s holds the VIP %s", r.name, r.prefix, vip)
	}
}

func (v *validation) vip() {
	pool, i := v.controlPlane()
	if v.spec.VIP == "" {
		if len(pool.Hosts) > 1 && v.spec.ControlPlaneEndpoint == "" {
			v.add("vip", "is needed with more than one control-plane host: a free IPv4 address in their network (or a load balancer as controlPlaneEndpoint)")
		}
		return
	}
	vip, err := netip.ParseAddr(v.spec.VIP)
	if err != nil || !vip.Is4() || !vip.IsGlobalUnicast() {
		v.add("vip", "%.60q is no IPv4 address that hosts can have", v.spec.VIP)
		return
	}
	if only, alone := v.onlyHost(); alone && only.Address == vip.String() {
		return // nothing has to move it
	}
	for _, h := range v.hosts {
		if h.hasAddress(vip) {
			v.add("vip", "%s is the address of host %s; choose one that nobody uses", vip, h.Name)
		}
		for _, d := range h.DNSServers {
			if d == vip.String() {
				v.add("vip", "%s is a DNS server of host %s; choose one that nobody uses", vip, h.Name)
			}
		}
	}
	for j, ph := range pool.Hosts {
		v.vipOnHost(vip, ph, fmt.Sprintf("pools[%d].hosts[%d]", i, j))
	}
}

// vipOnHost wants the VIP in the network of the node adapter: kube-vip moves it by ARP, which ends at the router.
func (v *validation) vipOnHost(vip netip.Addr, ph PoolHost, field string) {
	h, found := findHost(v.hosts, ph.Host)
	adapter, prefix, hasNet := h.nodePrefix(ph.Adapter)
	if !found || !hasNet { // said already
		return
	}
	switch {
	case !inSubnet(h, adapter, vip):
		v.add("vip", "%s is not in the network %s of host %s (%s); the VIP must be in the network of every control-plane host",
			vip, prefix.Masked(), h.Name, field)
	case prefix.Bits() < 31 && (vip == prefix.Masked().Addr() || vip == broadcast(prefix)):
		v.add("vip", "%s is the network or broadcast address of %s", vip, prefix.Masked())
	}
}

func (h Host) hasAddress(addr netip.Addr) bool {
	for _, a := range h.Adapters {
		for _, s := range a.Prefixes {
			if p, err := netip.ParsePrefix(s); err == nil && p.Addr() == addr {
				return true
			}
		}
	}
	return false
}

func (v *validation) controlPlane() (Pool, int) {
	for i, p := range v.spec.Pools {
		if p.Role == RoleControlPlane {
			return p, i
		}
	}
	return Pool{}, 0
}

func broadcast(p netip.Prefix) netip.Addr {
	b := p.Masked().Addr().As4()
	for bit := p.Bits(); bit < 32; bit++ {
		b[bit/8] |= 0x80 >> (bit % 8)
	}
	return netip.AddrFrom4(b)
}
