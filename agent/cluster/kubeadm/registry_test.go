package kubeadm

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/cluster"
)

// withRegistry is an assignment of a cluster that serves its images on port 30003.
func withRegistry(role cluster.Role) cluster.Assignment {
	a := testAssignment(cluster.PhaseFinalize, role)
	a.Config.Variables = map[string]string{cluster.VarInClusterRegistry: "true", cluster.VarRegistryPort: "30003"}
	return a
}

// newCA puts a certificate authority where kubeadm has it.
func (w *world) newCA(t *testing.T, now time.Time) {
	t.Helper()
	cert, key := newCertificate(t, now, now.Add(10*365*24*time.Hour))
	w.put(caFile, cert)
	w.put(caKeyFile, key)
}

// newCertificate is an authority with its key, as PEM files.
func newCertificate(t *testing.T, now, end time.Time) (cert, key string) {
	t.Helper()
	pair, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "kubernetes"}, NotBefore: now.Add(-time.Hour),
		NotAfter: end, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &pair.PublicKey, pair)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(pair)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw}))
}

// Feature 93. The certificate is the cluster's own, for the VIP, and opens nothing as a client.
func TestRegistryCertificate(t *testing.T) {
	w := newWorld(t)
	e := testEngine(t, w)
	if _, err := e.RegistryCertificate(); err == nil {
		t.Error("a certificate without a cluster")
	}
	w.newCA(t, e.opt.Now())
	e.Assign(withRegistry(cluster.RoleInit))
	cert, err := e.RegistryCertificate()
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(w.read(caFile)))
	for _, name := range []string{"10.77.0.100", "10.77.0.11", "host1"} {
		if _, err := cert.Leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: name, CurrentTime: e.opt.Now()}); err != nil {
			t.Errorf("for %s: %v", name, err)
		}
	}
	client := x509.VerifyOptions{Roots: roots, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}, CurrentTime: e.opt.Now()}
	if _, err := cert.Leaf.Verify(client); err == nil || len(cert.Leaf.Subject.Organization) > 0 {
		t.Error("the certificate would do as one of a client")
	}
	if left := cert.Leaf.NotAfter.Sub(e.opt.Now()); left != registryCertLife {
		t.Errorf("valid for %s", left)
	}
}

// Only a control-plane host that has joined serves, and only while it is not taken out.
func TestRegistryPort(t *testing.T) {
	w := newWorld(t)
	e := testEngine(t, w)
	a := withRegistry(cluster.RoleControlPlane)
	e.Assign(a)
	if port, _ := e.RegistryPort(); port != 0 {
		t.Errorf("not joined, port %d", port)
	}
	w.member(t, e, a)
	if port, id := e.RegistryPort(); port != 30003 || id != "c1" {
		t.Errorf("joined, port %d of %q", port, id)
	}
	a.Phase = cluster.PhaseDelete
	e.Assign(a)
	if port, _ := e.RegistryPort(); port != 0 {
		t.Errorf("being deleted, port %d", port)
	}
	e.Assign(withRegistry(cluster.RoleWorker))
	if port, _ := e.RegistryPort(); port != 0 {
		t.Errorf("a worker, port %d", port)
	}
	e.Assign(testAssignment(cluster.PhaseFinalize, cluster.RoleInit))
	if port, _ := e.RegistryPort(); port != 0 {
		t.Errorf("switched off, port %d", port)
	}
}

// containerd is told to trust the registry at the VIP; what it was told goes with the cluster, what others told it stays.
func TestRegistryHosts(t *testing.T) {
	a := withRegistry(cluster.RoleWorker)
	file, text := registryHosts(a)
	if file != "/etc/containerd/certs.d/10.77.0.100:30003/hosts.toml" || !strings.Contains(text, `server = "https://10.77.0.100:30003"`) || !strings.Contains(text, caFile) {
		t.Errorf("%s:\n%s", file, text)
	}
	a.Config.VIP = ""
	if file, _ := registryHosts(a); !strings.Contains(file, "/10.77.0.11:30003/") {
		t.Errorf("without a VIP: %s", file)
	}
	w := newWorld(t)
	e := testEngine(t, w)
	const foreign = "/etc/containerd/certs.d/example.org:5000/hosts.toml"
	w.put(file, text)
	w.put(foreign, "server = \"https://example.org:5000\"\n")
	if left, err := e.Leftovers(t.Context()); err != nil || len(left) > 0 {
		t.Errorf("a host is refused for %v, %v", left, err)
	}
	if err := e.removeOwnFiles(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(w.root, filepath.Dir(file))); err == nil || w.read(foreign) == "" {
		t.Error("the folder of the cluster's registry is there, or that of another one is not")
	}
}
