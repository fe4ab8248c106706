package suite

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/slipway-os/slipway/linking"
	"github.com/slipway-os/slipway/linking/linknet"
	"github.com/slipway-os/slipway/tests/e2e/drive"
	"github.com/slipway-os/slipway/tests/lab"
)

// Machine is a computer on the hosts' network that speaks to them as a peer, with a key.
type Machine struct {
	d        *drive.Lab
	identity linknet.Identity
}

// Stranger is a machine with a key of its own.
func Stranger(t *testing.T, d *drive.Lab) Machine {
	t.Helper()
	return machine(t, d, t.TempDir())
}

// CopyOf is a machine with the key of a host, as a thief would have it.
func CopyOf(t *testing.T, d *drive.Lab, h *lab.Host) Machine {
	t.Helper()
	dir := t.TempDir()
	text := Exec(t, h, "cat /var/lib/slipway/identity/identity.pem")
	if err := os.WriteFile(filepath.Join(dir, "identity.pem"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return machine(t, d, dir)
}

func machine(t *testing.T, d *drive.Lab, dir string) Machine {
	t.Helper()
	identity, err := linknet.LoadOrCreate(dir, "machine")
	if err != nil {
		t.Fatal(err)
	}
	return Machine{d, identity}
}

// Get asks a host for a path and returns the status of the answer.
func (m Machine) Get(t *testing.T, h *lab.Host, path string) int {
	t.Helper()
	answer := m.ask(t, h, http.MethodGet, path, nil)
	_ = answer.Body.Close()
	return answer.StatusCode
}

// Join asks a leader to be let into its group and returns the code of the refusal, "" for none.
func (m Machine) Join(t *testing.T, leader *lab.Host, otp, version string) linking.Code {
	t.Helper()
	self := linking.Member{ID: m.identity.ID, Name: "machine", Addresses: []string{lab.Gateway}, Port: 5080}
	body, err := json.Marshal(linking.JoinRequest{Version: version, OTP: otp, Self: self})
	if err != nil {
		t.Fatal(err)
	}
	answer := m.ask(t, leader, http.MethodPost, "/peer/v1/join", body)
	defer answer.Body.Close()
	if answer.StatusCode == http.StatusOK {
		return ""
	}
	var refusal struct{ Code linking.Code }
	if err := json.NewDecoder(answer.Body).Decode(&refusal); err != nil || refusal.Code == "" {
		t.Fatalf("status %d without a code: %v", answer.StatusCode, err)
	}
	return refusal.Code
}

func (m Machine) ask(t *testing.T, h *lab.Host, method, path string, body []byte) *http.Response {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, URL(h)+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	client := http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DialContext: m.d.DialContext,
		TLSClientConfig: m.identity.ClientTLS(Pin(t, h)), DisableKeepAlives: true}}
	answer, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}
