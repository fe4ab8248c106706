// Package host holds the pure facts about one host and what follows from them: its status, the role of each disk, the
// addresses that others may use, and warnings. Package host/sysinfo reads the facts.
package host

import (
	"net/netip"
	"regexp"
	"slices"
)

// Status says whether a host is free.
type Status string

// A host is Ready until a cluster takes it, and again when that cluster is deleted.
const (
	Ready Status = "Ready"
	InUse Status = "InUse"
)

// StatusOf derives the status from the name of the cluster that the host is in, empty for none.
func StatusOf(cluster string) Status {
	if cluster == "" {
		return Ready
	}
	return InUse
}

// Facts are what is read from the machine itself.
type Facts struct {
	Name          string    `json:"name"`
	Adapters      []Adapter `json:"adapters"`
	CPUs          int       `json:"cpus"`        // online in the kernel, whatever a cgroup allows
	MemoryBytes   int64     `json:"memoryBytes"` // of the machine, whatever a cgroup allows
	Disks         []Disk    `json:"disks"`
	OS            string    `json:"os"`
	Kernel        string    `json:"kernel"`
	Product       string    `json:"product"` // vendor and model of the machine
	CPUModel      string    `json:"cpuModel"`
	UptimeSeconds int64     `json:"uptimeSeconds"`
	SecureBoot    string    `json:"secureBoot"` // one of the SecureBoot constants
	GPUs          []string  `json:"gpus"`       // display and accelerator devices on the PCI bus
}

// What the firmware says of Secure Boot.
const (
	SecureBootOn     = "enabled"
	SecureBootOff    = "disabled"
	SecureBootAbsent = "unsupported" // the machine started by BIOS, or its firmware does not know it
)

// Adapter is one network interface as the user sees it.
type Adapter struct {
	Name      string         `json:"name"`
	MAC       string         `json:"mac"`       // the permanent one: a bond changes the current one
	Addresses []netip.Prefix `json:"addresses"` // without IPv6 link-local ones
	DHCP      bool           `json:"dhcp"`
	MTU       int            `json:"mtu"`
	Gateway   string         `json:"gateway"`  // IPv4, empty for none
	Gateway6  string         `json:"gateway6"` // IPv6, empty for none
	Default   bool           `json:"default"`  // what has no other way leaves by this adapter, of IPv4 if there is any
	DNS       []string       `json:"dns"`
	Carrier   bool           `json:"carrier"`
	Driver    string         `json:"driver"`
}

// virtual matches links that Kubernetes, containers and tunnels make. They come and go with pods and are nobody's to set.
var virtual = regexp.MustCompile(`^(lo$|cali|veth|vxlan|docker|br-[0-9a-f]{12}$|cni|flannel|cilium|lxc|kube-|nodelocaldns|` +
	`weave|antrea|ovs-system|podman|virbr|tunl|ifb|dummy|sit|gre|erspan|ip6|ip_vti|teql|tap|wireguard\.cali|egress\.calico)`)

// IsAdapter reports whether the user sees the link called name. physical tells that a device is behind it, which
// always counts; VLANs, bonds and bridges of the user have none and count too.
func IsAdapter(name string, physical bool) bool { return physical || !virtual.MatchString(name) }

// Preferred orders adapters by which others should reach the host: the one called management first, then those with a
// default gateway, of IPv4 before IPv6 alone, each group in its own order.
func Preferred(adapters []Adapter, management string) []Adapter {
	rank := func(a Adapter) int {
		switch {
		case management != "" && a.Name == management:
			return 0
		case a.Gateway != "":
			return 1
		case a.Gateway6 != "":
			return 2
		}
		return 3
	}
	out := slices.Clone(adapters)
	slices.SortStableFunc(out, func(a, b Adapter) int { return rank(a) - rank(b) })
	return out
}

// Addresses gives the addresses by which others may reach the host, IPv4 first. A single IPv4 address without a network
// (/32) is a virtual IP that may move to another host, so it comes only when there is nothing else.
func Addresses(adapters []Adapter) []string {
	var v4, v6, single []string
	for _, a := range adapters {
		for _, p := range a.Addresses {
			switch ip := p.Addr(); {
			case !ip.IsGlobalUnicast():
			case ip.Is6():
				v6 = append(v6, ip.String())
			case p.IsSingleIP():
				single = append(single, ip.String())
			default:
				v4 = append(v4, ip.String())
			}
		}
	}
	if len(v4)+len(v6) == 0 {
		v4 = single
	}
	return append(append([]string{}, v4...), v6...)
}
