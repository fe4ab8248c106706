package link

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/tests/e2e/suite"
	"github.com/slipway-os/slipway/tests/lab"
)

// waitGroup is how long hosts may take to agree.
const waitGroup = 30 * time.Second

func errSees(h *lab.Host, l api.Link) error { return fmt.Errorf("%s sees %+v", h.Name(), l) }

// partition unplugs a follower while it fetches: the leader says so, and after it is plugged in again it goes on.
func (g *group) partition(t *testing.T) {
	file, digest := suite.WriteBundle(t, suite.Small("sync", 6<<20, 6<<20, 12<<20))
	g.digest = digest
	h := g.Host(3)
	if err := h.Slow(t.Context(), 16_000_000, 0); err != nil { // 2 MB/s: 24 MiB take twelve seconds
		t.Fatal(err)
	}
	if err := g.Upload(t.Context(), file, func(string) {}); err != nil {
		t.Fatal(err)
	}
	suite.Until(t, waitGroup, func() (bool, error) {
		row := g.row(t, h)
		return row.Content == "Syncing" && row.CompletedBytes > 1<<20, fmt.Errorf("%+v", row)
	})
	if err := h.Partition(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	suite.Until(t, waitGroup, func() (bool, error) {
		row := g.row(t, h)
		return row.Health == "Unreachable" && row.Content == "NotSynced", fmt.Errorf("%+v", row)
	})
	if err := errors.Join(h.Partition(t.Context(), false), h.Slow(t.Context(), 0, 0)); err != nil {
		t.Fatal(err)
	}
	suite.Until(t, waitGroup, func() (bool, error) {
		for _, x := range suite.OnJSON[api.Link](t, g.Host(1), "link", "list").Hosts {
			if x.Content != "Synced" || x.Health != "Healthy" {
				return false, fmt.Errorf("%+v", x)
			}
		}
		return true, nil
	})
	// Every blob that the follower now has is what its name says.
	suite.Exec(t, h, `cd /var/lib/slipway/pool/blobs/sha256; test -n "$(ls)"; for f in *; do echo "$f  $f"; done | sha256sum --check --quiet`)
}

// row is what the leader shows of a host.
func (g *group) row(t *testing.T, h *lab.Host) api.LinkedHost {
	t.Helper()
	for _, x := range suite.OnJSON[api.Link](t, g.Host(1), "link", "list").Hosts {
		if x.Name == h.Name() {
			return x
		}
	}
	t.Fatalf("the leader does not list %s", h.Name())
	return api.LinkedHost{}
}

// remove: a second after its removal a host gets nothing from anybody, with the certificate that worked before.
func (g *group) remove(t *testing.T) {
	blob := "/peer/v1/blobs/" + g.digest // its own manifest is a blob of what was uploaded
	thief, stranger := suite.CopyOf(t, g.Lab, g.Host(2)), suite.Stranger(t, g.Lab)
	others := []*lab.Host{g.Host(1), g.Host(3)}
	for _, h := range others {
		if got := thief.Get(t, h, blob); got != http.StatusOK {
			t.Fatalf("a linked host gets status %d from %s", got, h.Name())
		}
		if got := stranger.Get(t, h, blob); got != http.StatusForbidden {
			t.Errorf("a stranger gets status %d from %s", got, h.Name())
		}
	}
	suite.On(t, g.Host(1), "", "link", "remove", "no-such-host").Refused(t, "no other host")
	suite.On(t, g.Host(3), "", "link", "remove", "h2").Refused(t, "leader")
	suite.On(t, g.Host(1), "", "link", "remove", "h2").OK(t) // has told the others when it returns
	removed := time.Now()
	for _, h := range others {
		suite.Until(t, time.Second, func() (bool, error) {
			got := thief.Get(t, h, blob)
			return got == http.StatusForbidden, fmt.Errorf("%s after the removal a host gets status %d from %s", time.Since(removed), got, h.Name())
		})
	}
	suite.Until(t, waitGroup, func() (bool, error) {
		return role(t, g.Host(2)) == "none", errors.New("h2 does not know that it was removed")
	})
}

// leave: a follower goes by itself, the leader cannot while it has followers.
func (g *group) leave(t *testing.T) {
	suite.On(t, g.Host(1), "", "link", "leave").Refused(t, "leader of its group")
	suite.On(t, g.Host(3), "", "link", "leave").OK(t)
	if got := role(t, g.Host(3)); got != "none" {
		t.Errorf("h3 has the role %s after it left", got)
	}
	if hosts := suite.OnJSON[api.Link](t, g.Host(1), "link", "list").Hosts; len(hosts) != 1 {
		t.Errorf("the leader still lists %+v", hosts)
	}
	suite.On(t, g.Host(3), "", "link", "leave").OK(t) // it is so already
}

// joinAgain: hosts that were removed or left are as good as new ones. What they still have they do not lose unasked.
func (g *group) joinAgain(t *testing.T) {
	for _, h := range g.Hosts()[1:] {
		text, _ := token(t, g.Host(1))
		join(t, h, text).Refused(t, "--drop-content")
		suite.On(t, h, text, "link", "join", "-", "--drop-content").OK(t)
	}
	g.agree(t, 3)
	if err := g.WaitGroup(t.Context(), waitGroup, func(string) {}); err != nil {
		t.Fatal(err)
	}
}
