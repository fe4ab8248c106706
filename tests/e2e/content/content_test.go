// Package content tests with two real hosts what becomes of content that people upload: refused whole, or there whole, through
// kills, cuts and rot.
//
//	hostile bundles, full pool ──> upload through kills ──> sync through a power cut ──> rot found ──> delete
package content

import (
	"testing"

	"github.com/slipway-os/slipway/tests/e2e/drive"
	"github.com/slipway-os/slipway/tests/e2e/suite"
	"github.com/slipway-os/slipway/tests/lab"
)

// group is the lab and what the steps tell each other.
type group struct {
	*drive.Lab
	first string // digest of the content that stays until it is deleted
}

func TestContent(t *testing.T) {
	g := &group{Lab: suite.Start(t, "e2e-content", 2)}
	suite.Steps(t,
		suite.Step{Name: "hostile bundles", Run: g.hostile},
		suite.Step{Name: "link", Run: g.link},
		suite.Step{Name: "upload through kills", Run: g.uploadThroughKills},
		suite.Step{Name: "power cut during sync", Run: g.powerCut},
		suite.Step{Name: "restart", Run: g.restart},
		suite.Step{Name: "rot on the follower", Run: func(t *testing.T) { g.rot(t, g.Host(2)) }},
		suite.Step{Name: "rot on the leader", Run: func(t *testing.T) { g.rot(t, g.Host(1)) }},
		suite.Step{Name: "delete", Run: g.delete},
	)
}

func (g *group) link(t *testing.T) {
	if err := g.Link(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// pool lists the files of a host's storage pool with their sizes.
func pool(t *testing.T, h *lab.Host) string {
	t.Helper()
	return suite.Exec(t, h, `cd /var/lib/slipway/pool; find . -type f -printf '%P %s\n' | sort`)
}

// sound fails when a blob is not what its name says.
func sound(t *testing.T, h *lab.Host) {
	t.Helper()
	suite.Exec(t, h, `cd /var/lib/slipway/pool/blobs/sha256; test -n "$(ls)"; for f in *; do echo "$f  $f"; done | sha256sum --check --quiet`)
}
