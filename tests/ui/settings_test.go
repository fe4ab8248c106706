package ui

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
)

// settingsInput is what the script of the settings gets.
type settingsInput struct {
	settings
	Key   string `json:"key"`   // an SSH public key
	Chain string `json:"chain"` // a certificate of a private authority
	PEM   string `json:"pem"`   // its key
}

// TestSettingsInTheBrowser walks the settings of one agent beside other things on this machine: no lab is needed for what
// is a host's own. Features 42 to 51, 54, 55 and 67.
func TestSettingsInTheBrowser(t *testing.T) {
	binary := withUI(t)
	url, client := alone(t, binary)
	code, err := apiclient.Decode[api.SetupCode](client, func() (*http.Response, error) { return client.GetSetupCode(t.Context()) })
	if err != nil {
		t.Fatal(err)
	}
	chain, key := selfMade(t)
	browse(t, "settings.mjs", settingsInput{settings{Hosts: []string{url}, Codes: []string{code.Code}, User: "ann", Password: "Seven green kettles", Screens: screens(t)},
		sshKey(t), chain, key})
}

// withUI is the program with the pages of now in it.
func withUI(t *testing.T) string {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), "../../localui/web/build.sh").CombinedOutput(); err != nil {
		t.Fatalf("build the Local UI: %v\n%s", err, out)
	}
	binary := filepath.Join(t.TempDir(), "slipway")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "../../cmd/slipway").CombinedOutput(); err != nil {
		t.Fatalf("build slipway: %v\n%s", err, out)
	}
	return binary
}

// alone runs one agent under a directory of its own until the test ends.
func alone(t *testing.T, binary string) (url string, client *apiclient.Client) {
	t.Helper()
	root, err := os.MkdirTemp("", "sw") // short: the path of a socket has 107 bytes at most
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(root) })
	for file, text := range map[string]string{
		"etc/slipway/agent.yaml": "listen: 127.0.0.1:0\nregistryListen: 127.0.0.1:0\npasswords: {minLength: 12, classes: 3}\nuserDataForm: true\n",
		"oem/90_custom.yaml":     "#cloud-config\nusers:\n  - name: ada\n    passwd: a secret of the image\nslipway:\n  tags: {site: Hamburg}\n",
	} {
		path := filepath.Join(root, file)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cmd := exec.CommandContext(ctx, binary, "agent", "--root", root)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	cmd.Stderr = &lines{t: t}
	stdout, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = cmd.Wait()
	})
	said := bufio.NewScanner(stdout)
	if !said.Scan() {
		t.Fatal("the agent did not say where its Local UI is")
	}
	_, rest, _ := strings.Cut(said.Text(), "https://")
	_, port, err := net.SplitHostPort(strings.Fields(rest)[0])
	if err != nil {
		t.Fatalf("%q: %v", said.Text(), err)
	}
	return "https://127.0.0.1:" + port, apiclient.Socket(filepath.Join(root, "run/slipway/agent.sock"))
}

// browse runs a script that asks for nothing on the way.
func browse(t *testing.T, script string, input any) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	if out, err := exec.CommandContext(ctx, "./install.sh").CombinedOutput(); err != nil {
		t.Fatalf("install the browser's driver: %v\n%s", err, out)
	}
	b, err := json.Marshal(input)
	if err != nil {
		t.Fatal(err)
	}
	said := &lines{t: t}
	cmd := exec.CommandContext(ctx, "node", script)
	cmd.Stdin, cmd.Stderr = strings.NewReader(string(b)+"\n"), said
	if err := cmd.Run(); err != nil {
		t.Fatalf("the walk failed: %v%s", err, said.faults())
	}
}

func sshKey(t *testing.T) string {
	t.Helper()
	public, _, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ssh.NewPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key))) + " ann@desk"
}

// selfMade is a certificate of an authority of one's own, with its key.
func selfMade(t *testing.T) (chain, key string) {
	t.Helper()
	pair, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "harbour"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(10 * 24 * time.Hour)}, &x509.Certificate{Subject: pkix.Name{CommonName: "Harbour authority"}}, pair.Public(), pair)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(pair)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw}))
}
