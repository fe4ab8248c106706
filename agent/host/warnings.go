package host

import (
	"fmt"
	"slices"
)

// Warning is something about the host that a person should mend before it joins a cluster. ID is stable.
type Warning struct {
	ID      string `json:"id"`
	Message string `json:"message"`
	Fix     string `json:"fix"`
}

// What kubeadm and an etcd member need at the least: kubernetes.io, "Installing kubeadm", Before you begin.
const (
	minCPUs   = 2
	minMemory = 2 << 30 // bytes; a machine sold with 2 GiB shows a little less, see slack
	slack     = 256 << 20
)

// Warnings derives the warnings from the facts, in a fixed order.
func Warnings(f Facts) []Warning {
	out := []Warning{}
	warn := func(id, fix, format string, args ...any) {
		out = append(out, Warning{id, fmt.Sprintf(format, args...), fix})
	}
	if f.CPUs < minCPUs {
		warn("cpus", "Give the machine more processors.", "The host has %d processor; Kubernetes needs at least %d.", f.CPUs, minCPUs)
	}
	if f.MemoryBytes < minMemory-slack {
		warn("memory", "Give the machine more memory.", "The host has %d MiB of memory; Kubernetes needs at least %d MiB.",
			f.MemoryBytes>>20, minMemory>>20)
	}
	if len(f.Adapters) == 0 {
		warn("adapters", "Add a network adapter that this system has a driver for.", "The host has no network adapter.")
	} else if len(Addresses(f.Adapters)) == 0 {
		warn("address", "Check the cable and the DHCP server, or set a static address.", "No network adapter has an address.")
	}
	for _, a := range f.Adapters {
		if len(a.Addresses) > 0 && !a.Carrier {
			warn("carrier", "Check the cable and the switch.", "The adapter %s has an address, but no link.", a.Name)
		}
	}
	if !slices.ContainsFunc(f.Disks, func(d Disk) bool { return d.Role == RolePool || d.Role == RoleFree }) {
		warn("pool", "Add a second disk to keep content apart from the system.",
			"There is no disk of its own for the storage pool; content is kept on the system disk.")
	}
	return out
}
