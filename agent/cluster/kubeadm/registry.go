package kubeadm

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/slipway-os/slipway/agent/cluster"
)

const (
	caKeyFile = kubernetesDir + "/pki/ca.key"
	// registryCertLife is how long a certificate of the in-cluster registry is valid. It lives in memory only: a restart of
	// the agent makes another.
	registryCertLife = 365 * 24 * time.Hour
	// ownMark begins the files of the engine in folders that belong to others too.
	ownMark = "# slipway\n"
)

// RegistryPort is where this host is to serve the images of the content to the cluster, and the id of that cluster; 0 when it
// is not to: it is no control-plane host, has not joined yet, or is being taken out.
func (e *Engine) RegistryPort() (port int, clusterID string) {
	a, ok := e.Assignment()
	if !ok || a.Phase == cluster.PhaseDelete || a.Role == cluster.RoleWorker || a.Config.RegistryPort() == 0 || !e.joined(a) {
		return 0, ""
	}
	return a.Config.RegistryPort(), a.Config.ClusterID
}

// RegistryCertificate makes a server certificate that the cluster's CA signs, for the VIP or the load balancer and this host: who
// has the cluster's CA trusts the registry, on whichever host it is reached. It is good for nothing else (RFC 5280, 4.2.1.12).
func (e *Engine) RegistryCertificate() (*tls.Certificate, error) {
	a, ok := e.Assignment()
	if !ok {
		return nil, errors.New("this host is not a member of a cluster")
	}
	ca, err := tls.LoadX509KeyPair(e.path(caFile), e.path(caKeyFile))
	if err != nil {
		return nil, fmt.Errorf("read the cluster's CA: %w", err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	now := e.opt.Now()
	t := &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: "slipway-registry"}, DNSNames: []string{a.Node.Name},
		NotBefore: now.Add(-5 * time.Minute), NotAfter: now.Add(registryCertLife),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	for _, s := range []string{a.Config.VIP, a.Config.EndpointHost(), a.Node.Address, "127.0.0.1"} {
		if ip := net.ParseIP(s); ip != nil {
			t.IPAddresses = append(t.IPAddresses, ip)
		} else if s != "" {
			t.DNSNames = append(t.DNSNames, s)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, t, ca.Leaf, &key.PublicKey, ca.PrivateKey)
	if err != nil {
		return nil, fmt.Errorf("sign the registry's certificate: %w", err)
	}
	leaf, err := x509.ParseCertificate(der)
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, err
}

// registryHost is what the members of the cluster call its registry.
func registryHost(a cluster.Assignment) string {
	first := ""
	if len(a.Peers) > 0 {
		first = a.Peers[0].Address
	}
	return registryAt(a, a.Config.RegistryHost(first))
}

func registryAt(a cluster.Assignment, host string) string {
	return net.JoinHostPort(host, strconv.Itoa(a.Config.RegistryPort()))
}

// registryWays are where the members of the cluster look for its registry, in this order. With a load balancer they ask the
// control-plane hosts themselves first: it need not lead to the registry too, and none of them has to be there.
func registryWays(a cluster.Assignment) (ways []string) {
	if a.Config.Endpoint != "" {
		for _, n := range a.Peers[:min(len(a.Peers), a.Config.ControlPlaneHosts)] { // they come first
			ways = append(ways, registryAt(a, n.Address))
		}
	}
	if at := registryHost(a); !slices.Contains(ways, at) {
		ways = append(ways, at)
	}
	return ways
}

// registryHosts is the file by which containerd trusts the in-cluster registry; "" when there is none. Images whose names do
// not begin with it come from this host's own registry as ever.
func registryHosts(a cluster.Assignment) (file, text string) {
	if a.Config.RegistryPort() == 0 {
		return "", ""
	}
	text = ownMark + fmt.Sprintf("server = %q\n", "https://"+registryHost(a))
	for _, at := range registryWays(a) {
		text += fmt.Sprintf("\n[host.%q]\n  capabilities = [\"pull\", \"resolve\"]\n  ca = %q\n", "https://"+at, caFile)
	}
	return certsDir + "/" + registryHost(a) + "/hosts.toml", text
}

// registryFolders are those that registryHosts made, of this cluster or an earlier one.
func (e *Engine) registryFolders() []string {
	var out []string
	for _, f := range e.present([]string{certsDir + "/*:*/hosts.toml"}) {
		if b, err := os.ReadFile(e.path(f)); err == nil && strings.HasPrefix(string(b), ownMark) {
			out = append(out, filepath.Dir(f))
		}
	}
	return out
}

// pemCertificate reads the first certificate of a PEM file.
func pemCertificate(b []byte) (*x509.Certificate, error) {
	block, _ := pem.Decode(b)
	if block == nil {
		return nil, errors.New("no certificate in the file")
	}
	return x509.ParseCertificate(block.Bytes)
}
