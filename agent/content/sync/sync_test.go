package sync

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/content"
	"github.com/slipway-os/slipway/agent/content/internal/sample"
	"github.com/slipway-os/slipway/agent/content/store"
)

// host is one host of a group under test.
type host struct {
	id      string
	dir     string
	store   *store.Store
	sync    *Syncer
	url     string
	sent    atomic.Int64             // bytes of answers
	wrap    atomic.Pointer[wrapFunc] // of the handler
	serve   atomic.Value             // http.Handler
	stop    context.CancelFunc
	stopped chan struct{}
}

type wrapFunc func(http.Handler) http.Handler

type group struct {
	t     *testing.T
	hosts []*host // the first is the leader
}

func newGroup(t *testing.T, followers int) *group {
	g := &group{t: t}
	for i := range followers + 1 {
		h := &host{id: fmt.Sprint("host-", i), dir: t.TempDir()}
		h.open(t)
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next := h.serve.Load().(http.Handler)
			if f := h.wrap.Load(); f != nil {
				next = (*f)(next)
			}
			next.ServeHTTP(&counting{w, &h.sent}, r)
		}))
		t.Cleanup(server.Close)
		h.url = server.URL
		g.hosts = append(g.hosts, h)
	}
	return g
}

func (h *host) open(t *testing.T) {
	h.store = openStore(t, h.dir)
	h.serve.Store(Handler(h.store, DefaultUploads))
}

func openStore(t *testing.T, dir string) *store.Store {
	t.Helper()
	s, err := store.Open(store.Options{Dir: dir, Records: &sample.Records{}, Reserve: func(int64) int64 { return 0 }})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

type counting struct {
	http.ResponseWriter
	n *atomic.Int64
}

func (c *counting) Write(p []byte) (int, error) {
	n, err := c.ResponseWriter.Write(p)
	c.n.Add(int64(n))
	return n, err
}

// start runs the sync of hosts[i] until the test ends.
func (g *group) start(i int, catalog content.Catalog) {
	h := g.hosts[i]
	h.sync = New(Options{Self: h.id, Store: h.store, Poll: 20 * time.Millisecond, Patience: 2 * time.Second,
		Peers: func() []Peer {
			var peers []Peer
			for j, o := range g.hosts {
				if j != i {
					peers = append(peers, Peer{ID: o.id, Leader: j == 0, Client: http.DefaultClient, URLs: []string{"http://127.0.0.1:1", o.url}})
				}
			}
			return peers
		}})
	if catalog != nil {
		h.sync.SetCatalog(catalog)
	}
	ctx, stop := context.WithCancel(g.t.Context())
	h.stop, h.stopped = stop, make(chan struct{})
	go func() {
		defer close(h.stopped)
		if err := h.sync.Run(ctx); !errors.Is(err, context.Canceled) {
			g.t.Error(err)
		}
	}()
	g.t.Cleanup(func() { stop(); <-h.stopped })
}

func (g *group) upload(name string, payloads ...[]byte) (content.Catalog, int64) {
	g.t.Helper()
	raw, _ := sample.Bundle(g.t, name, payloads...)
	item, err := g.hosts[0].store.Import(g.t.Context(), bytes.NewReader(raw), nil)
	if err != nil {
		g.t.Fatal(err)
	}
	return g.hosts[0].store.Catalog(), item.SizeBytes
}

func (g *group) await(what string, ok func() bool) {
	g.t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for !ok() {
		if time.Now().After(deadline) {
			for _, h := range g.hosts[1:] {
				if h.sync != nil {
					g.t.Logf("%s: %+v", h.id, h.sync.Progress())
				}
			}
			g.t.Fatalf("%s did not happen", what)
		}
		time.Sleep(5 * time.Millisecond) // real sockets: no virtual time
	}
}

func (h *host) synced(n int) func() bool {
	return func() bool {
		reports := h.sync.Progress()
		for _, r := range reports {
			if r.State != content.Completed || r.CompletedBytes != r.TotalBytes || r.Error != "" {
				return false
			}
		}
		return len(reports) == n
	}
}

func payloads(n, size int) [][]byte {
	var all [][]byte
	for i := range n {
		all = append(all, sample.Random(uint64(i+1), size))
	}
	return all
}

func TestGroupSyncs(t *testing.T) {
	g := newGroup(t, 3)
	catalog, size := g.upload("one", payloads(60, 100000)...)
	for i := 1; i <= 3; i++ {
		g.start(i, catalog)
	}
	for i := 1; i <= 3; i++ {
		g.await("sync", g.hosts[i].synced(1))
		if damaged, err := g.hosts[i].store.VerifyAll(t.Context(), nil); err != nil || len(damaged) != 0 || len(g.hosts[i].store.List()) != 1 {
			t.Errorf("host %d: %v %v", i, damaged, err)
		}
	}
	ratio := float64(g.hosts[0].sent.Load()) / float64(size)
	t.Logf("the leader sent each byte %.2f times to 3 followers", ratio)
	if ratio > 1.7 {
		t.Errorf("the leader sent each byte %.2f times", ratio)
	}
}

func TestDeletePropagates(t *testing.T) {
	g := newGroup(t, 1)
	shared := sample.Random(1, 1000)
	g.upload("one", shared, sample.Random(2, 1000))
	catalog, _ := g.upload("two", shared)
	f := g.hosts[1]
	g.start(1, catalog)
	g.await("sync of both", f.synced(2))
	one := catalog[1]
	if catalog[0].Name == "one" {
		one = catalog[0]
	}
	if _, err := g.hosts[0].store.Delete(t.Context(), one.Digest, false); err != nil {
		t.Fatal(err)
	}
	f.sync.SetCatalog(g.hosts[0].store.Catalog())
	g.await("deletion", func() bool { return len(f.store.List()) == 1 })
	want, _ := g.hosts[0].store.Have()
	have, _ := f.store.Have()
	if fmt.Sprint(have) != fmt.Sprint(want) {
		t.Errorf("follower has %v, leader %v", have, want)
	}
	f.sync.SetCatalog(content.Catalog{})
	g.await("deletion of all", func() bool { d, _ := f.store.Have(); return len(d) == 0 })
}

// An abandoned item leaves neither blobs nor unfinished ones.
func TestAbandonedItemLeavesNothing(t *testing.T) {
	g := newGroup(t, 1)
	catalog, _ := g.upload("one", payloads(3, 300000)...)
	g.hosts[0].wrapWith(cutAfter(250000, 1<<30))
	f := g.hosts[1]
	g.start(1, catalog)
	g.await("a partial", func() bool { e, _ := os.ReadDir(filepath.Join(f.dir, "partial")); return len(e) > 0 })
	f.sync.SetCatalog(content.Catalog{})
	g.await("a clean pool", func() bool {
		e, _ := os.ReadDir(filepath.Join(f.dir, "partial"))
		d, _ := f.store.Have()
		if len(e)+len(d) > 0 {
			f.sync.mu.Lock()
			f.sync.collected = false // what was in flight lands later
			f.sync.mu.Unlock()
			f.sync.Wake()
		}
		return len(e)+len(d) == 0
	})
}

func (h *host) wrapWith(f wrapFunc) { h.wrap.Store(&f) }

// cutAfter cuts connections after n bytes of a blob, the first times times.
func cutAfter(n int, times int64) wrapFunc {
	var cuts atomic.Int64
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(&cutter{ResponseWriter: w, left: n, cut: func() bool { return cuts.Add(1) <= times }}, r)
		})
	}
}

type cutter struct {
	http.ResponseWriter
	left int
	cut  func() bool
}

func (c *cutter) Write(p []byte) (int, error) {
	if c.left -= len(p); c.left < 0 && c.cut() {
		_, _ = c.ResponseWriter.Write(p[:max(0, len(p)+c.left)])
		_ = http.NewResponseController(c.ResponseWriter).Flush()
		panic(http.ErrAbortHandler)
	}
	return c.ResponseWriter.Write(p)
}

func TestResumesCutTransfer(t *testing.T) {
	g := newGroup(t, 1)
	catalog, size := g.upload("one", sample.Random(1, 4<<20))
	g.hosts[0].wrapWith(cutAfter(1<<20, 2))
	g.start(1, catalog)
	g.await("sync over two cuts", g.hosts[1].synced(1))
	if sent := g.hosts[0].sent.Load(); sent > size+size/4 {
		t.Errorf("%d bytes were sent for %d: the transfer did not resume", sent, size)
	}
}

func TestResumesAfterRestart(t *testing.T) {
	g := newGroup(t, 1)
	catalog, size := g.upload("one", sample.Random(1, 4<<20))
	g.hosts[0].wrapWith(cutAfter(3<<20, 1<<30))
	f := g.hosts[1]
	g.start(1, catalog)
	g.await("the first part", func() bool { return f.sync.Progress()[0].CompletedBytes > 2<<20 })
	g.await("the cut", func() bool { return f.sync.Progress()[0].Error != "" })
	f.stop()
	<-f.stopped
	f.open(t)
	none := wrapFunc(func(h http.Handler) http.Handler { return h })
	g.hosts[0].wrapWith(none)
	before := g.hosts[0].sent.Load()
	g.start(1, catalog)
	g.await("sync", f.synced(1))
	if sent := g.hosts[0].sent.Load() - before; sent > size/2 {
		t.Errorf("%d of %d bytes were sent again", sent, size)
	}
}

// A host that sends wrong bytes is found out, and the blob comes from another.
func TestTamperingPeer(t *testing.T) {
	g := newGroup(t, 2)
	catalog, _ := g.upload("one", payloads(5, 50000)...)
	g.start(2, catalog)
	g.await("sync of the first follower", g.hosts[2].synced(1))
	g.hosts[2].wrapWith(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, blobPath) {
				w = &flipper{w}
			}
			next.ServeHTTP(w, r)
		})
	})
	g.start(1, catalog)
	g.await("sync beside a liar", g.hosts[1].synced(1))
	if damaged, err := g.hosts[1].store.VerifyAll(t.Context(), nil); err != nil || len(damaged) != 0 {
		t.Errorf("%v %v", damaged, err)
	}
}

type flipper struct{ http.ResponseWriter }

func (f *flipper) Write(p []byte) (int, error) {
	q := bytes.Clone(p)
	if len(q) > 0 {
		q[len(q)/2] ^= 1
	}
	return f.ResponseWriter.Write(q)
}

func TestDamagedBlobIsRefetched(t *testing.T) {
	g := newGroup(t, 1)
	payload := sample.Random(1, 100000)
	catalog, _ := g.upload("one", payload)
	leader, f := g.hosts[0], g.hosts[1]
	g.start(1, catalog)
	g.start(0, nil) // the leader repairs itself from its followers
	g.await("sync", f.synced(1))
	digest := content.DigestOf(payload)
	for _, h := range []*host{leader, f} {
		name := filepath.Join(h.dir, "blobs", "sha256", strings.TrimPrefix(digest, "sha256:"))
		if err := os.WriteFile(name, bytes.Repeat([]byte("x"), len(payload)), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := h.store.Verify(t.Context(), digest); !errors.Is(err, store.ErrDamaged) {
			t.Fatalf("%s: %v", h.id, err)
		}
		h.sync.Wake()
		g.await("repair of "+h.id, h.synced(1))
		if err := h.store.Verify(t.Context(), digest); err != nil {
			t.Error(err)
		}
	}
}

// The leader does not know that its disk went bad: the follower that notices
// tells it, another one still has the blob, and in the end all have it.
func TestDamageOnTheLeaderHeals(t *testing.T) {
	g := newGroup(t, 2)
	payload := sample.Random(1, 100000)
	catalog, _ := g.upload("one", payload)
	g.start(1, catalog)
	g.await("sync of the first follower", g.hosts[1].synced(1))
	digest := content.DigestOf(payload)
	name := filepath.Join(g.hosts[0].dir, "blobs", "sha256", strings.TrimPrefix(digest, "sha256:"))
	if err := os.WriteFile(name, bytes.Repeat([]byte("x"), len(payload)), 0o600); err != nil {
		t.Fatal(err)
	}
	g.hosts[1].wrapWith(hides(digest)) // so that the second asks the leader
	g.start(0, nil)
	g.start(2, catalog)
	g.await("discovery", func() bool { return !g.hosts[0].store.Has(digest) })
	g.hosts[1].wrapWith(func(h http.Handler) http.Handler { return h })
	g.hosts[0].sync.Wake()
	g.await("repair of the leader", g.hosts[0].synced(1))
	g.await("sync of the second follower", g.hosts[2].synced(1))
}

// hides answers as if the host did not hold the blob.
func hides(digest string) wrapFunc {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == havePath {
				fmt.Fprint(w, "[]")
				return
			}
			if strings.Contains(r.URL.Path, digest) {
				http.NotFound(w, r)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

func TestReportsWhyItFails(t *testing.T) {
	g := newGroup(t, 1)
	catalog, _ := g.upload("one", sample.Random(1, 1000))
	f := g.hosts[1]
	g.hosts[0].wrapWith(func(next http.Handler) http.Handler { return http.NotFoundHandler() })
	g.start(1, catalog)
	g.await("a reason", func() bool {
		r := f.sync.Report().Items[0]
		return r.State == content.Pending && strings.Contains(r.Error, "no reachable host")
	})
	g.hosts[0].wrapWith(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == havePath {
				next.ServeHTTP(w, r)
				return
			}
			http.Error(w, "broken disk", http.StatusInternalServerError)
		})
	})
	g.await("failed", func() bool { return f.sync.Progress()[0].State == content.Failed })
	g.hosts[0].wrapWith(func(next http.Handler) http.Handler { return next })
	g.await("recovery", f.synced(1))
}

func TestFetch(t *testing.T) {
	g := newGroup(t, 1)
	payload := sample.Random(1, 1000)
	catalog, _ := g.upload("one", payload)
	f := g.hosts[1]
	g.start(1, catalog)
	g.await("sync", f.synced(1))
	f.stop()
	<-f.stopped
	digest := content.DigestOf(payload)
	if _, err := f.store.Collect(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(f.dir, "blobs", "sha256", digest[7:])); err != nil {
		t.Fatal(err)
	}
	if _, _, err := f.store.Open(digest); !errors.Is(err, store.ErrNotFound) {
		t.Fatal(err)
	}
	if err := f.sync.Fetch(t.Context(), digest); err != nil || !f.store.Has(digest) {
		t.Error(err)
	}
	if err := f.sync.Fetch(t.Context(), content.DigestOf([]byte("foreign"))); !errors.Is(err, errUnknown) {
		t.Errorf("a blob of no item: %v", err)
	}
}

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
