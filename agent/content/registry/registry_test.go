package registry

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/validate"
	"oras.land/oras-go/v2"
	"oras.land/oras-go/v2/content/memory"
	orasremote "oras.land/oras-go/v2/registry/remote"

	"github.com/slipway-os/slipway/agent/content"
	"github.com/slipway-os/slipway/agent/content/internal/sample"
	"github.com/slipway-os/slipway/agent/content/store"
)

func newStore(t *testing.T) *store.Store {
	t.Helper()
	s, err := store.Open(store.Options{Dir: t.TempDir(), Records: &sample.Records{}, Reserve: func(int64) int64 { return 0 }})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// filled is a store with the image docker.io/sample/one:v1.
func filled(t *testing.T) *store.Store {
	t.Helper()
	s := newStore(t)
	raw, _ := sample.Bundle(t, "one", sample.Random(1, 100000))
	if _, err := s.Import(t.Context(), bytes.NewReader(raw), nil); err != nil {
		t.Fatal(err)
	}
	return s
}

func serve(t *testing.T, s *store.Store, f Fetcher) (host string) {
	t.Helper()
	h := httptest.NewServer(New(s, f, slog.New(slog.DiscardHandler)))
	t.Cleanup(h.Close)
	return strings.TrimPrefix(h.URL, "http://")
}

func TestPullWithGGCR(t *testing.T) {
	host := serve(t, filled(t), nil)
	for _, repo := range []string{"sample/one", "docker.io/sample/one"} {
		ref, err := name.ParseReference(host+"/"+repo+":v1", name.Insecure)
		if err != nil {
			t.Fatal(err)
		}
		img, err := remote.Image(ref, remote.WithContext(t.Context()))
		if err != nil {
			t.Fatal(err)
		}
		readAll(t, img)
		d, err := img.Digest()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := remote.Head(ref.Context().Digest(d.String()), remote.WithContext(t.Context())); err != nil {
			t.Errorf("by digest: %v", err)
		}
	}
	repo, _ := name.NewRepository(host+"/sample/one", name.Insecure)
	if tags, err := remote.List(repo, remote.WithContext(t.Context())); err != nil || len(tags) != 1 || tags[0] != "v1" {
		t.Errorf("tags %v %v", tags, err)
	}
	reg, _ := name.NewRegistry(host, name.Insecure)
	if repos, err := remote.Catalog(t.Context(), reg); err != nil || len(repos) != 1 || repos[0] != "docker.io/sample/one" {
		t.Errorf("catalog %v %v", repos, err)
	}
}

// readAll checks the image and reads its layers, whose digests ggcr verifies.
func readAll(t *testing.T, img v1.Image) {
	t.Helper()
	if err := validate.Image(img, validate.Fast); err != nil { // it reads layers only as gzip
		t.Error(err)
	}
	layers, err := img.Layers()
	if err != nil || len(layers) == 0 {
		t.Fatalf("%d layers, %v", len(layers), err)
	}
	for _, l := range layers {
		r, err := l.Compressed()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, r); err != nil {
			t.Error(err)
		}
		r.Close()
	}
}

func TestPullWithOras(t *testing.T) {
	host := serve(t, filled(t), nil)
	repo, err := orasremote.NewRepository(host + "/sample/one")
	if err != nil {
		t.Fatal(err)
	}
	repo.PlainHTTP = true
	if _, err := oras.Copy(t.Context(), repo, "v1", memory.New(), "v1", oras.DefaultCopyOptions); err != nil {
		t.Error(err)
	}
}

func get(t *testing.T, method, url string, header ...string) (*http.Response, []byte) {
	t.Helper()
	req, err := http.NewRequest(method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, body
}

// What containerd 1.6 sends to a mirror, and what must be refused.
func TestRequests(t *testing.T) {
	s := filled(t)
	url := "http://" + serve(t, s, nil)
	image := s.Images()[0].Digest
	blob := content.DigestOf(sample.Random(1, 100000))
	for _, tc := range []struct {
		method, path string
		status       int
	}{
		{"GET", "/v2/", 200},
		{"HEAD", "/v2/sample/one/manifests/v1?ns=docker.io", 200},
		{"GET", "/v2/sample/one/manifests/v1?ns=docker.io", 200},
		{"GET", "/v2/sample/one/manifests/" + image + "?ns=docker.io", 200},
		{"GET", "/v2/sample/one/manifests/v1?ns=quay.io", 404},
		{"GET", "/v2/docker.io/sample/one/manifests/v1?ns=docker.io", 404},
		{"GET", "/v2/sample/one/manifests/v2", 404},
		{"GET", "/v2/one/manifests/v1", 404},
		{"HEAD", "/v2/sample/one/blobs/" + blob, 200},
		{"GET", "/v2/sample/one/blobs/" + content.DigestOf(nil), 404},
		{"GET", "/v2/sample/one/manifests/" + blob, 404},
		{"GET", "/v2/sample/none/tags/list", 404},
		{"PUT", "/v2/sample/one/manifests/v1", 405},
		{"POST", "/v2/sample/one/blobs/uploads/", 405},
		{"DELETE", "/v2/sample/one/manifests/" + image, 405},
	} {
		resp, body := get(t, tc.method, url+tc.path)
		ok := resp.StatusCode == tc.status || tc.status == 405 && resp.StatusCode >= 400 && resp.StatusCode < 500
		if !ok {
			t.Errorf("%s %s: %s %s, want %d", tc.method, tc.path, resp.Status, body, tc.status)
		}
	}
	resp, _ := get(t, "GET", url+"/v2/sample/one/manifests/v1")
	if resp.Header.Get("Docker-Content-Digest") != image || resp.Header.Get("Content-Type") != "application/vnd.oci.image.manifest.v1+json" {
		t.Errorf("header %v", resp.Header)
	}
	data := sample.Random(1, 100000)
	for r, want := range map[string][]byte{"bytes=0-9": data[:10], "bytes=99990-": data[99990:], "bytes=500-999999": data[500:]} {
		resp, got := get(t, "GET", url+"/v2/sample/one/blobs/"+blob, "Range", r)
		if resp.StatusCode != http.StatusPartialContent || !bytes.Equal(got, want) {
			t.Errorf("%s: %s, %d bytes", r, resp.Status, len(got))
		}
	}
	if resp, _ := get(t, "GET", url+"/v2/sample/one/blobs/"+blob, "Range", "bytes=100000-"); resp.StatusCode != http.StatusRequestedRangeNotSatisfiable {
		t.Errorf("range behind the end: %s", resp.Status)
	}
}

// from copies blobs from another store, as sync does.
type from struct{ src, dst *store.Store }

func (f from) Fetch(ctx context.Context, digest string) error {
	raw, err := f.src.ReadBlob(digest, 1<<20)
	if err != nil {
		return errors.New("on no host")
	}
	return f.dst.Put(ctx, content.Blob{Digest: digest, SizeBytes: int64(len(raw))}, bytes.NewReader(raw))
}

func TestReadThrough(t *testing.T) {
	leader, follower := filled(t), newStore(t)
	f := from{leader, follower}
	item := leader.List()[0].Digest
	if err := f.Fetch(t.Context(), item); err != nil {
		t.Fatal(err)
	}
	if err := follower.Expect([]string{item}); err != nil {
		t.Fatal(err)
	}
	ref, _ := name.ParseReference(serve(t, follower, f)+"/sample/one:v1", name.Insecure)
	img, err := remote.Image(ref, remote.WithContext(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	readAll(t, img)
	if resp, _ := get(t, "GET", "http://"+ref.Context().RegistryStr()+"/v2/sample/one/blobs/"+content.DigestOf([]byte("no"))); resp.StatusCode != 404 {
		t.Errorf("a blob of no host: %s", resp.Status)
	}
}
