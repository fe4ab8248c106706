package agent

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
)

// bundle makes a support bundle and gives the text of all its files.
func (r *running) bundle(t *testing.T) string {
	t.Helper()
	op := get[api.Operation](t, r, func() (*http.Response, error) { return r.MakeSupportBundle(t.Context()) })
	if _, err := r.WaitOperation(t.Context(), op.Id, nil); err != nil {
		t.Fatal(err)
	}
	packed := get[[]byte](t, r, func() (*http.Response, error) { return r.GetSupportBundleFile(t.Context()) })
	zipped, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for archive := tar.NewReader(zipped); ; {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return all.String()
		}
		if err != nil {
			t.Fatal(err)
		}
		all.WriteString("\n==> " + h.Name + "\n")
		if _, err := io.Copy(&all, archive); err != nil {
			t.Fatal(err)
		}
	}
}

// Feature 140: a host with every secret there is, and a bundle with none of them.
func TestTheSupportBundleHasNoSecret(t *testing.T) {
	leader, follower := start(t, shortDir(t)), start(t, shortDir(t))
	if err := follower.join(t, leader); err != nil {
		t.Fatal(err)
	}
	const password = "correct-horse-battery-9"
	if _, err := apiclient.Decode[struct{}](leader.Client, func() (*http.Response, error) {
		return leader.PostSetup(t.Context(), api.FirstUser{User: "ada", Password: password})
	}); err != nil {
		t.Fatal(err)
	}
	session := get[api.Session](t, leader, func() (*http.Response, error) {
		return leader.Login(t.Context(), api.Login{User: "ada", Password: password})
	})
	token := get[api.LinkToken](t, leader, func() (*http.Response, error) { return leader.StartLinkToken(t.Context()) })
	secrets := map[string]string{"password": password, "session": session.Token, "link token": token.Token}
	key, err := os.ReadFile(filepath.Join(leader.root, "var/lib/slipway/identity/identity.pem"))
	if err != nil {
		t.Fatal(err)
	}
	secrets["private key"] = strings.Split(string(key), "\n")[1]
	shadow, err := os.ReadFile(filepath.Join(leader.root, "etc/shadow"))
	if err != nil {
		t.Fatal(err)
	}
	secrets["password hash"] = strings.Split(string(shadow), ":")[1]
	text := leader.bundle(t)
	for what, secret := range secrets {
		if len(secret) < 10 {
			t.Errorf("the test knows no %s: %q", what, secret)
		}
		if strings.Contains(text, secret) {
			t.Errorf("the %s is in the bundle", what)
		}
	}
	for _, want := range []string{"/manifest.json", "/agent/host.json", "/agent/network.json", "/agent/link.json", "/agent/operations.json", "/agent/audit.json", "/api/v1/login"} {
		if !strings.Contains(text, want) {
			t.Errorf("the bundle lacks %s", want)
		}
	}
	s := get[api.SupportBundle](t, leader, func() (*http.Response, error) { return leader.GetSupportBundle(t.Context()) })
	if s.State != bundleReady || s.SizeBytes == 0 || !strings.HasSuffix(s.Name, ".tar.gz") {
		t.Errorf("%+v", s)
	}
}

func TestNoBundleYet(t *testing.T) {
	r := start(t, shortDir(t))
	s := get[api.SupportBundle](t, r, func() (*http.Response, error) { return r.GetSupportBundle(t.Context()) })
	if s.State != bundleNone {
		t.Errorf("%+v", s)
	}
	_, err := apiclient.Decode[[]byte](r.Client, func() (*http.Response, error) { return r.GetSupportBundleFile(t.Context()) })
	if err == nil || !strings.Contains(err.Error(), "make one first") {
		t.Errorf("%v", err)
	}
}

// Feature 135: what changed nothing is told apart, and the log can be filtered.
func TestAuditTellsDryRunsApart(t *testing.T) {
	r := start(t, shortDir(t))
	digest := "sha256:" + strings.Repeat("0", 64)
	for _, dry := range []bool{true, false} {
		_, _ = r.DeleteContent(t.Context(), digest, &api.DeleteContentParams{DryRun: dry})
	}
	_, _ = r.VerifyContent(t.Context())
	list := func(p api.ListAuditParams) (out []string) {
		t.Helper()
		for _, e := range get[[]api.AuditEntry](t, r, func() (*http.Response, error) { return r.ListAudit(t.Context(), &p) }) {
			action := strings.Fields(e.Action)[0] + " " + e.Outcome
			if e.DryRun {
				action += " dry"
			}
			out = append(out, action)
		}
		return out
	}
	if got := strings.Join(list(api.ListAuditParams{}), ", "); got != "POST done, DELETE not-found, DELETE not-found dry" {
		t.Errorf("all: %s", got)
	}
	if got := strings.Join(list(api.ListAuditParams{Outcome: "refused", Text: "dry"}), ", "); got != "DELETE not-found dry" {
		t.Errorf("refused dry runs: %s", got)
	}
	if got := strings.Join(list(api.ListAuditParams{User: "nobody-of-that-name"}), ", "); got != "" {
		t.Errorf("nobody did: %s", got)
	}
	csv := string(get[[]byte](t, r, func() (*http.Response, error) {
		return r.GetAuditFile(t.Context(), &api.GetAuditFileParams{Format: "csv", Outcome: "done"})
	}))
	if lines := strings.Split(strings.TrimSpace(csv), "\n"); len(lines) != 2 || !strings.HasPrefix(lines[0], "time,user,") || !strings.Contains(lines[1], "/content/verify") {
		t.Errorf("csv: %q", csv)
	}
}
