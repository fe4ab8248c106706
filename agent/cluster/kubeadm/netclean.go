package kubeadm

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os/exec"
	"regexp"
	"slices"
	"strings"
)

// routeProtocol marks the routes that Calico's Felix makes (its DeviceRouteProtocol, 80).
const routeProtocol = "80"

var nodeLinks = []string{"vxlan.calico", "vxlan-v6.calico", "wireguard.cali", "kube-ipvs0", "cni0", "nodelocaldns"}

func (e *Engine) links(ctx context.Context) ([]string, error) {
	out, err := e.opt.Runner.Run(ctx, Cmd{Name: "ip", Args: []string{"-json", "link", "show"}})
	if err != nil {
		return nil, err
	}
	links, err := parseJSON[[]ipLink](out)
	var names []string
	for _, l := range links {
		if strings.HasPrefix(l.Name, "cali") || slices.Contains(nodeLinks, l.Name) {
			names = append(names, "link "+l.Name)
		}
	}
	return names, err
}

func (e *Engine) removeLinks(ctx context.Context) error {
	return e.each(ctx, e.links, func(l string) Cmd {
		return Cmd{Name: "ip", Args: []string{"link", "delete", strings.TrimPrefix(l, "link ")}}
	})
}

// each runs a command for everything that find names.
func (e *Engine) each(ctx context.Context, find func(context.Context) ([]string, error), cmd func(string) Cmd) error {
	found, err := find(ctx)
	errs := []error{err}
	for _, f := range found {
		_, err := e.opt.Runner.Run(ctx, cmd(f))
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

var families = []string{"-4", "-6"}

func (e *Engine) routes(ctx context.Context, serviceCIDR string) ([]string, error) {
	var found []string
	for _, f := range families {
		out, err := e.opt.Runner.Run(ctx, Cmd{Name: "ip", Args: []string{"-json", f, "route", "show", "table", "main", "proto", routeProtocol}})
		if err != nil {
			return nil, err
		}
		routes, err := parseJSON[[]ipRoute](out)
		if err != nil {
			return nil, err
		}
		for _, r := range routes {
			found = append(found, "route "+r.Dst)
		}
	}
	if serviceCIDR == "" {
		return found, nil
	}
	for _, to := range clusterRoutes(serviceCIDR) {
		out, err := e.opt.Runner.Run(ctx, Cmd{Name: "ip", Args: []string{"-json", "-4", "route", "show", to}})
		if err != nil {
			return nil, err
		}
		routes, err := parseJSON[[]ipRoute](out)
		if err != nil {
			return nil, err
		}
		for _, r := range routes {
			found = append(found, "route "+r.Dst)
		}
	}
	return found, nil
}

func (e *Engine) removeRoutes(serviceCIDR string) func(context.Context) error {
	return func(ctx context.Context) error {
		var errs []error
		for _, f := range families {
			_, err := e.opt.Runner.Run(ctx, Cmd{Name: "ip", Args: []string{f, "route", "flush", "table", "main", "proto", routeProtocol}})
			errs = append(errs, err)
		}
		if serviceCIDR != "" {
			for _, to := range clusterRoutes(serviceCIDR) {
				_, err := e.opt.Runner.Run(ctx, Cmd{Name: "ip", Args: []string{"-4", "route", "flush", to}})
				errs = append(errs, err)
			}
		}
		return errors.Join(errs...)
	}
}

// filters are the packet filters a node may have written to, by both of iptables' ways into the kernel.
var filters = []string{"iptables-nft", "ip6tables-nft", "iptables-legacy", "ip6tables-legacy"}

func (e *Engine) filterRules(ctx context.Context) ([]string, error) {
	var found []string
	for _, f := range filters {
		rules, err := e.saveRules(ctx, f)
		if err != nil {
			return nil, err
		}
		if _, n := withoutNodeRules(rules); n > 0 {
			found = append(found, fmt.Sprintf("%d rules of Kubernetes in %s", n, f))
		}
	}
	return found, nil
}

// saveRules reads the rules of one filter; a filter that this host does not have has none. To ask the legacy one loads
// its kernel modules, so it is asked only when they are there.
func (e *Engine) saveRules(ctx context.Context, filter string) (string, error) {
	if strings.HasSuffix(filter, "-legacy") {
		names := "/proc/net/ip_tables_names"
		if strings.HasPrefix(filter, "ip6") {
			names = "/proc/net/ip6_tables_names"
		}
		if len(e.missing([]string{names})) > 0 {
			return "", nil
		}
	}
	out, err := e.opt.Runner.Run(ctx, Cmd{Name: filter + "-save"})
	if errors.Is(err, exec.ErrNotFound) {
		return "", nil
	}
	return string(out), err
}

func (e *Engine) removeFilterRules(ctx context.Context) error {
	for _, f := range filters {
		rules, err := e.saveRules(ctx, f)
		if err != nil {
			return err
		}
		keep, n := withoutNodeRules(rules)
		if n == 0 {
			continue
		}
		if _, err := e.opt.Runner.Run(ctx, Cmd{Name: f + "-restore", Stdin: []byte(keep)}); err != nil {
			return err
		}
	}
	return nil
}

var (
	nodeChain = regexp.MustCompile(`^(:|-A )(KUBE-|cali-|CNI-)`)
	nodeJump  = regexp.MustCompile(` (-j|-g) (KUBE-|cali-|CNI-)`)
	caliMark  = regexp.MustCompile(`--comment "cali:`)
)

// withoutNodeRules takes the chains and rules of kube-proxy, kubelet, Calico and the CNI plugins out of the output of
// iptables-save, and says how many lines those were.
func withoutNodeRules(saved string) (keep string, removed int) {
	var out []string
	for _, line := range strings.SplitAfter(saved, "\n") {
		rule := strings.TrimSpace(line)
		if nodeChain.MatchString(rule) || nodeJump.MatchString(rule) || caliMark.MatchString(rule) {
			removed++
			continue
		}
		out = append(out, line)
	}
	return strings.Join(out, ""), removed
}

func (e *Engine) ipsets(ctx context.Context) ([]string, error) {
	out, err := e.opt.Runner.Run(ctx, Cmd{Name: "ipset", Args: []string{"list", "-name"}})
	if errors.Is(err, exec.ErrNotFound) || exited(err) { // no such kernel feature: no sets
		return nil, nil
	}
	var found []string
	for _, s := range strings.Fields(string(out)) {
		if strings.HasPrefix(s, "cali") || strings.HasPrefix(s, "KUBE-") {
			found = append(found, "address set "+s)
		}
	}
	return found, err
}

func (e *Engine) removeIPSets(ctx context.Context) error {
	return e.each(ctx, e.ipsets, func(s string) Cmd {
		return Cmd{Name: "ipset", Args: []string{"destroy", strings.TrimPrefix(s, "address set ")}}
	})
}

// vip finds the VIP among the addresses: kube-vip adds it as a /32 and cannot take it back when it is killed.
func (e *Engine) vip(ctx context.Context, vip string) ([]string, error) {
	found, err := e.vipOn(ctx, vip)
	for i := range found {
		found[i] = "address " + vip + " on " + found[i]
	}
	return found, err
}

func (e *Engine) vipOn(ctx context.Context, vip string) ([]string, error) {
	if _, err := netip.ParseAddr(vip); err != nil {
		return nil, nil // a cluster without a VIP
	}
	links, err := e.addresses(ctx)
	var found []string
	for _, l := range links {
		for _, a := range l.Addrs {
			if a.Local == vip && a.PrefixLen == 32 {
				found = append(found, l.Name)
			}
		}
	}
	return found, err
}

func (e *Engine) removeVIP(vip string) func(context.Context) error {
	return func(ctx context.Context) error {
		return e.each(ctx, func(ctx context.Context) ([]string, error) { return e.vipOn(ctx, vip) }, func(link string) Cmd {
			return Cmd{Name: "ip", Args: []string{"addr", "del", vip + "/32", "dev", link}}
		})
	}
}
