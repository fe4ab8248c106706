package kubeadm

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/slipway-os/slipway/agent/cluster"
)

// The kubeadm configuration, v1beta4 (https://kubernetes.io/docs/reference/config-api/kubeadm-config.v1beta4/). Only the
// fields that are set here are declared.
type (
	obj = map[string]any
	arg struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
)

const (
	apiVersion   = "kubeadm.k8s.io/v1beta4"
	apiPort      = cluster.APIPort
	secretsValid = "2h0m0s"
)

// Facts of the host that the configuration depends on.
type hostFacts struct {
	// conntrackWritable: kube-proxy may set the size of the connection table.
	conntrackWritable bool
	kubelet           Kubelet
}

// initConfig renders what `kubeadm init --config` takes.
func initConfig(a cluster.Assignment, f hostFacts) ([]byte, error) {
	if a.Init == nil {
		return nil, pendingError("waiting for the leader to send the secrets of the cluster")
	}
	return documents(
		obj{"apiVersion": apiVersion, "kind": "InitConfiguration",
			"bootstrapTokens": []obj{{"token": a.Init.Token, "ttl": secretsValid, "usages": []string{"signing", "authentication"},
				"groups": []string{"system:bootstrappers:kubeadm:default-node-token"}}},
			"certificateKey":   a.Init.CertificateKey,
			"localAPIEndpoint": localEndpoint(a),
			"nodeRegistration": nodeRegistration(a),
		},
		clusterConfig(a), kubeletConfiguration(f), proxyConfiguration(f))
}

// joinConfig renders what `kubeadm join --config` takes. The CA is pinned: a host never trusts an API server that it
// cannot check.
func joinConfig(a cluster.Assignment) ([]byte, error) {
	if a.Join == nil {
		return nil, pendingError("waiting for the leader to say how to join")
	}
	if len(a.Join.CAHashes) == 0 {
		return nil, pendingError("waiting for the leader to send the pin of the cluster's CA")
	}
	c := obj{"apiVersion": apiVersion, "kind": "JoinConfiguration",
		"discovery": obj{"bootstrapToken": obj{"apiServerEndpoint": a.Join.Endpoint, "token": a.Join.Token,
			"caCertHashes": a.Join.CAHashes}},
		"nodeRegistration": nodeRegistration(a),
	}
	if a.Role != cluster.RoleWorker {
		c["controlPlane"] = obj{"certificateKey": a.Join.CertificateKey, "localAPIEndpoint": localEndpoint(a)}
	}
	return documents(c)
}

func localEndpoint(a cluster.Assignment) obj {
	return obj{"advertiseAddress": a.Node.Address, "bindPort": apiPort}
}

// endpoint is where every member finds the API server, as a control-plane host knows it: the VIP, a load balancer, or itself, being
// the only one.
func endpoint(a cluster.Assignment) string { return a.Config.APIServer(a.Node.Address) }

func nodeRegistration(a cluster.Assignment) obj {
	taints := []obj{} // not nil: kubeadm would add its own
	for _, t := range a.Node.Taints {
		taints = append(taints, obj{"key": t.Key, "value": t.Value, "effect": t.Effect})
	}
	return obj{"name": a.Node.Name, "criSocket": criSocket, "imagePullPolicy": "IfNotPresent", "taints": taints,
		"kubeletExtraArgs": kubeletArgs(a.Node)}
}

func kubeletArgs(n cluster.Node) []arg {
	args := []arg{{"node-ip", n.Address}}
	var labels []string
	for k, v := range n.Labels {
		if !kubernetesLabel(k) {
			labels = append(labels, k+"="+v)
		}
	}
	if len(labels) > 0 {
		slices.Sort(labels)
		args = append(args, arg{"node-labels", strings.Join(labels, ",")})
	}
	return args
}

// kubernetesLabel tells whether a kubelet may not give itself the label; the init host sets those
// (https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction).
func kubernetesLabel(key string) bool {
	domain, _, found := strings.Cut(key, "/")
	return found && (domain == "kubernetes.io" || domain == "k8s.io" ||
		strings.HasSuffix(domain, ".kubernetes.io") || strings.HasSuffix(domain, ".k8s.io"))
}

func clusterConfig(a cluster.Assignment) obj {
	// Profiling endpoints tell much and are of no use on an appliance (CIS Kubernetes Benchmark 1.2.15, 1.3.2, 1.4.1).
	noProfiling := []arg{{"profiling", "false"}}
	sans := []string{"127.0.0.1", a.Node.Address}
	for _, s := range []string{a.Config.VIP, a.Config.EndpointHost()} {
		if s != "" && !slices.Contains(sans, s) {
			sans = append(sans, s)
		}
	}
	return obj{"apiVersion": apiVersion, "kind": "ClusterConfiguration",
		"clusterName":          a.Config.Name,
		"kubernetesVersion":    "v" + strings.TrimPrefix(a.Config.KubernetesVersion, "v"),
		"controlPlaneEndpoint": endpoint(a),
		"networking":           obj{"podSubnet": a.Config.PodCIDR, "serviceSubnet": a.Config.ServiceCIDR, "dnsDomain": dnsDomain},
		"apiServer":            obj{"certSANs": sans, "extraArgs": noProfiling},
		"controllerManager":    obj{"extraArgs": noProfiling},
		"scheduler":            obj{"extraArgs": noProfiling},
	}
}

// kubeletConfiguration: images are never collected for space, since the content of the cluster is pinned anyway; pods are
// evicted late, because etcd and the storage pool may share the disk and an appliance has nowhere to move its pods.
func kubeletConfiguration(f hostFacts) obj {
	c := obj{"apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration",
		"cgroupDriver":                "systemd",
		"failSwapOn":                  false,
		"imageGCHighThresholdPercent": 100,
		"imageGCLowThresholdPercent":  99,
		"evictionHard": obj{"memory.available": "100Mi", "nodefs.available": "2%", "nodefs.inodesFree": "1%",
			"imagefs.available": "2%", "imagefs.inodesFree": "1%"},
		"resolvConf":                      resolvFile,
		"rotateCertificates":              true,
		"serializeImagePulls":             false,
		"shutdownGracePeriod":             "30s",
		"shutdownGracePeriodCriticalPods": "10s",
		"containerLogMaxSize":             "10Mi",
		"containerLogMaxFiles":            3,
	}
	if f.kubelet.OOMScoreAdj != nil {
		c["oomScoreAdj"] = *f.kubelet.OOMScoreAdj
	}
	if f.kubelet.FailCgroupV1 != nil {
		c["failCgroupV1"] = *f.kubelet.FailCgroupV1
	}
	return c
}

func proxyConfiguration(f hostFacts) obj {
	c := obj{"apiVersion": "kubeproxy.config.k8s.io/v1alpha1", "kind": "KubeProxyConfiguration", "mode": "iptables"}
	if !f.conntrackWritable {
		c["conntrack"] = obj{"maxPerCore": 0}
	}
	return c
}

// documents joins objects to one YAML text with sorted keys.
func documents(objs ...obj) ([]byte, error) {
	var out []byte
	for _, o := range objs {
		b, err := yaml.Marshal(o)
		if err != nil {
			return nil, err
		}
		out = append(append(out, "---\n"...), b...)
	}
	return out, nil
}

const dnsDomain = "cluster.local"

// serviceAddress returns the nth address of the service CIDR. Kubernetes takes the first for the API server and kubeadm
// the tenth for DNS.
func serviceAddress(serviceCIDR string, n int) (string, error) {
	p, err := netip.ParsePrefix(serviceCIDR)
	if err != nil {
		return "", err
	}
	a := p.Masked().Addr()
	for range n {
		a = a.Next()
	}
	if !p.Contains(a) {
		return "", fmt.Errorf("service CIDR %s is too small", serviceCIDR)
	}
	return a.String(), nil
}

// caHash is the pin of a CA as kubeadm's caCertHashes wants it: over the SubjectPublicKeyInfo (RFC 7469, 2.4).
func caHash(file string) (string, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	cert, err := pemCertificate(b)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(cert.RawSubjectPublicKeyInfo)
	return "sha256:" + hex.EncodeToString(sum[:]), nil
}
