package cluster

import (
	"net/netip"
	"strings"
)

// Host is a linked host as the leader knows it before a cluster exists: what the roster and its last report say.
type Host struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// InUse is true when the host is in a cluster already.
	InUse bool `json:"inUse"`
	// Connected is true when the host holds its linked channel open.
	Connected bool `json:"connected"`
	// Version is that of its agent.
	Version  string         `json:"version"`
	Adapters []AdapterFacts `json:"adapters"`
	// DNSServers are those it uses.
	DNSServers []string `json:"dnsServers,omitempty"`
	Leader     bool     `json:"leader,omitempty"`
	// PoolDrive is the disk of the storage pool; nil when the pool is a folder of the system disk.
	PoolDrive *Drive `json:"poolDrive,omitempty"`
}

// Drive is one disk, by the names that a person may call it.
type Drive struct {
	Path   string `json:"path"`
	Serial string `json:"serial,omitempty"`
}

// Stack is a cluster definition as the leader resolved it against its content store: which packs, with which values.
type Stack struct {
	Definition DefinitionRef `json:"definition"`
	// Packs from the bottom layer up.
	Packs []Pack `json:"packs"`
	// Variables are the definition's defaults merged with the spec's values; podCIDR and serviceCIDR are required.
	Variables map[string]string `json:"variables"`
	// Masked names variables whose value is never shown.
	Masked []string `json:"masked,omitempty"`
	// Blobs must be on every host before the cluster can start.
	Blobs []BlobRef `json:"blobs,omitempty"`
}

// layerKubernetes is the layer of the pack that holds Kubernetes; its version is the cluster's.
const layerKubernetes = "kubernetes"

func (s Stack) kubernetesVersion() string {
	for _, p := range s.Packs {
		if p.Layer == layerKubernetes {
			return p.Version
		}
	}
	return ""
}

// nodePrefix returns the address that the host would have as a node: on the adapter that is named, else on the one with
// the default route, else on the first that has an IPv4 address.
func (h Host) nodePrefix(adapter string) (name string, p netip.Prefix, ok bool) {
	var best netip.Prefix
	var bestName string
	for _, a := range h.Adapters {
		if adapter != "" && a.Name != adapter {
			continue
		}
		p, ok := firstIPv4(a.Prefixes)
		if !ok {
			continue
		}
		if a.DefaultRoute {
			return a.Name, p, true
		}
		if bestName == "" {
			best, bestName = p, a.Name
		}
	}
	return bestName, best, bestName != ""
}

// firstIPv4 returns the first IPv4 prefix that a peer could reach; kube-vip's own /32 is not one.
func firstIPv4(prefixes []string) (netip.Prefix, bool) {
	for _, s := range prefixes {
		p, err := netip.ParsePrefix(s)
		if err == nil && p.Addr().Is4() && p.Bits() < 32 && !p.Addr().IsLoopback() && !p.Addr().IsLinkLocalUnicast() {
			return p, true
		}
	}
	return netip.Prefix{}, false
}

// nodeName is the name that a host gets as a node: kubeadm and kubelet lower it, so we do it where the user sees it.
func nodeName(ph PoolHost, h Host) string {
	if ph.Name != "" {
		return ph.Name
	}
	return strings.ToLower(h.Name)
}

// findHost finds a linked host by id, else by name.
func findHost(hosts []Host, ref string) (Host, bool) {
	for _, h := range hosts {
		if h.ID == ref {
			return h, true
		}
	}
	for _, h := range hosts {
		if strings.EqualFold(h.Name, ref) {
			return h, true
		}
	}
	return Host{}, false
}
