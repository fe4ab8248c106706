package apiserver

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// The Host header is checked on every page and route: a name that somebody bent towards this host gets nothing.
func TestANameThatIsNotThisHosts(t *testing.T) {
	h, _ := newServer(t)
	for host, want := range map[string]int{
		"h1:5080": 200, "H1.": 200, "localhost": 200, "192.0.2.7:5080": 200, "[2001:db8::1]:5080": 200,
		"evil.example:5080": 421, "192.0.2.7.evil.example": 421, "": 421, "h1:x:y": 421,
	} {
		for _, path := range []string{"/api/v1/health", "/"} {
			r := httptest.NewRequest("GET", path, nil)
			r.Host, r.TLS = host, &tls.ConnectionState{}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if path == "/" && want == 200 {
				want = http.StatusTeapot // the pages of this test
			}
			if w.Code != want || want == 421 && !strings.Contains(w.Body.String(), "urn:slipway:wrong-name") {
				t.Errorf("%q %s: %d %s, want %d", host, path, w.Code, w.Body, want)
			}
		}
	}
	r := httptest.NewRequest("GET", "/api/v1/health", nil)
	r.Host = "anything" // over the unix socket
	w := httptest.NewRecorder()
	if h.ServeHTTP(w, r); w.Code != 200 {
		t.Errorf("over the socket: %d", w.Code)
	}
}
