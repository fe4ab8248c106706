package preflight

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"time"

	"github.com/slipway-os/slipway/agent/cluster"
)

const (
	// resolveLimit bounds the question for a load balancer's name.
	resolveLimit = 3 * time.Second
	// endpointHold is how long hosts hold their API port at least: a load balancer may send a peer that began later to any of them.
	endpointHold = 4 * time.Second
)

var apiKey = cluster.PortProbe{Port: cluster.APIPort, Protocol: "tcp"}.Key()

// askEndpoint looks where a load balancer leads while the hosts of the run hold their API ports: what comes back through it tells
// which of them answered. It tries until one does or ctx ends; without a load balancer it returns nil.
func (g *Gatherer) askEndpoint(ctx context.Context, req cluster.CheckRequest) *cluster.EndpointFacts {
	host, port, err := net.SplitHostPort(req.Endpoint)
	if err != nil {
		return nil
	}
	f := &cluster.EndpointFacts{}
	if f.Addresses, err = addressesOf(ctx, host); err != nil {
		f.Problem = err.Error()
		return f
	}
	known := apiNonces(req, g.opt.HostID)
	for {
		f.HostID, err = whoAnswers(ctx, net.JoinHostPort(host, port), known)
		if err == nil {
			f.Problem = ""
			return f
		}
		if ctx.Err() == nil || f.Problem == "" {
			f.Problem = plain(err).Error()
		}
		select {
		case <-ctx.Done():
			return f
		case <-time.After(dialRetry):
		}
	}
}

// addressesOf are the IPv4 addresses of a name; an address is its own.
func addressesOf(ctx context.Context, host string) ([]string, error) {
	if a, err := netip.ParseAddr(host); err == nil {
		return []string{a.String()}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, resolveLimit)
	defer cancel()
	found, err := net.DefaultResolver.LookupNetIP(ctx, "ip4", host)
	var dns *net.DNSError
	if errors.As(err, &dns) {
		return nil, errors.New(dns.Err) // without the name, which the check says
	}
	var out []string
	for _, a := range found {
		out = append(out, a.Unmap().String())
	}
	return out, err
}

// apiNonces are what the API ports of the run's control-plane hosts answer, with the host that does.
func apiNonces(req cluster.CheckRequest, self string) map[string]string {
	out := map[string]string{}
	note := func(hostID string, ports []cluster.PortProbe) {
		for _, p := range ports {
			if p.Key() == apiKey {
				out[nonce(req.ID, hostID, apiKey)] = hostID
			}
		}
	}
	note(self, req.Ports)
	for _, p := range req.Peers {
		note(p.HostID, p.Ports)
	}
	return out
}

// whoAnswers connects once and reads who is there.
func whoAnswers(ctx context.Context, at string, known map[string]string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, dialLimit)
	defer cancel()
	c, err := new(net.Dialer).DialContext(ctx, "tcp", at)
	if err != nil {
		return "", err
	}
	defer c.Close()
	deadline, _ := ctx.Deadline()
	_ = c.SetDeadline(deadline)
	buf := make([]byte, len(nonce("", "", "")))
	if _, err := io.ReadFull(c, buf); err != nil {
		return "", err
	}
	if host, ok := known[string(buf)]; ok {
		return host, nil
	}
	return "", errStranger
}

// holdForPeers waits until hosts that began later had time to ask through a load balancer.
func holdForPeers(ctx context.Context, req cluster.CheckRequest, began time.Time) {
	if req.Endpoint == "" || len(req.Peers) == 0 {
		return
	}
	select {
	case <-ctx.Done():
	case <-time.After(time.Until(began.Add(endpointHold))):
	}
}
