package cluster

// nodePorts are those of every node (https://kubernetes.io/docs/reference/networking/ports-and-protocols/ and
// https://docs.tigera.io/calico/latest/getting-started/kubernetes/requirements).
var nodePorts = []PortProbe{
	{Port: 10250, Protocol: "tcp", Purpose: "kubelet API"},
	{Port: 10256, Protocol: "tcp", Purpose: "kube-proxy health"},
	{Port: 4789, Protocol: "udp", Purpose: "pod network (VXLAN)"},
	{Port: 10248, Protocol: "tcp", Purpose: "kubelet health", Local: true},
	{Port: 10249, Protocol: "tcp", Purpose: "kube-proxy metrics", Local: true},
}

// controlPlanePorts come on top on control-plane hosts. The controller manager and the scheduler listen on loopback only,
// as kubeadm sets them up.
var controlPlanePorts = []PortProbe{
	{Port: APIPort, Protocol: "tcp", Purpose: "Kubernetes API server"},
	{Port: 2379, Protocol: "tcp", Purpose: "etcd client"},
	{Port: 2380, Protocol: "tcp", Purpose: "etcd peer"},
	{Port: 10257, Protocol: "tcp", Purpose: "kube-controller-manager", Local: true},
	{Port: 10259, Protocol: "tcp", Purpose: "kube-scheduler", Local: true},
}

// Ports returns what a host of a role listens on, in every cluster.
func Ports(role Role) []PortProbe {
	if role == RoleWorker {
		return append([]PortProbe(nil), nodePorts...)
	}
	return append(append([]PortProbe(nil), controlPlanePorts...), nodePorts...)
}

// ports are those of a role in this cluster: the registry comes on top where the VIP can be.
func (c Config) ports(role Role) []PortProbe {
	out := Ports(role)
	if port := c.RegistryPort(); port != 0 && role != RoleWorker {
		out = append(out, PortProbe{Port: port, Protocol: "tcp", Purpose: "in-cluster registry"})
	}
	return out
}

// dialedPorts returns the ports of a peer that a host of role from dials: etcd is spoken between control-plane hosts only,
// and what a firewall does to others does not matter.
func (c Config) dialedPorts(from, to Role) []PortProbe {
	var out []PortProbe
	for _, p := range c.ports(to) {
		etcd := p.Port == 2379 || p.Port == 2380
		if p.Local || (etcd && from == RoleWorker) {
			continue
		}
		out = append(out, p)
	}
	return out
}
