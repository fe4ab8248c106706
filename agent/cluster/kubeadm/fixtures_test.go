package kubeadm

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"sigs.k8s.io/yaml"

	"github.com/slipway-os/slipway/agent/cluster"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares a text with testdata/name.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; -update writes it anew. Got:\n%s", file, got)
	}
}

func decodeYAML(text string) (apiObject, error) {
	var o apiObject
	err := yaml.Unmarshal([]byte(text), &o)
	return o, err
}

var testSecret = cluster.Secret{Token: "abcdef.0123456789abcdef",
	CertificateKey: "1111111111111111111111111111111111111111111111111111111111111111"}

const testCorefile = `.:53 {
    errors
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
    }
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
    cache 30 {
       disable success cluster.local
    }
    loop
    reload
}
`

// testCA is a throw-away certificate; its key is not kept.
const testCA = `-----BEGIN CERTIFICATE-----
MIIBgDCCASWgAwIBAgIUClFixarifrZ8RDKkxNN21AdzQ2swCgYIKoZIzj0EAwIw
FTETMBEGA1UEAwwKa3ViZXJuZXRlczAeFw0yNjExMjAxNDU1NDhaFw0zNjExMTcx
NDU1NDhaMBUxEzARBgNVBAMMCmt1YmVybmV0ZXMwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAATwJ4n6cDZS8DoLXV3gxBRIJlrNLNbGDfusEmjUMX9x9uM50pgO/+xY
hmS9BwbrSAC+tsDrmIUYqjaSoSm+xjJdo1MwUTAdBgNVHQ4EFgQUBzf1cdL4KNzp
kYk06E586irp/YcwHwYDVR0jBBgwFoAUBzf1cdL4KNzpkYk06E586irp/YcwDwYD
VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEA2mhkx7q7yjHJrQXcwCrS
jh3rjG6lAyMdNUAqWN9LZkACIQDFGXT9uHaYPwKXYiX9coZHrVz3UtaU5wS7ZX1/
90o/xQ==
-----END CERTIFICATE-----
`

var testPacks = packs{
	"sha256:k": {PackConfig{Name: "kubernetes", Images: []string{"registry.k8s.io/pause:3.10", "registry.k8s.io/etcd:3.5.16-0"},
		Links: map[string]string{"bin/kubectl": "kubeall", "bin/kubeadm": "kubeall"}}, map[string]string{"bin/kubeall": "#!binary"}},
	"sha256:v": {PackConfig{Name: "kube-vip", Images: []string{"ghcr.io/kube-vip/kube-vip:v0.9.2"}},
		map[string]string{"static/kube-vip.yaml": "address: {{.VIP}}\ninterface: {{.VIPAdapter}}\npath: {{.KubeConfig}}\n"}},
	"sha256:c": {PackConfig{Name: "calico", Images: []string{"docker.io/calico/node:v3.28.5"}, Manifests: []string{"manifests/calico.yaml"}},
		map[string]string{"manifests/calico.yaml": "cidr: {{.PodCIDR}}\n"}},
	"sha256:l": {PackConfig{Name: "local-path", Images: []string{"docker.io/rancher/local-path-provisioner:v0.0.30"}, Manifests: []string{"manifests/local-path.yaml"}},
		map[string]string{"manifests/local-path.yaml": "dir: {{.StorageDir}}\n"}},
}

func testAssignment(phase cluster.Phase, role cluster.Role) cluster.Assignment {
	node := cluster.Node{HostID: "h1", Name: "host1", Address: "10.77.0.11", Adapter: "LAN",
		Labels: map[string]string{"example.org/zone": "a", "node-role.kubernetes.io/edge": "yes"}}
	a := cluster.Assignment{Phase: phase, Role: role, Node: node,
		Peers: []cluster.Node{node, {HostID: "h2", Name: "host2", Address: "10.77.0.12"}},
		Config: cluster.Config{ClusterID: "c1", Name: "demo", VIP: "10.77.0.100", PodCIDR: "100.64.0.0/18", ServiceCIDR: "100.64.64.0/18",
			KubernetesVersion: "1.32.3", ControlPlaneHosts: 3, Packs: []cluster.Pack{
				{Name: "kubernetes", Version: "1.32.3", Layer: "kubernetes", Digest: "sha256:k"},
				{Name: "kube-vip", Version: "0.9.2", Layer: "vip", Digest: "sha256:v"},
				{Name: "calico", Version: "3.28.5", Layer: "cni", Digest: "sha256:c"},
				{Name: "local-path", Version: "0.0.30", Layer: "csi", Digest: "sha256:l"}}}}
	switch role {
	case cluster.RoleInit:
		a.Init = &testSecret
	default:
		a.Join = &cluster.Join{Secret: testSecret, Endpoint: "10.77.0.10:6443", CAHashes: []string{"sha256:aa"}}
	}
	return a
}

func testEngine(t *testing.T, w *world) *Engine {
	t.Helper()
	e, err := New(Options{Root: w.root, Content: testPacks, Units: w, Runner: w, Prober: w, API: w,
		Now: func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }})
	if err != nil {
		t.Fatal(err)
	}
	return e
}
