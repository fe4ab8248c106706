package content

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/tests/e2e/drive"
	"github.com/slipway-os/slipway/tests/e2e/suite"
	"github.com/slipway-os/slipway/tests/lab"
)

// patience is how long a small group may take to have all content everywhere.
const patience = 60 * time.Second

func errLeft(h *lab.Host, files string) error {
	return fmt.Errorf("the pool of %s has\n%s", h.Name(), files)
}

// powerCut pulls the follower's plug while it fetches; switched on again it goes on by itself. The files were sent in one
// command, from a workstation.
func (g *group) powerCut(t *testing.T) {
	h := g.Host(2)
	if err := g.WaitGroup(t.Context(), patience, func(string) {}); err != nil {
		t.Fatal(err)
	}
	one, digest := suite.WriteBundle(t, suite.Small("one", 8<<20, 8<<20))
	two, other := suite.WriteBundle(t, suite.Small("two", 1<<20))
	if err := h.Slow(t.Context(), 16_000_000, 0); err != nil { // 2 MB/s
		t.Fatal(err)
	}
	list := suite.Decode[[]api.ContentItem](t, suite.Workstation(t, g.Lab, g.Password,
		append(suite.Login(t, g.Host(1)), "content", "upload", one, two, "-o", "json")...))
	if text := fmt.Sprint(list); !strings.Contains(text, digest) || !strings.Contains(text, other) {
		t.Fatalf("the pool has %s, not %s and %s", text, digest, other)
	}
	suite.On(t, h, "", "content", "upload", "/usr/bin/slipway").Refused(t, "do this there")
	suite.Until(t, patience, func() (bool, error) {
		done := g.state(t, digest)
		return done.State == "pending" && done.CompletedBytes > 2<<20, fmt.Errorf("%+v", done)
	})
	if err := h.PowerCut(t.Context()); err != nil {
		t.Fatal(err)
	}
	g.start(t, h)
	if err := h.Slow(t.Context(), 0, 0); err != nil {
		t.Fatal(err)
	}
	if err := g.WaitGroup(t.Context(), patience, func(string) {}); err != nil {
		t.Fatal(err)
	}
	sound(t, h)
}

// state is how far the item is on the follower, as the leader shows it.
func (g *group) state(t *testing.T, digest string) api.ContentHost {
	t.Helper()
	for _, item := range suite.OnJSON[[]api.ContentItem](t, g.Host(1), "content", "list") {
		for _, h := range item.Sync.Hosts {
			if item.Digest == digest && h.Name == "h2" {
				return h
			}
		}
	}
	return api.ContentHost{}
}

func (g *group) start(t *testing.T, h *lab.Host) {
	t.Helper()
	if err := h.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := h.WaitRunning(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := drive.WaitAgent(t.Context(), h); err != nil {
		t.Fatal(err)
	}
}

// restart: agents that start again have what they had.
func (g *group) restart(t *testing.T) {
	for _, h := range g.Hosts() {
		before := suite.OnJSON[[]api.ContentItem](t, h, "content", "list")
		suite.Exec(t, h, "systemctl restart slipway-agent")
		after := suite.OnJSON[[]api.ContentItem](t, h, "content", "list")
		if len(before) != 3 || len(after) != 3 {
			t.Fatalf("%s has %d items, after a restart of its agent %d", h.Name(), len(before), len(after))
		}
		for i := range after {
			if before[i].Digest != after[i].Digest || !before[i].AddedAt.Equal(after[i].AddedAt) {
				t.Errorf("%s: %+v became %+v", h.Name(), before[i], after[i])
			}
		}
	}
	if err := g.WaitGroup(t.Context(), patience, func(string) {}); err != nil {
		t.Fatal(err)
	}
}

// rot turns one bit of the largest blob of a host: verify finds it, and the host fetches the blob anew from the other.
func (g *group) rot(t *testing.T, h *lab.Host) {
	blob := strings.TrimSpace(suite.Exec(t, h, `cd /var/lib/slipway/pool/blobs/sha256; ls -S | head -n 1`))
	suite.Exec(t, h, `cd /var/lib/slipway/pool/blobs/sha256
		byte=$(od -An -tu1 -j 12345 -N 1 "$1")
		printf "\\$(printf %o $((byte ^ 1)))" | dd of="$1" bs=1 seek=12345 conv=notrunc status=none`, blob)
	check := `cd /var/lib/slipway/pool/blobs/sha256; echo "$1  $1" | sha256sum --check --status`
	if _, err := h.Exec(t.Context(), "sh", "-c", check, "sh", blob); err == nil {
		t.Fatal("the test did not damage the blob")
	}
	op := suite.OnJSON[api.Operation](t, h, "content", "verify")
	if text := fmt.Sprint(op.Steps); !strings.Contains(text, "damaged") {
		t.Errorf("verify does not tell of the damage: %s", text)
	}
	suite.Until(t, patience, func() (bool, error) {
		_, err := h.Exec(t.Context(), "sh", "-c", check, "sh", blob)
		return err == nil, err
	})
	if err := g.WaitGroup(t.Context(), patience, func(string) {}); err != nil {
		t.Fatal(err)
	}
	sound(t, h)
}
