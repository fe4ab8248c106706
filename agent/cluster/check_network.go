package cluster

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

func dns(r run, s subject) []verdict {
	if len(s.facts.DNSServers) > 0 {
		return []verdict{ok("uses %s", strings.Join(s.facts.DNSServers, ", "))}
	}
	for _, n := range r.plan.Config.NTPServers {
		if _, err := netip.ParseAddr(n); err != nil {
			return []verdict{warn("Give the host a DNS server, or name the NTP server by its address.",
				"no DNS server, so NTP server %s cannot be resolved", n)}
		}
	}
	return []verdict{ok("no DNS server; only names inside the cluster are resolved")}
}

func cidrOverlap(r run, s subject) []verdict {
	if s.facts.Adapters == nil {
		return []verdict{unknown("the adapters were not read")}
	}
	c := r.plan.Config
	ranges := namedRanges(c.PodCIDR, c.ServiceCIDR)
	if text := overlap(ranges, networksOf(s.facts.Adapters, s.facts.DNSServers)); text != "" {
		return []verdict{fail("Choose pod and service ranges that are used nowhere in your network.", "%s", text)}
	}
	return []verdict{ok("pod and service ranges are free")}
}

// network is a range of addresses with the words that name it.
type network struct {
	name   string
	prefix netip.Prefix
}

// namedRanges returns the cluster's own ranges; one that does not parse is left to Validate.
func namedRanges(pod, service string) []network {
	var out []network
	for _, r := range []struct{ name, cidr string }{{"the pod range", pod}, {"the service range", service}} {
		if p, err := netip.ParsePrefix(r.cidr); err == nil {
			out = append(out, network{r.name, p.Masked()})
		}
	}
	return out
}

// networksOf returns what a host is connected to or talks to.
func networksOf(adapters []AdapterFacts, dnsServers []string) []network {
	var out []network
	for _, a := range adapters {
		for _, s := range a.Prefixes {
			if p, err := netip.ParsePrefix(s); err == nil {
				out = append(out, network{"the network of adapter " + a.Name, p.Masked()})
			}
		}
	}
	for _, s := range dnsServers {
		if a, err := netip.ParseAddr(s); err == nil {
			out = append(out, network{"the DNS server", netip.PrefixFrom(a, a.BitLen())})
		}
	}
	return out
}

// overlap returns a sentence about the first of ranges that overlaps one of others, or "".
func overlap(ranges, others []network) string {
	for _, r := range ranges {
		for _, o := range others {
			if r.prefix.Overlaps(o.prefix) {
				return fmt.Sprintf("%s %s overlaps %s %s", r.name, r.prefix, o.name, o.prefix)
			}
		}
	}
	return ""
}

func vipFree(r run, s subject) []verdict {
	vip := r.plan.Config.VIP
	switch {
	case vip == "":
		return nil
	case s.facts.VIPAnswer != "":
		return []verdict{fail("Choose an address that no device uses, outside the range of the DHCP server.",
			"the VIP %s is in use: %s answers for it", vip, r.ownerOf(s.facts.VIPAnswer))}
	case s.facts.VIPProbed:
		return []verdict{ok("nobody answers for %s", vip)}
	case s.member.Role == RoleWorker:
		return nil // a worker need not share the VIP's network
	}
	return []verdict{unknown("the VIP %s was not probed", vip)}
}

// ownerOf names the host of the run that has a MAC, if it is one.
func (r run) ownerOf(mac string) string {
	for _, s := range r.subjects {
		for _, a := range s.facts.Adapters {
			if strings.EqualFold(a.MAC, mac) {
				return fmt.Sprintf("host %s (%s, adapter %s)", s.member.Node.Name, mac, a.Name)
			}
		}
	}
	return mac
}

func portsFree(r run, s subject) []verdict {
	ports := r.plan.Config.ports(s.member.Role)
	if s.facts.PortsBusy == nil {
		return []verdict{unknown("the ports were not tried")}
	}
	var busy []string
	for _, p := range ports {
		if holder, taken := s.facts.PortsBusy[p.Key()]; taken {
			busy = append(busy, withDetail(fmt.Sprintf("%s (%s)", p.Key(), p.Purpose), holder))
		}
	}
	if len(busy) > 0 {
		return []verdict{fail("Stop the programs that hold these ports.", "ports are in use: %s", reason(busy))}
	}
	return []verdict{ok("%d ports are free", len(ports))}
}

// portsReachable answers per peer. A port that is busy on the peer is that host's own failure and is not held against the way.
func portsReachable(r run, s subject) []verdict {
	var out []verdict
	for _, peer := range r.subjects {
		if peer.member.Node.HostID != s.member.Node.HostID {
			v := r.reachPeer(s, peer)
			v.peer = peer.member.Node.Name
			out = append(out, v)
		}
	}
	return out
}

func (r run) reachPeer(s, peer subject) verdict {
	tried := s.facts.Reach[peer.member.Node.HostID]
	var bad, untried []string
	ports := r.plan.Config.dialedPorts(s.member.Role, peer.member.Role)
	for _, p := range ports {
		problem, was := tried[p.Key()]
		_, busy := peer.facts.PortsBusy[p.Key()]
		switch {
		case busy:
		case !was:
			untried = append(untried, p.Key())
		case problem != "":
			bad = append(bad, fmt.Sprintf("%s (%s): %s", p.Key(), p.Purpose, problem))
		}
	}
	name := peer.member.Node.Name
	switch {
	case len(bad) > 0:
		return fail("Open these ports between the hosts: firewall, security groups, VLANs.", "cannot reach %s: %s", name, reason(bad))
	case len(untried) > 0:
		return unknown("not tried towards %s: %s", name, reason(untried))
	}
	return ok("reaches %s on %d ports", name, len(ports))
}

// inSubnet is true when one of the host's own prefixes on adapter holds addr.
func inSubnet(h Host, adapter string, addr netip.Addr) bool {
	return slices.ContainsFunc(h.Adapters, func(a AdapterFacts) bool {
		return a.Name == adapter && slices.ContainsFunc(a.Prefixes, func(s string) bool {
			p, err := netip.ParsePrefix(s)
			return err == nil && p.Bits() < p.Addr().BitLen() && p.Contains(addr)
		})
	})
}
