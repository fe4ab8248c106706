package rtnl

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/slipway-os/slipway/agent/network"
)

// Reader reads the kernel's view. The zero value is ready.
type Reader struct{}

// Observe lists the adapters in the order of the kernel, without the loopback and without what a cluster made.
func (Reader) Observe(ctx context.Context) ([]network.Observed, error) {
	for {
		all, err := observe()
		// The kernel says when what it lists changed on the way (netlink(7), NLM_F_DUMP_INTR): look again.
		if !errors.Is(err, netlink.ErrDumpInterrupted) || ctx.Err() != nil {
			return all, err
		}
	}
}

func observe() ([]network.Observed, error) {
	links, err := netlink.LinkList()
	if err != nil {
		return nil, fmt.Errorf("list the adapters: %w", err)
	}
	names := map[int]string{}
	for _, l := range links {
		names[l.Attrs().Index] = l.Attrs().Name
	}
	var all []network.Observed
	for _, l := range links {
		if !adapter(l) {
			continue
		}
		o := describe(l)
		o.Master = names[l.Attrs().MasterIndex]
		if o.Addresses, err = addresses(l); err != nil {
			return nil, fmt.Errorf("list the addresses of %s: %w", o.Name, err)
		}
		if o.Gateways, err = gateways(l); err != nil {
			return nil, fmt.Errorf("list the routes of %s: %w", o.Name, err)
		}
		all = append(all, o)
	}
	return all, nil
}

// adapter says whether a person would call the link an adapter of the host. The names are those that the image's
// 05-slipway-unmanaged.network leaves to Kubernetes.
func adapter(l netlink.Link) bool {
	a := l.Attrs()
	if a.Flags&net.FlagLoopback != 0 || a.EncapType != "ether" {
		return false
	}
	for _, prefix := range []string{"cali", "veth", "cni", "kube-", "nodelocaldns"} {
		if strings.HasPrefix(a.Name, prefix) {
			return false
		}
	}
	return !slices.Contains([]string{"ifb", "dummy", "vxlan", "geneve", "tun", "nlmon"}, l.Type())
}

func describe(l netlink.Link) network.Observed {
	a := l.Attrs()
	o := network.Observed{
		Index: a.Index, Name: a.Name, Kind: l.Type(), MAC: a.HardwareAddr.String(), MTU: a.MTU,
		Up: a.Flags&net.FlagUp != 0, Carrier: a.RawFlags&unix.IFF_LOWER_UP != 0, Path: udevPath(a.Index),
	}
	if o.Kind == "device" {
		o.Kind = ""
	}
	if s, ok := a.Slave.(*netlink.BondSlave); ok && len(s.PermHardwareAddr) == 6 {
		o.MAC = s.PermHardwareAddr.String() // its own, which the bond's covers
	}
	if slices.ContainsFunc(a.PermHWAddr, func(b byte) bool { return b != 0 }) {
		o.PermanentMAC = a.PermHWAddr.String()
	}
	return o
}

func addresses(l netlink.Link) ([]network.ObservedAddress, error) {
	list, err := netlink.AddrList(l, netlink.FAMILY_ALL)
	if err != nil {
		return nil, err
	}
	out := []network.ObservedAddress{}
	for _, a := range list {
		ip, ok := netip.AddrFromSlice(a.IP)
		bits, _ := a.Mask.Size()
		if !ok {
			continue
		}
		out = append(out, network.ObservedAddress{
			Prefix:    netip.PrefixFrom(ip.Unmap(), bits),
			Dynamic:   a.Flags&unix.IFA_F_PERMANENT == 0,
			Tentative: a.Flags&unix.IFA_F_TENTATIVE != 0,
			Duplicate: a.Flags&unix.IFA_F_DADFAILED != 0,
		})
	}
	return out, nil
}

// gateways are those of the default routes in the main table.
func gateways(l netlink.Link) ([]netip.Addr, error) {
	routes, err := netlink.RouteList(l, netlink.FAMILY_ALL)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(routes, func(a, b netlink.Route) int { return cmp.Compare(a.Priority, b.Priority) })
	var out []netip.Addr
	for _, r := range routes {
		if r.Dst != nil && (!r.Dst.IP.IsUnspecified() || ones(r.Dst.Mask) != 0) {
			continue
		}
		if gw, ok := netip.AddrFromSlice(r.Gw); ok {
			out = append(out, gw.Unmap())
		}
	}
	return out, nil
}

func ones(m net.IPMask) int {
	n, _ := m.Size()
	return n
}

// udevPath is ID_PATH in udev's record of the link; empty where udev does not run.
func udevPath(index int) string {
	f, err := os.Open(fmt.Sprintf("/run/udev/data/n%d", index))
	if err != nil {
		return ""
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if path, ok := strings.CutPrefix(s.Text(), "E:ID_PATH="); ok {
			return path
		}
	}
	return ""
}
