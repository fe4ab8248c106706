package sync

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
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
