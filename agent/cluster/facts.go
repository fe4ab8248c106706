package cluster

import (
	"strconv"
	"time"
)

// PortProbe is one port that a role listens on, and why.
type PortProbe struct {
	Port int `json:"port"`
	// Protocol is tcp or udp.
	Protocol string `json:"protocol"`
	Purpose  string `json:"purpose,omitempty"`
	// Local ports are only used on the host itself: they must be free, but peers do not dial them.
	Local bool `json:"local,omitempty"`
}

// Key names a port as the maps of Facts do: "6443/tcp".
func (p PortProbe) Key() string { return strconv.Itoa(p.Port) + "/" + p.Protocol }

// PeerProbe is another host of the same check run, with the ports of its role that this host dials.
type PeerProbe struct {
	HostID  string      `json:"hostId"`
	Name    string      `json:"name"`
	Address string      `json:"address"`
	Ports   []PortProbe `json:"ports"`
}

// BlobRef is one blob of the content store that the cluster needs on every host.
type BlobRef struct {
	Digest    string `json:"digest"`
	SizeBytes int64  `json:"sizeBytes"`
}

// CheckRequest asks one host to measure what Checks needs to know about it. It changes nothing on the host.
// All hosts of a run get theirs at about the same time and hold their ports open while their peers dial.
type CheckRequest struct {
	// ID is that of the run; the Facts of the answer carry it, so that old facts are never taken for new ones.
	ID string `json:"id"`
	// Address is the node address of this host: the one to listen on and to dial from.
	Address string `json:"address"`
	Adapter string `json:"adapter,omitempty"`
	// VIP is probed by ARP on the adapters whose subnet has it; empty when the cluster has none.
	VIP string `json:"vip,omitempty"`
	// Endpoint is host:port of a load balancer that is to lead to the hosts which listen on APIPort; empty for none.
	Endpoint string `json:"endpoint,omitempty"`
	// Ports must be free on this host.
	Ports []PortProbe `json:"ports"`
	// Peers are the other hosts; this host dials those ports of theirs that are not Local.
	Peers []PeerProbe `json:"peers"`
	// Blobs must be in the content store of this host.
	Blobs []BlobRef `json:"blobs,omitempty"`
}

// Facts is what one host measured for a CheckRequest. Maps and slices that could not be measured are nil, and
// Unmeasured says why; the checks that need them then answer unknown rather than guess.
type Facts struct {
	RequestID string `json:"requestId"`
	HostID    string `json:"hostId"`
	// HostName is the kernel's host name.
	HostName string `json:"hostName"`
	// MachineID is /etc/machine-id; two hosts with one were cloned.
	MachineID string `json:"machineId"`
	Version   string `json:"version"` // of the agent

	Adapters   []AdapterFacts `json:"adapters"`
	DNSServers []string       `json:"dnsServers"`

	// MeasuredAt is this host's clock when it sent the facts.
	MeasuredAt time.Time `json:"measuredAt"`
	// ClockOffsetNanos is this host's clock minus the leader's; the leader fills it in (see ClockOffset), nil is unknown.
	ClockOffsetNanos *int64 `json:"clockOffsetNanos,omitempty"`

	CPUs        int   `json:"cpus"`
	MemoryBytes int64 `json:"memoryBytes"`
	// DiskFreeBytes is what an unprivileged writer may still use in the file system of each place.
	DiskFreeBytes map[DiskPlace]int64 `json:"diskFreeBytes"`
	// Swap is true when swap is on.
	Swap bool `json:"swap"`
	// CgroupControllers are those that can be used: cgroup.controllers of the root (v2) or the mounted ones (v1).
	CgroupControllers []string `json:"cgroupControllers"`
	CgroupVersion     int      `json:"cgroupVersion"` // 1 or 2; 0 is unknown
	// Kernel says of each KernelFeature whether this host has it (loaded, built in, or a probe succeeded).
	Kernel map[KernelFeature]bool `json:"kernel"`

	// PortsBusy are the Keys of requested ports that something else holds, with what holds them ("" when unknown).
	PortsBusy map[string]string `json:"portsBusy"`
	// Reach says per peer (host id) and port Key why it could not be reached; "" means reached.
	Reach map[string]map[string]string `json:"reach"`
	// VIPAnswer is the MAC that answered an ARP probe for the VIP; "" means nobody did.
	VIPAnswer string `json:"vipAnswer,omitempty"`
	// VIPProbed is true when the ARP probe was really sent.
	VIPProbed bool `json:"vipProbed,omitempty"`
	// Endpoint is set when the request names a load balancer.
	Endpoint *EndpointFacts `json:"endpoint,omitempty"`

	// ContentMissing counts blobs of the request that are not in this host's content store.
	ContentMissing      int   `json:"contentMissing"`
	ContentMissingBytes int64 `json:"contentMissingBytes"`

	// Leftovers of an earlier Kubernetes: paths, links and processes, as sentences for the user.
	Leftovers []string `json:"leftovers"`
	// InCluster is true when this host has an assignment of a cluster already.
	InCluster bool `json:"inCluster"`

	// Unmeasured names what could not be measured (a check id) and why.
	Unmeasured map[string]string `json:"unmeasured,omitempty"`
}

// AdapterFacts is one adapter that can carry cluster traffic.
type AdapterFacts struct {
	Name string `json:"name"`
	MAC  string `json:"mac,omitempty"`
	// Prefixes are its addresses with prefix length, "192.0.2.10/24".
	Prefixes []string `json:"prefixes"`
	Carrier  bool     `json:"carrier"`
	MTU      int      `json:"mtu,omitempty"`
	// DefaultRoute is true when the host's default route leaves by this adapter.
	DefaultRoute bool `json:"defaultRoute,omitempty"`
}

// DiskPlace is a place that a cluster writes to.
type DiskPlace string

// The places. Several may share one file system; each then shows the same number.
const (
	DiskPool       DiskPlace = "pool"       // the storage pool
	DiskContainerd DiskPlace = "containerd" // /var/lib/containerd
	DiskKubelet    DiskPlace = "kubelet"    // /var/lib/kubelet
	DiskEtcd       DiskPlace = "etcd"       // /var/lib/etcd, only asked of control-plane hosts
)

// KernelFeature is something that Kubernetes, containerd or Calico needs of the kernel.
type KernelFeature string

// The kernel features. IPTables is met by ip_tables or nf_tables.
const (
	KernelOverlay     KernelFeature = "overlay"
	KernelBrNetfilter KernelFeature = "br_netfilter"
	KernelVXLAN       KernelFeature = "vxlan"
	KernelIPTables    KernelFeature = "ip_tables"
	KernelIPForward   KernelFeature = "ip_forward" // forwarding is on or can be switched on
	KernelConntrack   KernelFeature = "nf_conntrack"
	KernelIPSet       KernelFeature = "ip_set"
)

// ClockOffset returns the host's clock minus the leader's, given when the leader received the facts. It is off by at most
// the time the facts travelled, which is far below the second that matters to etcd.
func (f Facts) ClockOffset(receivedAt time.Time) time.Duration { return f.MeasuredAt.Sub(receivedAt) }
