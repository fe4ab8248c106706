package agent

import (
	"crypto/tls"
	"net/http"
	"os"
	"path/filepath"
	"testing"
)

// Feature 54: nobody talks to a host over TLS 1.1 or older; what is new enough is answered by address, by the host's name and by
// the names of agent.yaml, and by no other.
func TestTheDoor(t *testing.T) {
	root := shortDir(t)
	if err := os.MkdirAll(filepath.Join(root, "etc/slipway"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "etc/slipway/agent.yaml"), []byte("names: [pier.harbour.example]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	a := start(t, root)
	for version, want := range map[uint16]bool{tls.VersionTLS10: false, tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		conn, err := tls.Dial("tcp", a.https, &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, MaxVersion: version})
		if err == nil {
			conn.Close()
		}
		if (err == nil) != want {
			t.Errorf("%s: %v", tls.VersionName(version), err)
		}
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	for name, want := range map[string]int{"": 200, hostName(): 200, hostName() + ".lan:5080": 200, "Pier.harbour.example": 200, "evil.example": 421} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+a.https+"/api/v1/health", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = name
		resp, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("by the name %q: %s, want %d", name, resp.Status, want)
		}
	}
}
