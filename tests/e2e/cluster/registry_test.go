package cluster

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/slipway-os/slipway/tests/e2e/drive"
	"github.com/slipway-os/slipway/tests/e2e/suite"
)

// registryAt is where the default definition has the in-cluster registry.
const registryAt = drive.VIP + ":30003"

// Feature 93. registry: the content's images are at the VIP, for whoever has the cluster's CA, to read only; a pod may name them
// there.
func (g *group) registry(t *testing.T) {
	client := g.registryClient(t)
	const image = "docker.io/slipway/busybox"
	answer, err := client.Get("https://" + registryAt + "/v2/" + image + "/manifests/1.35.0")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	manifest, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("the manifest of %s: %s, %v: %.200s", image, answer.Status, err, manifest)
	}
	sum := sha256.Sum256(manifest)
	if digest := "sha256:" + hex.EncodeToString(sum[:]); digest != answer.Header.Get("Docker-Content-Digest") {
		t.Errorf("the manifest is %s and called %s", digest, answer.Header.Get("Docker-Content-Digest"))
	}
	write, err := client.Post("https://"+registryAt+"/v2/"+image+"/blobs/uploads/", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer write.Body.Close()
	if write.StatusCode < 400 {
		t.Errorf("the registry takes an upload: %s", write.Status)
	}
	if _, err := g.Kubectl(t.Context(), "run", "from-the-vip", "--image="+registryAt+"/"+image+":1.35.0", "--image-pull-policy=Always",
		"--restart=Never", "--command", "--", "/bin/sh", "-c", "exit 0"); err != nil {
		t.Fatal(err)
	}
	suite.Until(t, 2*time.Minute, func() (bool, error) {
		phase, err := g.Kubectl(t.Context(), "get", "pod", "from-the-vip", "-o", "jsonpath={.status}")
		if err == nil {
			err = fmt.Errorf("the pod is %s", phase)
		}
		return strings.Contains(string(phase), `"phase":"Succeeded"`), err
	})
	if _, err := g.Kubectl(t.Context(), "delete", "pod", "from-the-vip", "--wait=true"); err != nil {
		t.Fatal(err)
	}
}

// registryClient trusts nobody but the cluster's CA, as the kubeconfig has it.
func (g *group) registryClient(t *testing.T) *http.Client {
	t.Helper()
	config := suite.On(t, g.Host(1), "", "cluster", "kubeconfig").OK(t).Stdout
	_, after, _ := strings.Cut(config, "certificate-authority-data: ")
	line, _, _ := strings.Cut(after, "\n")
	pem, err := base64.StdEncoding.DecodeString(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		t.Fatalf("no CA in the kubeconfig: %.100s", config)
	}
	return &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DialContext: g.DialContext, DisableKeepAlives: true,
		TLSClientConfig: &tls.Config{RootCAs: roots}}}
}
