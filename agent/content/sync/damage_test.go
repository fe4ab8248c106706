package sync

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/slipway-os/slipway/agent/content"
	"github.com/slipway-os/slipway/agent/content/internal/sample"
	"github.com/slipway-os/slipway/agent/content/store"
)

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
