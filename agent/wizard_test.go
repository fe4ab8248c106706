package agent

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
	"github.com/slipway-os/slipway/agent/apiserver"
	"github.com/slipway-os/slipway/agent/content/bundlewriter"
)

const asking = `apiVersion: slipway.dev/v1
kind: ClusterDefinition
metadata: {name: asking, version: 1.0.0}
packs:
 - {name: kubernetes, version: 1.32.3, layer: kubernetes}
variables:
 - {name: podCIDR, format: cidr, default: 100.64.0.0/18}
 - {name: ca, format: base64, certificateKey: caKey}
 - {name: caKey, format: base64, masked: true}
`

// takes uploads a bundle with the definition above, or others, without the packs that they name, and returns the file.
func (r *running) takes(t *testing.T, definitions ...bundlewriter.Definition) string {
	t.Helper()
	if len(definitions) == 0 {
		definitions = []bundlewriter.Definition{{Name: "asking", Version: "1.0.0", YAML: []byte(asking)}}
	}
	var b bytes.Buffer
	spec := bundlewriter.Spec{Name: "asks", Version: "7", Type: "kubernetes", Definitions: definitions}
	if _, err := bundlewriter.Write(t.Context(), spec, &b); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(shortDir(t), "asks.tar.zst")
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	path, err := r.Upload(t.Context(), file, "", time.Minute, nil, nil)
	if err == nil {
		err = r.WaitImport(t.Context(), path, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func refused(t *testing.T, err error, problem, says string) {
	t.Helper()
	var p *apiclient.Problem
	if !errors.As(err, &p) || p.Type != "urn:slipway:"+problem || !strings.Contains(p.Detail, says) {
		t.Errorf("%v, want %s with %q", err, problem, says)
	}
}

// Features 97 and 161: the answers of the wizard outlive the browser and the agent, without secrets.
func TestDraftIsKeptWithoutSecrets(t *testing.T) {
	r := start(t, shortDir(t))
	r.takes(t)
	show := func() (api.ClusterDraft, error) {
		return apiclient.Decode[api.ClusterDraft](r.Client, func() (*http.Response, error) { return r.GetClusterDraft(t.Context()) })
	}
	save := func(spec string) error {
		_, err := apiclient.Decode[api.ClusterDraft](r.Client, func() (*http.Response, error) {
			return r.PutClusterDraft(t.Context(), api.ClusterDraftChange{Spec: spec})
		})
		return err
	}
	_, err := show()
	refused(t, err, "cluster:no-draft", "slipway cluster draft save")

	const unfinished = "name: ''\ndefinition: {name: asking}\nvariables: {podCIDR: not yet}\n"
	if err := save(unfinished); err != nil {
		t.Fatal(err)
	}
	refused(t, save("definition: {name: asking}\nvariables: {caKey: aHVudGVyMg==}\n"), "cluster:spec", "leave variable caKey out")
	refused(t, save("colour: red\n"), "cluster:spec", "colour")
	refused(t, save("definition: {name: gone}\nvariables: {x: y}\n"), "cluster:spec", "asking")

	r.stop()
	r = start(t, r.root)
	if d, err := show(); err != nil || d.Spec != unfinished || d.SavedBy == "" || d.SavedAt.IsZero() {
		t.Errorf("after a restart: %+v, %v", d, err)
	}
	if _, err := apiclient.Decode[struct{}](r.Client, func() (*http.Response, error) { return r.DeleteClusterDraft(t.Context()) }); err != nil {
		t.Error(err)
	}
	_, err = show()
	refused(t, err, "cluster:no-draft", "")
}

// Features 98, 99 and 101: where a definition comes from, which of its packs are missing, and a key pair for its certificate.
func TestDefinitionsTellTheirBundle(t *testing.T) {
	r := start(t, shortDir(t))
	r.takes(t)
	all := get[[]api.Definition](t, r, func() (*http.Response, error) { return r.ListDefinitions(t.Context()) })
	if len(all) != 1 || all[0].Bundle != "asks 7" || !all[0].Packs[0].Missing || all[0].Variables[1].CertificateKey != "caKey" {
		t.Errorf("definitions: %+v", all)
	}
	made := get[api.NewCertificate](t, r, func() (*http.Response, error) {
		return r.NewClusterCertificate(t.Context(), api.CertificateRequest{CommonName: "harbour"})
	})
	if _, err := tls.X509KeyPair([]byte(made.Certificate), []byte(made.Key)); err != nil {
		t.Error(err)
	}
	_, err := apiclient.Decode[api.VIPProbe](r.Client, func() (*http.Response, error) {
		return r.ProbeVip(t.Context(), &api.ProbeVipParams{Address: "10.0.0"})
	})
	refused(t, err, "cluster:vip", "no IPv4 address")
}

// Feature 102: a definition's own screen goes out with no way to anywhere, and only its text.
func TestDefinitionScreen(t *testing.T) {
	const screen = "<!doctype html><title>Berths</title><script>parent.postMessage({slipway: 'ready'}, '*')</script>"
	r := start(t, shortDir(t))
	r.takes(t, bundlewriter.Definition{Name: "plain", Version: "1.0.0", YAML: []byte(strings.Replace(asking, "name: asking", "name: plain", 1))},
		bundlewriter.Definition{Name: "asking", Version: "1.0.0", YAML: []byte(asking + "screen: \"" + screen + "\"\n")})
	for _, d := range get[[]api.Definition](t, r, func() (*http.Response, error) { return r.ListDefinitions(t.Context()) }) {
		if d.Screen != (d.Name == "asking") {
			t.Errorf("%s has a screen: %t", d.Name, d.Screen)
		}
	}
	resp, err := r.GetDefinitionScreen(t.Context(), "asking", "1.0.0")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	policy := resp.Header.Get("Content-Security-Policy")
	if err != nil || string(body) != screen || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
		t.Errorf("the screen is %s %q, %v", resp.Header.Get("Content-Type"), body, err)
	}
	for _, want := range []string{"default-src 'none'; script-src 'unsafe-inline';", "form-action 'none'", "frame-ancestors 'self'", "sandbox allow-scripts"} {
		if !strings.Contains(policy, want) {
			t.Errorf("the policy of a screen lacks %q: %s", want, policy)
		}
	}
	if strings.Contains(policy, "allow-same-origin") || strings.Contains(policy, "allow-top") || strings.Contains(policy, "http") {
		t.Errorf("the policy of a screen lets it out: %s", policy)
	}
	for _, none := range [][2]string{{"plain", "1.0.0"}, {"asking", "2.0.0"}} {
		_, err := apiclient.Decode[[]byte](r.Client, func() (*http.Response, error) { return r.GetDefinitionScreen(t.Context(), none[0], none[1]) })
		refused(t, err, "not-found", none[0])
	}
}

// Feature 103: a form that asks as one types must not flood the network.
func TestOneProbeAtATime(t *testing.T) {
	f := forms{probing: new(sync.Mutex)}
	f.probing.Lock()
	_, err := f.ProbeVIP(t.Context(), "192.0.2.1")
	var busy *apiserver.Error
	if !errors.As(err, &busy) || busy.Status != http.StatusTooManyRequests {
		t.Errorf("a second probe: %v", err)
	}
}

// Features 91 and 92: the pool, the registry's health and the details of the last upload, good or bad.
func TestStorageTellsTheLastUpload(t *testing.T) {
	r := start(t, shortDir(t))
	file := r.takes(t)
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	storage := func() api.Storage {
		return get[api.Storage](t, r, func() (*http.Response, error) { return r.GetStorage(t.Context()) })
	}
	sum := sha256.Sum256(raw)
	s := storage()
	last := s.LastUpload
	if last.Name != "asks.tar.zst" || last.Sha256 != hex.EncodeToString(sum[:]) || last.SizeBytes != int64(len(raw)) || last.Error != "" || last.Digest != r.content(t)[0].Digest {
		t.Errorf("the last upload is %+v", last)
	}
	if s.TotalBytes <= 0 || s.ContentBytes <= 0 || !s.Registry.Healthy || len(s.Unfinished) != 0 {
		t.Errorf("storage: %+v", s)
	}
	if err := os.WriteFile(file, []byte("no bundle"), 0o600); err != nil {
		t.Fatal(err)
	}
	path, err := r.Upload(t.Context(), file, "", time.Minute, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.WaitImport(t.Context(), path, nil); err == nil {
		t.Fatal("what is no bundle was imported")
	}
	if last := storage().LastUpload; last.Error == "" || last.Digest != "" {
		t.Errorf("the failed upload is %+v", last)
	}
}
