package sysinfo

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/slipway-os/slipway/agent/host"
)

// Adapters reads the network adapters, by name.
func (r *Reader) Adapters() ([]host.Adapter, error) {
	entries, err := os.ReadDir(r.path("sys/class/net"))
	if err != nil {
		return []host.Adapter{}, fmt.Errorf("reading the network adapters: %w", err)
	}
	addresses, err := r.addresses()
	if err != nil {
		return []host.Adapter{}, fmt.Errorf("reading the addresses of the network adapters: %w", err)
	}
	v4, v6 := parseRoutes(r.bytes("proc/net/route")), parseRoutes6(r.bytes("proc/net/ipv6_route"))
	way := defaultWay(v4, v6)
	global := parseResolv(r.first("run/systemd/resolve/resolv.conf", "etc/resolv.conf"))
	out := []host.Adapter{}
	for _, e := range entries {
		dir := "sys/class/net/" + e.Name()
		_, noDevice := os.Stat(r.path(dir + "/device"))
		if !host.IsAdapter(e.Name(), noDevice == nil) || !isDir(r.path(dir)) { // bonding_masters is a file
			continue
		}
		a := host.Adapter{
			Name:      e.Name(),
			MAC:       r.permanent(e.Name()),
			Addresses: slices.DeleteFunc(addresses[e.Name()], func(p netip.Prefix) bool { return p.Addr().Is6() && p.Addr().IsLinkLocalUnicast() }),
			MTU:       int(number(r.text(dir + "/mtu"))),
			Gateway:   v4[e.Name()].gateway,
			Gateway6:  v6[e.Name()].gateway,
			Default:   e.Name() == way,
			Carrier:   r.text(dir+"/carrier") == "1",
		}
		if a.MAC == "" {
			a.MAC = r.text(dir + "/address")
		}
		if a.Addresses == nil {
			a.Addresses = []netip.Prefix{}
		}
		if driver, err := os.Readlink(r.path(dir + "/device/driver")); err == nil {
			a.Driver = filepath.Base(driver)
		}
		a.DHCP, a.DNS = r.networkd(r.text(dir + "/ifindex"))
		if len(a.DNS) == 0 && a.Gateway != "" {
			a.DNS = global
		}
		out = append(out, a)
	}
	return out, nil
}

func isDir(p string) bool {
	info, err := os.Stat(p)
	return err == nil && info.IsDir()
}

// networkd reads what systemd-networkd says of the link with this index: its state file, its lease, and its .network
// file, which tells of DHCP while there is no lease yet. These files are what networkctl(1) reads too.
func (r *Reader) networkd(index string) (dhcp bool, dns []string) {
	state := keyValues(r.bytes("run/systemd/netif/links/" + index))
	lease := keyValues(r.bytes("run/systemd/netif/leases/" + index))
	servers := strings.Fields(state["DNS"])
	if len(servers) == 0 {
		servers = strings.Fields(lease["DNS"])
	}
	dns = []string{}
	for _, s := range servers {
		if ip, ok := dnsAddress(s); ok && !slices.Contains(dns, ip) {
			dns = append(dns, ip)
		}
	}
	if state["DHCP_LEASE"] != "" {
		return true, dns
	}
	file := keyValues(r.bytes(path.Clean("/" + state["NETWORK_FILE"])))
	return slices.Contains([]string{"yes", "true", "ipv4"}, file["DHCP"]), dns
}

// dnsAddress takes the port and the server name off ADDRESS[:PORT][%LINK][#NAME].
func dnsAddress(s string) (string, bool) {
	s, _, _ = strings.Cut(s, "#")
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return ap.Addr().String(), true
	}
	ip, err := netip.ParseAddr(s)
	return ip.String(), err == nil
}

// parseResolv reads the servers of resolv.conf(5) but local stubs.
func parseResolv(raw []byte) []string {
	out := []string{}
	for line := range strings.Lines(string(raw)) {
		f := strings.Fields(line)
		if len(f) < 2 || f[0] != "nameserver" {
			continue
		}
		if ip, err := netip.ParseAddr(f[1]); err == nil && !ip.IsLoopback() {
			out = append(out, ip.String())
		}
	}
	return out
}

// linkAddresses asks the kernel for the addresses of every link.
func linkAddresses() (map[string][]netip.Prefix, error) {
	links, err := net.Interfaces()
	if err != nil {
		return nil, err
	}
	out := map[string][]netip.Prefix{}
	for _, l := range links {
		addrs, err := l.Addrs()
		if err != nil {
			continue // it went away meanwhile
		}
		for _, a := range addrs {
			if p, err := netip.ParsePrefix(a.String()); err == nil {
				out[l.Name] = append(out[l.Name], p)
			}
		}
	}
	return out, nil
}
