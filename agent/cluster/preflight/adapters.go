package preflight

import (
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/slipway-os/slipway/agent/cluster"
)

// notAdapters are links of containers and pod networks, by prefix of their names.
var notAdapters = []string{"cali", "veth", "vxlan.calico", "docker", "cni", "kube-", "tunl", "flannel", "dummy"}

func isAdapter(name string) bool {
	return name != "lo" && !slices.ContainsFunc(notAdapters, func(p string) bool { return strings.HasPrefix(name, p) })
}

func (g *Gatherer) adapters() ([]cluster.AdapterFacts, error) {
	links, err := net.Interfaces()
	if err != nil {
		return nil, err
	}
	routes, _ := g.text("/proc/net/route") // no default route known is no default route
	leaves := defaultRouteLinks(routes)
	out := []cluster.AdapterFacts{}
	for _, l := range links {
		if !isAdapter(l.Name) {
			continue
		}
		addrs, err := l.Addrs()
		if err != nil {
			return nil, err
		}
		a := cluster.AdapterFacts{Name: l.Name, MAC: l.HardwareAddr.String(), MTU: l.MTU, Prefixes: []string{},
			Carrier: l.Flags&net.FlagRunning != 0, DefaultRoute: slices.Contains(leaves, l.Name)}
		for _, addr := range addrs {
			if p, err := netip.ParsePrefix(addr.String()); err == nil && !p.Addr().IsLinkLocalUnicast() {
				a.Prefixes = append(a.Prefixes, p.String())
			}
		}
		out = append(out, a)
	}
	return out, nil
}

// defaultRouteLinks reads /proc/net/route: columns Iface, Destination, ..., Mask at 7, in hex.
func defaultRouteLinks(s string) []string {
	var out []string
	for _, line := range strings.Split(s, "\n") {
		f := strings.Fields(line)
		if len(f) >= 8 && f[1] == "00000000" && f[7] == "00000000" {
			out = append(out, f[0])
		}
	}
	return out
}

// dnsServers are those that systemd-resolved asks, or those of /etc/resolv.conf; its loopback stub is none.
func (g *Gatherer) dnsServers() []string {
	s, err := g.text("/run/systemd/resolve/resolv.conf")
	if err != nil {
		s, _ = g.text("/etc/resolv.conf")
	}
	servers := []string{}
	for _, line := range strings.Split(s, "\n") {
		f := strings.Fields(line)
		if len(f) < 2 || f[0] != "nameserver" {
			continue
		}
		if a, err := netip.ParseAddr(f[1]); err == nil && !a.IsLoopback() {
			servers = append(servers, a.String())
		}
	}
	return servers
}
