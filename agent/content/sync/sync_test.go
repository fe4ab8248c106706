package sync

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/slipway-os/slipway/agent/content"
	"github.com/slipway-os/slipway/agent/content/internal/sample"
	"github.com/slipway-os/slipway/agent/content/store"
)

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
