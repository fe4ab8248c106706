package cluster

import "time"

// Role is what a host does in the cluster.
type Role string

// The roles. RoleInit is the control-plane host that runs `kubeadm init`; it is chosen by the plan.
const (
	RoleInit         Role = "init"
	RoleControlPlane Role = "control-plane"
	RoleWorker       Role = "worker"
)

// Spec is what a person asks for: one cluster on linked hosts. It is the YAML and JSON that `cluster create -f` takes.
type Spec struct {
	Name       string            `json:"name" yaml:"name"`
	Tags       map[string]string `json:"tags,omitempty" yaml:"tags,omitempty"`
	Definition DefinitionRef     `json:"definition" yaml:"definition"`
	Variables  map[string]string `json:"variables,omitempty" yaml:"variables,omitempty"`
	// VIP is the IPv4 address of the API server that kube-vip moves between control-plane hosts.
	VIP string `json:"vip,omitempty" yaml:"vip,omitempty"`
	// ControlPlaneEndpoint is a load balancer outside of the cluster, in place of a VIP: see ParseEndpoint. Both may be empty only
	// with one control-plane host.
	ControlPlaneEndpoint string   `json:"controlPlaneEndpoint,omitempty" yaml:"controlPlaneEndpoint,omitempty"`
	NTPServers           []string `json:"ntpServers,omitempty" yaml:"ntpServers,omitempty"`
	SSHKeys              []string `json:"sshKeys,omitempty" yaml:"sshKeys,omitempty"`
	Pools                []Pool   `json:"pools" yaml:"pools"`
}

// DefinitionRef names a cluster definition in the content store; an empty Version takes the only one there is.
type DefinitionRef struct {
	Name    string `json:"name" yaml:"name"`
	Version string `json:"version,omitempty" yaml:"version,omitempty"`
}

// Pool is a node pool: a named set of hosts with one role (RoleControlPlane or RoleWorker).
type Pool struct {
	Name string `json:"name" yaml:"name"`
	Role Role   `json:"role" yaml:"role"`
	// WorkerCapable lets ordinary pods run on control-plane hosts (no NoSchedule taint).
	WorkerCapable bool              `json:"workerCapable,omitempty" yaml:"workerCapable,omitempty"`
	Labels        map[string]string `json:"labels,omitempty" yaml:"labels,omitempty"`
	Taints        []Taint           `json:"taints,omitempty" yaml:"taints,omitempty"`
	Hosts         []PoolHost        `json:"hosts" yaml:"hosts"`
}

// Taint is a Kubernetes node taint (effect NoSchedule, PreferNoSchedule or NoExecute).
type Taint struct {
	Key    string `json:"key" yaml:"key"`
	Value  string `json:"value,omitempty" yaml:"value,omitempty"`
	Effect string `json:"effect" yaml:"effect"`
}

// PoolHost puts one linked host into a pool.
type PoolHost struct {
	// Host is the id or the name of a linked host.
	Host string `json:"host" yaml:"host"`
	// Adapter carries the node address; empty takes the one with the default route, else the first with an address.
	Adapter string `json:"adapter,omitempty" yaml:"adapter,omitempty"`
	// Name is the node name; empty takes the host's name.
	Name string `json:"name,omitempty" yaml:"name,omitempty"`
}

// Pack is one versioned layer of the profile as a host needs it.
type Pack struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Layer   string `json:"layer"`
	// Digest is that of the pack's OCI artifact manifest in the content store.
	Digest string `json:"digest"`
}

// Config is what every host of the cluster knows about it.
type Config struct {
	ClusterID string `json:"clusterId"`
	Name      string `json:"name"`
	// VIP is what kube-vip moves, Endpoint the host:port of a load balancer; at most one is there (see APIServer).
	VIP               string            `json:"vip,omitempty"`
	Endpoint          string            `json:"endpoint,omitempty"`
	PodCIDR           string            `json:"podCIDR"`
	ServiceCIDR       string            `json:"serviceCIDR"`
	KubernetesVersion string            `json:"kubernetesVersion"`
	ControlPlaneHosts int               `json:"controlPlaneHosts"`
	Packs             []Pack            `json:"packs"`
	Variables         map[string]string `json:"variables,omitempty"`
	NTPServers        []string          `json:"ntpServers,omitempty"`
	SSHKeys           []string          `json:"sshKeys,omitempty"`
}

// Phase is how far a host may go. It only grows, but for PhaseDelete, which may come at any time and is final.
type Phase string

// The phases, in order.
const (
	PhasePrepare  Phase = "prepare"  // place binaries, pull images, start containerd
	PhaseJoin     Phase = "join"     // kubeadm init or join (Join says how)
	PhaseFinalize Phase = "finalize" // every host has joined: kube-vip gets its lasting credentials
	PhaseDelete   Phase = "delete"   // take everything of the cluster off the host
)

// Assignment is what the leader wants of one host. The host pulls it over its linked channel and makes it so, idempotently.
type Assignment struct {
	Config Config  `json:"config"`
	Phase  Phase   `json:"phase"`
	Role   Role    `json:"role"`
	Node   Node    `json:"node"`
	Join   *Join   `json:"join,omitempty"`
	Init   *Secret `json:"init,omitempty"`
	// Peers are all hosts of the cluster, this one included.
	Peers []Node `json:"peers"`
}

// Node is one host as a member of the cluster. Taints are all that it is to have: a control-plane host without the
// control-plane taint in them takes ordinary pods.
type Node struct {
	HostID  string            `json:"hostId"`
	Name    string            `json:"name"`
	Address string            `json:"address"`
	Adapter string            `json:"adapter,omitempty"`
	Labels  map[string]string `json:"labels,omitempty"`
	Taints  []Taint           `json:"taints,omitempty"`
}

// Secret is what the init host needs so that others can join; made once per cluster by the leader with crypto/rand.
type Secret struct {
	// Token is a bootstrap token, [a-z0-9]{6}.[a-z0-9]{16}, valid two hours.
	Token string `json:"token"`
	// CertificateKey is 32 bytes in hex (kubeadm --upload-certs), valid two hours.
	CertificateKey string `json:"certificateKey"`
}

// Join is what a joining host needs.
type Join struct {
	Secret
	// Endpoint is address:6443 of an API server that answers now.
	Endpoint string `json:"endpoint"`
	// CAHashes are the sha256:HEX pins of the cluster's CA (kubeadm caCertHashes).
	CAHashes []string `json:"caHashes"`
}

// StepState is the state of one step of a host.
type StepState string

// The step states.
const (
	StepPending StepState = "pending"
	StepRunning StepState = "running"
	StepDone    StepState = "done"
	StepFailed  StepState = "failed"
)

// Step is one thing a host does, with its times and what it says.
type Step struct {
	Name      string    `json:"name"`
	State     StepState `json:"state"`
	Message   string    `json:"message,omitempty"`
	Done      int64     `json:"done,omitempty"`  // progress: bytes or counts
	Total     int64     `json:"total,omitempty"` // 0 when unknown
	Unit      string    `json:"unit,omitempty"`  // of Done and Total: "bytes", "images" ...
	StartedAt time.Time `json:"startedAt,omitzero"`
	EndedAt   time.Time `json:"endedAt,omitzero"`
}

// HostReport is what a host tells the leader about its assignment: observed, never assumed.
type HostReport struct {
	ClusterID string `json:"clusterId"`
	// Reached is the highest phase that is complete on this host (PhaseDelete: nothing of the cluster is left).
	Reached Phase  `json:"reached,omitempty"`
	Steps   []Step `json:"steps,omitempty"`
	// CAHashes is set by the init host once the cluster's CA exists.
	CAHashes []string `json:"caHashes,omitempty"`
	// Certificates are those of Kubernetes on this host, once it has joined.
	Certificates []Certificate `json:"certificates,omitempty"`
	// Error is a sentence for the user when the last try failed; the host goes on trying.
	Error string `json:"error,omitempty"`
	// Status is what this host read from the Kubernetes API; only control-plane hosts that are joined have it.
	Status *Status `json:"status,omitempty"`
}

// Status is the cluster as read from the Kubernetes API and from probes.
type Status struct {
	ReadAt time.Time    `json:"readAt"`
	Nodes  []NodeStatus `json:"nodes"`
	// Applications has one row for each pack of the Config that has something running, by the pack's name.
	Applications []Application `json:"applications"`
	// VIPHolder is the node that has the VIP now (lease plndr-cp-lock), empty when unknown.
	VIPHolder string `json:"vipHolder,omitempty"`
}

// NodeStatus is one Kubernetes node.
type NodeStatus struct {
	Name    string `json:"name"`
	Role    string `json:"role"`
	Ready   bool   `json:"ready"`
	Version string `json:"version"`
	Address string `json:"address,omitempty"`
	Reason  string `json:"reason,omitempty"`
	// Architecture is Kubernetes' word for it, amd64 or arm64.
	Architecture string    `json:"architecture,omitempty"`
	CreatedAt    time.Time `json:"createdAt,omitzero"`
}

// Application is one pack of the profile as it runs: pods counted, functions probed.
type Application struct {
	Name    string `json:"name"`
	Layer   string `json:"layer"`
	Version string `json:"version"`
	// Status is Running, Progressing or Failed.
	Status  string `json:"status"`
	Message string `json:"message,omitempty"`
	// Since is when the last of its pods became ready or stopped being so; zero for a pack without pods.
	Since time.Time `json:"since,omitzero"`
}
