package kubeadm

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// apiServer answers like Kubernetes, to those whose certificate is one of a known authority. It returns the text of a kubeconfig.
func apiServer(t *testing.T) (server *httptest.Server, kubeconfig string, connections *atomic.Int32) {
	t.Helper()
	client, key := newCertificate(t, time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
	known := x509.NewCertPool()
	known.AppendCertsFromPEM([]byte(client))
	connections = new(atomic.Int32)
	server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/api/v1/nodes":
			fmt.Fprint(w, `{"kind":"NodeList","items":[{"metadata":{"name":"h1"}}]}`)
		case "/broken":
			w.WriteHeader(http.StatusBadGateway)
		default:
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, `{"kind":"Status","reason":"NotFound","message":"pods \"a\" not found","code":404}`)
		}
	}))
	server.TLS = &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: known}
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	b64 := func(b []byte) string { return base64.StdEncoding.EncodeToString(b) }
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	return server, "clusters:\n- cluster: {certificate-authority-data: " + b64(ca) + ", server: 'https://elsewhere:6443'}\nusers:\n- user: {client-certificate-data: " +
		b64([]byte(client)) + ", client-key-data: " + b64([]byte(key)) + "}\n", connections
}

// The API is read with the kubeconfig's certificates over one connection, and what it refuses is told in its words.
func TestRESTReader(t *testing.T) {
	server, text, connections := apiServer(t)
	conf := filepath.Join(t.TempDir(), "admin.conf")
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	r := &RESTReader{}
	for range 3 {
		out, err := r.Read(t.Context(), conf, server.URL, "/api/v1/nodes")
		if err != nil || !strings.Contains(string(out), `"h1"`) {
			t.Fatalf("%s, %v", out, err)
		}
	}
	if n := connections.Load(); n != 1 {
		t.Errorf("%d connections for three questions", n)
	}
	_, err := r.Read(t.Context(), conf, server.URL, "/api/v1/namespaces/x/pods/a")
	if !notThere(err) || err.Error() != `Error from server (NotFound): pods "a" not found` {
		t.Errorf("what is not there: %v", err)
	}
	if _, err := r.Read(t.Context(), conf, server.URL, "/broken"); notThere(err) || err == nil || !strings.Contains(err.Error(), "502") {
		t.Errorf("an answer that is none of Kubernetes: %v", err)
	}
	server.Close()
	if _, err := r.Read(t.Context(), conf, server.URL, "/api/v1/nodes"); err == nil || !strings.Contains(err.Error(), "does not answer") || !strings.Contains(err.Error(), "refused") {
		t.Errorf("a server that is gone: %v", err)
	}
}

// Another kubeconfig counts at once, as after a renewal or in the next cluster; who has no certificate learns nothing.
func TestRESTReaderFollowsTheKubeconfig(t *testing.T) {
	server, text, _ := apiServer(t)
	_, other, _ := apiServer(t)
	conf := filepath.Join(t.TempDir(), "admin.conf")
	r := &RESTReader{}
	for _, step := range []struct {
		text string
		good bool
	}{{text, true}, {other, false}, {"users: []", false}, {"{", false}, {text, true}} {
		if err := os.WriteFile(conf, []byte(step.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Read(t.Context(), conf, server.URL, "/api/v1/nodes"); (err == nil) != step.good {
			t.Errorf("with %.40q: %v", step.text, err)
		}
	}
	if _, err := r.Read(t.Context(), conf+".gone", server.URL, "/api/v1/nodes"); err == nil {
		t.Error("read without a kubeconfig")
	}
}
