package agent

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
)

// sign answers a request as an organisation's authority would, for one day.
func sign(t *testing.T, request string) string {
	t.Helper()
	block, _ := pem.Decode([]byte(request))
	q, err := x509.ParseCertificateRequest(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(1), Subject: q.Subject, DNSNames: q.DNSNames, IPAddresses: q.IPAddresses,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour)}, &x509.Certificate{Subject: pkix.Name{CommonName: "Harbour"}}, q.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// seen is what a browser that comes by address or name sees of the host.
func seen(t *testing.T, address, name string) *x509.Certificate {
	t.Helper()
	conn, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true, ServerName: name})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	return conn.ConnectionState().PeerCertificates[0]
}

// X-feature 156: an own certificate is for browsers; what compares pins goes on as before.
func TestOwnCertificateLeavesPinsAlone(t *testing.T) {
	leader, follower := start(t, shortDir(t)), start(t, shortDir(t))
	host := get[api.Host](t, leader, func() (*http.Response, error) { return leader.GetHost(t.Context()) })
	q := get[api.SigningRequest](t, leader, func() (*http.Response, error) {
		return leader.RequestCertificate(t.Context(), api.HostCertificateRequest{Names: []string{"h1.harbour.example", "127.0.0.1"}})
	})
	shown := get[api.HostCertificate](t, leader, func() (*http.Response, error) {
		return leader.InstallCertificate(t.Context(), api.InstallCertificate{Chain: sign(t, q.Request)})
	})
	if !shown.Own || shown.Issuer != "CN=Harbour" || shown.Requested || len(shown.Warnings) == 0 {
		t.Errorf("installed: %+v", shown)
	}
	for _, name := range []string{"", "h1.harbour.example"} {
		if c := seen(t, leader.https, name); c.Issuer.CommonName != "Harbour" {
			t.Errorf("a browser that asks for %q sees the certificate of %s", name, c.Issuer)
		}
	}
	warned := get[api.Host](t, leader, func() (*http.Response, error) { return leader.GetHost(t.Context()) })
	if !strings.Contains(warned.Warnings[len(warned.Warnings)-1].Message, "expires on") || warned.Fingerprint != host.Fingerprint {
		t.Errorf("host show: %+v, fingerprint %s", warned.Warnings, warned.Fingerprint)
	}
	if err := follower.join(t, leader); err != nil {
		t.Errorf("link to a host with an own certificate: %v", err)
	}
	remote, err := apiclient.HTTPS("https://"+leader.https, apiclient.Options{Pin: host.Fingerprint})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := apiclient.Decode[api.Health](remote, func() (*http.Response, error) { return remote.GetHealth(t.Context()) }); err != nil {
		t.Errorf("the command line with its pin: %v", err)
	}
	leader.stop()
	leader = start(t, leader.root)
	if c := seen(t, leader.https, ""); c.Issuer.CommonName != "Harbour" {
		t.Errorf("after a restart browsers see the certificate of %s", c.Issuer)
	}
	get[struct{}](t, leader, func() (*http.Response, error) { return leader.RemoveCertificate(t.Context()) })
	if c := seen(t, leader.https, ""); c.Issuer.CommonName == "Harbour" {
		t.Error("removed, and browsers still see it")
	}
	var p *apiclient.Problem
	_, err = apiclient.Decode[api.HostCertificate](leader.Client, func() (*http.Response, error) {
		return leader.InstallCertificate(t.Context(), api.InstallCertificate{Chain: "x", Key: "very secret"})
	})
	if !errors.As(err, &p) || p.Status != 422 || strings.Contains(p.Detail, "secret") {
		t.Errorf("no certificate: %v", err)
	}
}

// Features 42, 44, 45 and 46, through the API.
func TestPeopleChangeWhatIsTheirOwn(t *testing.T) {
	root := shortDir(t)
	if err := os.MkdirAll(filepath.Join(root, "etc/slipway"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "etc/slipway/agent.yaml"), []byte("passwords: {minLength: 12, classes: 2, hideChange: true}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	a := start(t, root)
	setup := get[api.Setup](t, a, func() (*http.Response, error) { return a.GetSetup(t.Context()) })
	if !setup.Needed || setup.Password != (api.PasswordRules{MinLength: 12, Classes: 2}) || !setup.PasswordChangeHidden {
		t.Errorf("setup %+v", setup)
	}
	create := func(name, password string, admin bool) error {
		_, err := apiclient.Decode[struct{}](a.Client, func() (*http.Response, error) {
			return a.CreateUser(t.Context(), api.NewUser{User: name, Password: password, Admin: admin})
		})
		return err
	}
	if err := create("vic", "seven kettle", false); err != nil {
		t.Fatal(err)
	}
	if err := create("cyd", "onlylowercase", false); err == nil || !strings.Contains(err.Error(), "at least 2") {
		t.Errorf("a plain password: %v", err)
	}
	host := get[api.Host](t, a, func() (*http.Response, error) { return a.GetHost(t.Context()) })
	vic, err := apiclient.HTTPS("https://"+a.https, apiclient.Options{Pin: host.Fingerprint})
	if err != nil {
		t.Fatal(err)
	}
	old, err := vic.Authenticate(t.Context(), "vic", "seven kettle", true)
	if err != nil {
		t.Fatal(err)
	}
	who, err := apiclient.Decode[api.Caller](vic, func() (*http.Response, error) { return vic.GetSession(t.Context()) })
	if err != nil || !who.Extended || !who.ExpiresAt.Equal(old.ExpiresAt) {
		t.Errorf("session %+v, %v", who, err)
	}
	fresh, err := apiclient.Decode[api.Session](vic, func() (*http.Response, error) { return vic.RenewSession(t.Context()) })
	if err != nil || fresh.Token == old.Token || fresh.ExpiresAt.Before(old.ExpiresAt) {
		t.Fatalf("renewed: %v", err)
	}
	if _, err := apiclient.Decode[api.Caller](vic, func() (*http.Response, error) { return vic.GetSession(t.Context()) }); err == nil {
		t.Error("the old token opens the door still")
	}
	vic.SetToken(fresh.Token)
	for what, status := range map[string]int{"vic": 200, "root": 403} {
		_, err := apiclient.Decode[[]api.SSHKey](vic, func() (*http.Response, error) { return vic.ListUserKeys(t.Context(), what) })
		var p *apiclient.Problem
		if errors.As(err, &p); (status == 200) != (err == nil) || p != nil && p.Status != status {
			t.Errorf("keys of %s: %v, want %d", what, err, status)
		}
	}
	_, err = apiclient.Decode[struct{}](vic, func() (*http.Response, error) {
		return vic.SetPassword(t.Context(), "vic", api.PasswordChange{Current: "seven kettle", Password: "eight kettles"})
	})
	if err == nil || !strings.Contains(err.Error(), "changed elsewhere") {
		t.Errorf("a hidden password change: %v", err)
	}
}

// httpsOf is the host and port of an address of the Local UI that this machine reaches.
func httpsOf(t testing.TB, urls []string) string {
	t.Helper()
	if len(urls) == 0 {
		return ""
	}
	_, port, err := net.SplitHostPort(strings.TrimPrefix(urls[0], "https://"))
	if err != nil {
		t.Fatal(err)
	}
	return net.JoinHostPort("127.0.0.1", port)
}

// Features 48 to 51, through the API.
func TestThemeThroughTheAPI(t *testing.T) {
	a := start(t, shortDir(t))
	browser := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	look := func(path string, header ...string) (*http.Response, string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+a.https+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i+1 < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		resp, err := browser.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp, string(body)
	}
	const image = `<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>`
	get[struct{}](t, a, func() (*http.Response, error) {
		return a.SetTheme(t.Context(), api.ThemeChange{BrandColor: "#0f5ba7", Banner: "Members only.", Consent: api.Consent{Title: "Terms", Text: "Behave."},
			Links: []api.MenuLink{{Label: "Grafana", Url: "https://grafana.example:3000/d", Frame: true}}})
	})
	get[struct{}](t, a, func() (*http.Response, error) { return a.SetLogo(t.Context(), api.Logo{Data: []byte(image)}) })
	get[struct{}](t, a, func() (*http.Response, error) {
		return a.SetPage(t.Context(), "contacts", api.StaticPage{Title: "Contacts", Html: "<script>alert(1)</script><p>Call 112</p>"})
	})

	// Before the log-in one sees what the log-in shows, and nothing else.
	if resp, body := look("/api/v1/theme"); resp.StatusCode != 200 || !strings.Contains(body, "Behave.") || strings.Contains(body, "grafana") {
		t.Errorf("the look: %d %s", resp.StatusCode, body)
	}
	if resp, body := look("/api/v1/theme/logo"); body != image || resp.Header.Get("Content-Type") != "image/svg+xml" || !strings.Contains(resp.Header.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("the logo: %v %s", resp.Header, body)
	}
	for _, path := range []string{"/api/v1/theme/menu", "/api/v1/theme/pages/contacts"} {
		if resp, _ := look(path); resp.StatusCode != 401 {
			t.Errorf("%s before the log-in: %d", path, resp.StatusCode)
		}
	}
	if resp, _ := look("/"); !strings.Contains(resp.Header.Get("Content-Security-Policy"), "frame-src 'self' https://grafana.example:3000;") {
		t.Errorf("the policy of the pages: %q", resp.Header.Get("Content-Security-Policy"))
	}

	// A page runs nothing, wherever it is opened.
	host := get[api.Host](t, a, func() (*http.Response, error) { return a.GetHost(t.Context()) })
	get[struct{}](t, a, func() (*http.Response, error) {
		return a.CreateUser(t.Context(), api.NewUser{User: "vic", Password: "seven green kettles"})
	})
	vic, err := apiclient.HTTPS("https://"+a.https, apiclient.Options{Pin: host.Fingerprint})
	if err != nil {
		t.Fatal(err)
	}
	session, err := vic.Authenticate(t.Context(), "vic", "seven green kettles", false)
	if err != nil {
		t.Fatal(err)
	}
	resp, body := look("/api/v1/theme/pages/contacts", "Authorization", "Bearer "+session.Token)
	policy := resp.Header.Get("Content-Security-Policy")
	if resp.StatusCode != 200 || !strings.Contains(body, "Call 112") || resp.Header.Get("X-Frame-Options") != "SAMEORIGIN" ||
		!strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "sandbox") || strings.Contains(policy, "allow-scripts") {
		t.Errorf("the page: %d %v %s", resp.StatusCode, resp.Header, body)
	}

	// What is refused changes nothing; a file that somebody broke is said.
	var p *apiclient.Problem
	_, err = apiclient.Decode[struct{}](a.Client, func() (*http.Response, error) {
		return a.SetTheme(t.Context(), api.ThemeChange{Links: []api.MenuLink{{Label: "x", Url: "javascript:alert(1)"}}})
	})
	if !errors.As(err, &p) || p.Status != 422 || !strings.Contains(p.Detail, "needs an address") {
		t.Errorf("a script as link: %v", err)
	}
	if menu := get[api.ThemeMenu](t, a, func() (*http.Response, error) { return a.GetThemeMenu(t.Context()) }); len(menu.Links) != 1 || len(menu.Pages) != 1 || menu.Trouble != "" {
		t.Errorf("the menu: %+v", menu)
	}
	if err := os.WriteFile(filepath.Join(a.root, "etc/slipway/theme/theme.yaml"), []byte("brandColor: red\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if menu := get[api.ThemeMenu](t, a, func() (*http.Response, error) { return a.GetThemeMenu(t.Context()) }); !strings.Contains(menu.Trouble, "theme.yaml") {
		t.Errorf("a broken file: %+v", menu)
	}
}
