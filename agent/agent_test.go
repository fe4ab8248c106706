package agent

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
	"github.com/slipway-os/slipway/agent/content/bundlewriter"
)

// running is one whole agent under a directory of its own, without root: its real state, listeners and linked channel.
type running struct {
	*apiclient.Client
	root  string
	https string // host:port
	stop  func()
}

// start runs an agent below root until the test ends or stop is called.
func start(t testing.TB, root string) *running {
	t.Helper()
	cfg, err := LoadConfig(root, "0.1.0")
	if err != nil {
		t.Fatal(err)
	}
	cfg.Listen, cfg.RegistryListen = "127.0.0.1:0", "127.0.0.1:0"
	ctx, cancel := context.WithCancel(t.Context())
	ready, ended := make(chan []string, 1), make(chan error, 1)
	go func() {
		ended <- Run(ctx, cfg, slog.New(slog.NewTextHandler(t.Output(), nil)), func(urls []string) { ready <- urls })
	}()
	stopped := false
	r := &running{Client: apiclient.Socket(cfg.socket()), root: root, stop: func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the agent ended with: %v", err)
		}
	}}
	select {
	case urls := <-ready:
		r.https = httpsOf(t, urls)
	case err := <-ended:
		t.Fatal(err)
	}
	t.Cleanup(r.stop)
	return r
}

// shortDir is a directory whose path leaves room for a socket (unix(7): 107 bytes).
func shortDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "sw")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func get[T any](t *testing.T, r *running, call func() (*http.Response, error)) T {
	t.Helper()
	v, err := apiclient.Decode[T](r.Client, call)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func (r *running) link(t *testing.T) api.Link {
	t.Helper()
	return get[api.Link](t, r, func() (*http.Response, error) { return r.GetLink(t.Context()) })
}

func (r *running) content(t *testing.T) []api.ContentItem {
	t.Helper()
	return get[[]api.ContentItem](t, r, func() (*http.Response, error) { return r.ListContent(t.Context()) })
}

// join links r to leader and waits for the operation.
func (r *running) join(t *testing.T, leader *running) error {
	t.Helper()
	token := get[api.LinkToken](t, leader, func() (*http.Response, error) { return leader.StartLinkToken(t.Context()) })
	op, err := apiclient.Decode[api.Operation](r.Client, func() (*http.Response, error) {
		return r.JoinLink(t.Context(), api.JoinRequest{Token: token.Token})
	})
	if err != nil {
		return err
	}
	_, err = r.WaitOperation(t.Context(), op.Id, nil)
	return err
}

// eventually polls until ok; the linked channel moves at its own pace.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("not within 30 s: %s", what)
}

func tinyBundle(t *testing.T, dir string) string {
	t.Helper()
	layer, err := bundlewriter.NewLayer(t.Context(), bundlewriter.Entry{Path: "/data", Mode: 0o644, Data: bundlewriter.Bytes(bytes.Repeat([]byte("slipway "), 1<<16))})
	if err != nil {
		t.Fatal(err)
	}
	image, err := bundlewriter.NewImage("docker.io/slipway/tiny:1", bundlewriter.ImageConfig{}, []bundlewriter.Layer{layer})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := bundlewriter.Write(t.Context(), bundlewriter.Spec{Name: "tiny", Version: "1", Type: "kubernetes", Images: []bundlewriter.Image{image}}, &b); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "tiny.tar.zst")
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestTwoAgentsLinkAndShareContent(t *testing.T) {
	leader, follower := start(t, shortDir(t)), start(t, shortDir(t))
	if err := follower.join(t, leader); err != nil {
		t.Fatal(err)
	}
	path, err := leader.Upload(t.Context(), tinyBundle(t, shortDir(t)), "", time.Minute, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := leader.WaitImport(t.Context(), path, nil); err != nil {
		t.Fatal(err)
	}
	if ops := get[[]api.Operation](t, leader, func() (*http.Response, error) { return leader.ListOperations(t.Context()) }); !strings.HasPrefix(ops[0].Title, "Import tiny.tar.zst, upload ") {
		t.Errorf("the import is called %q: nobody knows what that is", ops[0].Title)
	}
	eventually(t, "the item is on both hosts, and both say so", func() bool {
		for _, r := range []*running{leader, follower} {
			items := r.content(t)
			if len(items) != 1 || items[0].Sync.Completed != 2 {
				return false
			}
			for _, h := range r.link(t).Hosts {
				if h.Content != "Synced" || h.Status != "Ready" || h.Health != "Healthy" {
					return false
				}
			}
		}
		return true
	})

	var p *apiclient.Problem
	_, err = apiclient.Decode[api.ContentDeletion](follower.Client, func() (*http.Response, error) {
		return follower.DeleteContent(t.Context(), follower.content(t)[0].Digest, nil)
	})
	if !errors.As(err, &p) || p.Type != "urn:slipway:link:not-leader" || !strings.Contains(p.Detail, "https://") {
		t.Errorf("a follower deletes content: %v", err)
	}

	follower.stop()
	again := start(t, follower.root)
	if l := again.link(t); l.Role != api.Follower || len(again.content(t)) != 1 {
		t.Errorf("after a restart: %+v", l)
	}
	get[api.ContentDeletion](t, leader, func() (*http.Response, error) {
		return leader.DeleteContent(t.Context(), leader.content(t)[0].Digest, nil)
	})
	eventually(t, "the deletion reaches the follower", func() bool { return len(again.content(t)) == 0 })
}

func TestAHostWithContentIsNotLinkedUnasked(t *testing.T) {
	leader, other := start(t, shortDir(t)), start(t, shortDir(t))
	path, err := other.Upload(t.Context(), tinyBundle(t, shortDir(t)), "", time.Minute, nil, nil)
	if err == nil {
		err = other.WaitImport(t.Context(), path, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	var p *apiclient.Problem
	if err := other.join(t, leader); !errors.As(err, &p) || p.Type != "urn:slipway:link:has-content" {
		t.Errorf("join: %v", err)
	}
	if len(other.content(t)) != 1 || other.link(t).Role != api.None {
		t.Error("a refused join changed the host")
	}
}

func TestASecondAgentOnTheSameStateIsRefused(t *testing.T) {
	a := start(t, shortDir(t))
	cfg, err := LoadConfig(a.root, "0.1.0")
	if err != nil {
		t.Fatal(err)
	}
	cfg.Listen, cfg.RegistryListen = "127.0.0.1:0", "127.0.0.1:0"
	if err := Run(t.Context(), cfg, slog.New(slog.DiscardHandler), nil); err == nil || !strings.Contains(err.Error(), "another slipway agent") {
		t.Errorf("got %v", err)
	}
}

func TestLoadConfig(t *testing.T) {
	for text, want := range map[string]string{
		"":                            "",
		"listen: 127.0.0.1:9\n":       "",
		"lisen: :9\n":                 "lisen",
		"passwords: {minLength: 4}\n": "minLength",
		"passwords: {classes: 3, hideChange: true}\n": "",
		"kubelet: {oomScoreAdj: -x}\n":                "agent.yaml",
		strings.Repeat("# long\n", 1<<14):             "at most",
	} {
		root := t.TempDir()
		if err := os.MkdirAll(filepath.Join(root, "etc/slipway"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, "etc/slipway/agent.yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := LoadConfig(root, "1")
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%.20q: %v, want %q", text, err, want)
		}
	}
}
