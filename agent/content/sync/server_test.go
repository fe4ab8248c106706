package sync

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/slipway-os/slipway/agent/content"
	"github.com/slipway-os/slipway/agent/content/internal/sample"
	"github.com/slipway-os/slipway/agent/content/store"
)

func TestHandler(t *testing.T) {
	g := newGroup(t, 0)
	payload := sample.Random(1, 1000)
	g.upload("one", payload)
	s := g.hosts[0].store
	block, entered := make(chan struct{}), make(chan struct{})
	h := httptest.NewServer(Handler(blocking{s, content.DigestOf(nil), entered, block}, 1))
	defer h.Close()
	get := func(path string, header ...string) (*http.Response, string) {
		req, _ := http.NewRequest("GET", h.URL+path, nil)
		for i := 0; i < len(header); i += 2 {
			req.Header.Set(header[i], header[i+1])
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Error(err)
			return &http.Response{}, ""
		}
		defer resp.Body.Close()
		b, _ := io.ReadAll(resp.Body)
		return resp, string(b)
	}
	digest := content.DigestOf(payload)
	if resp, body := get(blobPath+digest, "Range", "bytes=990-"); resp.StatusCode != 206 || body != string(payload[990:]) {
		t.Errorf("range: %s", resp.Status)
	}
	for path, want := range map[string]int{blobPath + "sha256:..": 400, blobPath + "..%2f..%2fetc": 400, blobPath + content.DigestOf([]byte("x")): 404} {
		if resp, _ := get(path); resp.StatusCode != want {
			t.Errorf("%s: %s", path, resp.Status)
		}
	}
	resp, body := get(havePath)
	if !strings.Contains(body, digest) {
		t.Errorf("have: %s", body)
	}
	if resp, body := get(havePath, "If-None-Match", resp.Header.Get("ETag")); resp.StatusCode != 304 || body != "" {
		t.Errorf("unchanged: %s", resp.Status)
	}
	done := make(chan struct{})
	go func() { defer close(done); get(blobPath + content.DigestOf(nil)) }()
	<-entered
	if resp, _ := get(blobPath + digest); resp.StatusCode != 503 || resp.Header.Get("Retry-After") == "" {
		t.Errorf("second at a time: %s", resp.Status)
	}
	close(block)
	<-done
}

// blocking holds whoever opens one digest.
type blocking struct {
	*store.Store
	digest         string
	entered, block chan struct{}
}

func (b blocking) Open(digest string) (io.ReadSeekCloser, int64, error) {
	if digest == b.digest {
		close(b.entered)
		<-b.block
	}
	return b.Store.Open(digest)
}
