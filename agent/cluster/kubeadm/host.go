package kubeadm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/slipway-os/slipway/agent/cluster"
)

// sysctls that pods need (https://kubernetes.io/docs/setup/production-environment/container-runtimes/). The kubelet sets
// its own; a value that is higher already stays.
var sysctls = []struct {
	path     string
	value    int
	required bool
}{
	{"/proc/sys/net/ipv4/ip_forward", 1, true},
	{"/proc/sys/net/bridge/bridge-nf-call-iptables", 1, false},
	{"/proc/sys/fs/inotify/max_user_instances", 8192, false},
	{"/proc/sys/fs/inotify/max_user_watches", 524288, false},
}

// modules are best effort: kernels have them built in, load them by themselves, or preflight has said that they lack.
var modules = []string{"overlay", "br_netfilter", "vxlan", "nf_conntrack", "ip_set", "xt_set"}

func (j *job) hostSettings() step {
	return step{name: "host-settings", phase: cluster.PhasePrepare,
		done: func(ctx context.Context) (bool, error) {
			for _, s := range sysctls {
				if v, err := j.sysctl(s.path); s.required && (err != nil || v < s.value) {
					return false, nil
				}
			}
			for _, f := range []func() (bool, error){j.hostsDone, j.resolvDone} {
				if ok, err := f(); err != nil || !ok {
					return false, err
				}
			}
			missing, err := j.routesMissing(ctx)
			return err == nil && len(missing) == 0, err
		},
		do: j.setHost}
}

func (j *job) setHost(ctx context.Context, say progress) error {
	say("kernel modules and settings", 0, 0)
	if _, err := j.opt.Runner.Run(ctx, Cmd{Name: "modprobe", Args: append([]string{"-a", "-q"}, modules...)}); err != nil {
		j.opt.Log.Info("kernel modules not loaded, they may be built in", "error", err)
	}
	for _, s := range sysctls {
		if v, err := j.sysctl(s.path); err == nil && v >= s.value {
			continue
		}
		if err := os.WriteFile(j.path(s.path), []byte(strconv.Itoa(s.value)), 0o644); err != nil && s.required {
			return fmt.Errorf("set %s: %w", s.path, err)
		}
	}
	if err := j.swapOff(ctx); err != nil {
		return err
	}
	say("names and routes", 0, 0)
	hosts, err := j.hostsFile()
	if err != nil {
		return err
	}
	if err := j.writeFile("/etc/hosts", hosts, 0o644); err != nil {
		return err
	}
	resolv, err := j.resolvConf()
	if err != nil {
		return err
	}
	if err := j.writeFile(resolvFile, resolv, 0o644); err != nil {
		return err
	}
	j.linkCNIPlugins()
	return j.addRoutes(ctx)
}

func (e *Engine) sysctl(path string) (int, error) {
	b, err := os.ReadFile(e.path(path))
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(string(b)))
}

// swapOff turns off the swap areas that this host can see; the kubelet does not account for swapped memory.
func (e *Engine) swapOff(ctx context.Context) error {
	b, err := os.ReadFile(e.path("/proc/swaps"))
	if err != nil {
		return nil
	}
	for _, area := range parseSwaps(string(b)) {
		if _, err := os.Stat(e.path(area)); err != nil {
			continue // of the machine around a container host
		}
		if _, err := e.opt.Runner.Run(ctx, Cmd{Name: "swapoff", Args: []string{area}}); err != nil {
			return fmt.Errorf("switch swap off: %w", err)
		}
	}
	return nil
}

// parseSwaps returns the areas that /proc/swaps lists (proc(5)).
func parseSwaps(s string) []string {
	var out []string
	for i, line := range strings.Split(s, "\n") {
		if f := strings.Fields(line); i > 0 && len(f) > 0 {
			out = append(out, f[0])
		}
	}
	return out
}

func (j *job) hostsFile() ([]byte, error) {
	old, err := os.ReadFile(j.path("/etc/hosts"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	return []byte(withHosts(string(old), j.a.Peers)), nil
}

func (j *job) hostsDone() (bool, error) { return j.same("/etc/hosts", j.hostsFile) }

func (j *job) resolvDone() (bool, error) { return j.same(resolvFile, j.resolvConf) }

func (j *job) same(path string, want func() ([]byte, error)) (bool, error) {
	w, err := want()
	if err != nil {
		return false, err
	}
	have, err := os.ReadFile(j.path(path))
	return err == nil && string(have) == string(w), nil
}

const (
	hostsBegin = "# slipway: hosts of the cluster"
	hostsEnd   = "# slipway: end"
)

// withHosts puts the block with the cluster's hosts into the text of /etc/hosts, or takes it out when there are none.
func withHosts(old string, peers []cluster.Node) string {
	before, after := old, ""
	if i := strings.Index(old, hostsBegin+"\n"); i >= 0 {
		if n := strings.Index(old[i:], hostsEnd+"\n"); n >= 0 {
			before, after = old[:i], old[i+n+len(hostsEnd)+1:]
		}
	}
	if len(peers) == 0 {
		return before + after
	}
	if before != "" && !strings.HasSuffix(before, "\n") {
		before += "\n"
	}
	block := hostsBegin + "\n"
	for _, p := range peers {
		block += p.Address + " " + p.Name + "\n"
	}
	return before + block + hostsEnd + "\n" + after
}

// resolvConf is what the kubelet gives to pods that take the host's DNS, CoreDNS above all. systemd-resolved's loopback
// stub must not be in it: CoreDNS would ask itself (https://coredns.io/plugins/loop/#troubleshooting).
func (e *Engine) resolvConf() ([]byte, error) {
	for _, p := range []string{"/run/systemd/resolve/resolv.conf", "/etc/resolv.conf"} {
		b, err := os.ReadFile(e.path(p))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		return []byte(upstreamOnly(string(b))), nil
	}
	return []byte{}, nil
}

// upstreamOnly keeps the name servers that are not loopback addresses, at most three (resolv.conf(5)), and the search list.
func upstreamOnly(s string) string {
	var out strings.Builder
	servers := 0
	for _, line := range strings.Split(s, "\n") {
		f := strings.Fields(line)
		switch {
		case len(f) >= 2 && f[0] == "nameserver" && servers < 3:
			if a, err := netip.ParseAddr(f[1]); err != nil || a.IsLoopback() || a.IsUnspecified() {
				continue
			}
			servers++
			out.WriteString("nameserver " + f[1] + "\n")
		case len(f) >= 2 && f[0] == "search" && f[1] != ".":
			out.WriteString(strings.Join(f, " ") + "\n")
		}
	}
	return out.String()
}

// hasUpstream tells whether a resolv.conf names any server.
func hasUpstream(resolv string) bool { return strings.Contains("\n"+resolv, "\nnameserver ") }

// cniPlugins is where Kubernetes packs expect CNI plugins and put their own.
const cniPlugins = "/opt/cni/bin"

// linkCNIPlugins puts the plugins of the Debian package where Kubernetes packs expect them; those a pack brings stay.
func (e *Engine) linkCNIPlugins() {
	const from, to = "/usr/lib/cni", cniPlugins
	entries, err := os.ReadDir(e.path(from))
	if err != nil || os.MkdirAll(e.path(to), 0o755) != nil {
		return
	}
	for _, p := range entries {
		if _, err := os.Lstat(filepath.Join(e.path(to), p.Name())); err != nil {
			_ = os.Symlink(filepath.Join(from, p.Name()), filepath.Join(e.path(to), p.Name()))
		}
	}
}

// ipRoute is one line of `ip -json route`.
type ipRoute struct {
	Dst string `json:"dst"`
	Dev string `json:"dev"`
}

// podGateway is the gateway that Calico gives to pods. The host answers for it by proxy ARP, which the kernel does only for
// addresses that it has a route to (https://docs.tigera.io/calico/latest/reference/faq#why-does-my-container-have-a-route-to-16925411).
const podGateway = "169.254.1.1"

// clusterRoutes are those that a host without a default route needs: without them there is no way to a ClusterIP, as the packet
// is dropped before kube-proxy's rules see it, and none out of a pod.
func clusterRoutes(serviceCIDR string) []string { return []string{serviceCIDR, podGateway} }

// routesMissing returns those of clusterRoutes that this host needs and lacks.
func (j *job) routesMissing(ctx context.Context) ([]string, error) {
	out, err := j.opt.Runner.Run(ctx, Cmd{Name: "ip", Args: []string{"-json", "-4", "route", "show"}})
	if err != nil {
		return nil, err
	}
	routes, err := parseJSON[[]ipRoute](out)
	if err != nil {
		return nil, fmt.Errorf("read the routes: %w", err)
	}
	missing := clusterRoutes(j.a.Config.ServiceCIDR)
	for _, r := range routes {
		if r.Dst == "default" {
			return nil, nil
		}
		missing = slices.DeleteFunc(missing, func(m string) bool { return m == r.Dst })
	}
	return missing, nil
}

func (j *job) addRoutes(ctx context.Context) error {
	missing, err := j.routesMissing(ctx)
	if err != nil || len(missing) == 0 {
		return err
	}
	adapter, err := j.adapter(ctx)
	if err != nil {
		return err
	}
	for _, m := range missing {
		if _, err := j.opt.Runner.Run(ctx, Cmd{Name: "ip", Args: []string{"route", "replace", m, "dev", adapter}}); err != nil {
			return err
		}
	}
	return nil
}

// ipLink is one line of `ip -json addr` or `ip -json link`.
type ipLink struct {
	Name  string `json:"ifname"`
	Addrs []struct {
		Local     string `json:"local"`
		PrefixLen int    `json:"prefixlen"`
	} `json:"addr_info"`
}

// adapter is the kernel's name of the link that carries the node address.
func (j *job) adapter(ctx context.Context) (string, error) {
	links, err := j.addresses(ctx)
	if err != nil {
		return "", err
	}
	for _, l := range links {
		for _, a := range l.Addrs {
			if a.Local == j.a.Node.Address {
				return l.Name, nil
			}
		}
	}
	return "", fmt.Errorf("this host has no adapter with the node address %s; give it back to the adapter it had when the cluster was planned", j.a.Node.Address)
}

func (e *Engine) addresses(ctx context.Context) ([]ipLink, error) {
	out, err := e.opt.Runner.Run(ctx, Cmd{Name: "ip", Args: []string{"-json", "-4", "addr", "show"}})
	if err != nil {
		return nil, err
	}
	links, err := parseJSON[[]ipLink](out)
	if err != nil {
		return nil, fmt.Errorf("read the addresses: %w", err)
	}
	return links, nil
}

// parseJSON reads the output of a command; no output is the zero value.
func parseJSON[T any](b []byte) (T, error) {
	var v T
	if len(strings.TrimSpace(string(b))) == 0 {
		return v, nil
	}
	err := json.Unmarshal(b, &v)
	return v, err
}
