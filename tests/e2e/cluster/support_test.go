package cluster

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/slipway-os/slipway/agent/cluster/kubeadm"
	"github.com/slipway-os/slipway/agent/diag/support"
	"github.com/slipway-os/slipway/tests/e2e/suite"
)

// canary is a secret of whoever uses the cluster.
const canary = "CANARYcanary0123456789"

// Features 140 and 142. supportBundle: what a host of a cluster hands out tells how Kubernetes is and what its parts logged, and
// has none of the secrets that are in the cluster and on the host.
func (g *group) supportBundle(t *testing.T) {
	h := g.Host(2)
	if _, err := g.Kubectl(t.Context(), "create", "secret", "generic", "canary", "--from-literal=word="+canary); err != nil {
		t.Fatal(err)
	}
	suite.On(t, h, "", "diag", "bundle", "-o", "/tmp/support.tar.gz").OK(t)
	var m support.Manifest
	if err := json.Unmarshal([]byte(suite.Exec(t, h, "tar xzOf /tmp/support.tar.gz --wildcards '*/manifest.json'")), &m); err != nil {
		t.Fatal(err)
	}
	files := map[string]support.File{}
	for _, f := range m.Files {
		files[f.Name] = f
	}
	for _, name := range append(kubeadm.Inspections(), "pod-logs") {
		if f := files["kubernetes/"+name+".txt"]; f.Error != "" || f.SizeBytes == 0 {
			t.Errorf("%s: %d bytes, %s", name, f.SizeBytes, f.Error)
		}
	}
	part := func(name string) string {
		return suite.Exec(t, h, `tar xzOf /tmp/support.tar.gz --wildcards "*/kubernetes/$1"`, name)
	}
	for name, want := range map[string][]string{"nodes.txt": {"h1 ", "h2 ", "h3 "}, "pods.txt": {"calico-node", "kube-vip-h2"}, "readiness.txt": {"[+]etcd ok"},
		"pod-logs.txt": {"kube-system_etcd-h2", "kube-system_kube-apiserver-h2"}, "kubeadm.log": {"kubeadm join", "[etcd]"}} {
		text := part(name)
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("%s lacks %q: %.300s", name, w, text)
			}
		}
	}
	secrets := suite.Exec(t, h, `cd /etc/kubernetes; for f in pki/*.key pki/etcd/*.key; do sed -n 2p $f; done
		sed -n 's/.*client-key-data: //p' *.conf | cut -c 1-64`)
	text := suite.Exec(t, h, "tar xzOf /tmp/support.tar.gz; rm -r /tmp/support.tar.gz /var/lib/slipway/support")
	for _, secret := range append(strings.Fields(secrets), canary, base64.StdEncoding.EncodeToString([]byte(canary))) {
		if len(secret) < 16 || strings.Contains(text, secret) {
			t.Errorf("%.12s... is in the bundle, or is no secret", secret)
		}
	}
	if _, err := g.Kubectl(t.Context(), "delete", "secret", "canary"); err != nil {
		t.Fatal(err)
	}
}
