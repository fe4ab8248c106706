package cluster

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// APIPort is where the API server of a control-plane host listens.
const APIPort = 6443

// The API server is found in one of three ways, and a spec names at most one of the first two:
//
//	vip                   kube-vip moves a free address between the control-plane hosts
//	controlPlaneEndpoint  a load balancer outside of the cluster leads to them; no kube-vip runs
//	neither               the only control-plane host answers at its own address; no kube-vip runs
//
// A VIP that is the address of the only control-plane host is the third: nothing has to move it.

// APIServer is host:port of the API server as members of the cluster and people find it. firstHost is the address of the first
// control-plane host.
func (c Config) APIServer(firstHost string) string {
	switch {
	case c.Endpoint != "":
		return c.Endpoint
	case c.VIP != "":
		return apiAt(c.VIP)
	}
	return apiAt(firstHost)
}

// EndpointHost is the name or address of the load balancer; empty without one.
func (c Config) EndpointHost() string {
	host, _, _ := net.SplitHostPort(c.Endpoint)
	return host
}

// RegistryHost is the host by which members of the cluster name its registry; others reach it at every control-plane host, and
// through a load balancer that leads there too. firstHost is the address of the first control-plane host.
func (c Config) RegistryHost(firstHost string) string {
	switch {
	case c.Endpoint != "":
		return c.EndpointHost()
	case c.VIP != "":
		return c.VIP
	}
	return firstHost
}

func apiAt(host string) string { return net.JoinHostPort(host, strconv.Itoa(APIPort)) }

// ParseEndpoint reads a load balancer's "host" or "host:port", the port being APIPort when there is none, into host:port.
func ParseEndpoint(s string) (string, error) {
	host, port := s, strconv.Itoa(APIPort)
	if strings.Contains(s, ":") {
		var err error
		if host, port, err = net.SplitHostPort(s); err != nil {
			return "", fmt.Errorf("%.80q is no host name or IPv4 address with a port, such as lb.example.com:6443", s)
		}
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 {
		return "", fmt.Errorf("%.10q is no port; take one from 1 to 65535", port)
	}
	host = strings.ToLower(host)
	addr, err := netip.ParseAddr(host)
	switch {
	case err == nil && (!addr.Is4() || !addr.IsGlobalUnicast()):
		return "", fmt.Errorf("%s is no IPv4 address that a load balancer can have", addr)
	case !isHostOrIP(host), host == "localhost", strings.HasSuffix(host, ".localhost"):
		return "", fmt.Errorf("%.80q is no host name and no IPv4 address of a load balancer", host)
	}
	return net.JoinHostPort(host, strconv.FormatUint(n, 10)), nil
}

// endpoint holds a spec to one way to find the API server.
func (v *validation) endpoint() {
	const field = "controlPlaneEndpoint"
	if v.spec.ControlPlaneEndpoint == "" {
		return
	}
	if v.spec.VIP != "" {
		v.add(field, "is a load balancer of your own, which takes the place of the VIP: give one of the two")
	}
	endpoint, err := ParseEndpoint(v.spec.ControlPlaneEndpoint)
	if err != nil {
		v.add(field, "%v", err)
		return
	}
	host, port, _ := net.SplitHostPort(endpoint)
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return // a name: only the hosts can say where it leads
	}
	only, alone := v.onlyHost()
	for _, h := range v.hosts {
		switch {
		case !h.hasAddress(addr):
		case !alone:
			v.add(field, "%s is host %s itself: without it the others could not be reached; give the address of a load balancer", addr, h.Name)
		case only.HostID == h.ID && port != strconv.Itoa(APIPort):
			v.add(field, "%s is host %s itself, whose API server listens on port %d", endpoint, h.Name, APIPort)
		}
	}
	for _, r := range namedRanges(v.stack.Variables[VarPodCIDR], v.stack.Variables[VarServiceCIDR]) {
		if r.prefix.Contains(addr) {
			v.add(field, "%s is inside %s %s", addr, r.name, r.prefix)
		}
	}
}

// onlyHost is the host that is the whole control plane, when one is.
func (v *validation) onlyHost() (n Node, alone bool) {
	pool, _ := v.controlPlane()
	if len(pool.Hosts) != 1 {
		return n, false
	}
	h, found := findHost(v.hosts, pool.Hosts[0].Host)
	_, prefix, _ := h.nodePrefix(pool.Hosts[0].Adapter)
	return Node{HostID: h.ID, Address: prefix.Addr().String()}, found
}

// movingVIP is the VIP that kube-vip has to move; empty when it is the address of the only control-plane host.
func movingVIP(spec Spec, members []Member) string {
	controlPlane := slices.DeleteFunc(slices.Clone(members), func(m Member) bool { return m.Role == RoleWorker })
	if len(controlPlane) == 1 && controlPlane[0].Node.Address == spec.VIP {
		return ""
	}
	return spec.VIP
}

// EndpointFacts is what one host found out about the load balancer before the cluster exists.
type EndpointFacts struct {
	// Addresses that its name has for this host; the address itself when it has no name.
	Addresses []string `json:"addresses"`
	// HostID is the control-plane host that answered through it; empty when none did.
	HostID string `json:"hostId,omitempty"`
	// Problem says why none did.
	Problem string `json:"problem,omitempty"`
}

// endpoint wants the name of the load balancer to be known, and looks whether it leads to a control-plane host. That it does not
// yet is no failure: one that asks its back ends first lets nothing through before there is an API server.
func endpoint(r run, s subject) []verdict {
	at := r.plan.Config.Endpoint
	f := s.facts.Endpoint
	switch {
	case at == "":
		return nil
	case f == nil:
		return []verdict{unknown("the load balancer %s was not tried", at)}
	case len(f.Addresses) == 0:
		return []verdict{fail("Give the host a DNS server that knows the name, or name the load balancer by its address.",
			"the load balancer %s is not found: %s", r.plan.Config.EndpointHost(), f.Problem)}
	}
	var targets []string
	for _, o := range r.subjects {
		if o.member.Role == RoleWorker {
			continue
		}
		if o.member.Node.HostID == f.HostID {
			return []verdict{ok("%s leads to %s", at, o.member.Node.Name)}
		}
		targets = append(targets, apiAt(o.member.Node.Address))
	}
	return []verdict{warn(fmt.Sprintf("Let it forward TCP to %s. If it does and only waits for an API server, go on.", strings.Join(targets, ", ")),
		"the load balancer %s (%s) leads to no control-plane host: %s", at, strings.Join(f.Addresses, ", "), f.Problem)}
}
