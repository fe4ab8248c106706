// Package link tests with three real hosts how people reach a host, how hosts become a group, and how they cease to be one.
//
//	access ──> tokens that are refused ──> join ──> sync, cut and healed ──> remove, leave, join again
package link

import (
	"testing"

	"github.com/slipway-os/slipway/tests/e2e/drive"
	"github.com/slipway-os/slipway/tests/e2e/suite"
)

// group is the lab and what the steps tell each other.
type group struct {
	*drive.Lab
	used   string // the token that linked h2
	digest string // of the content that was uploaded
}

func TestLink(t *testing.T) {
	g := &group{Lab: suite.Boot(t, "e2e-link", 3)}
	suite.Steps(t,
		suite.Step{Name: "first user", Run: g.firstUser},
		suite.Step{Name: "workstation", Run: g.workstation},
		suite.Step{Name: "wrong pin", Run: g.wrongPin},
		suite.Step{Name: "viewer", Run: g.viewer},
		suite.Step{Name: "sessions", Run: g.sessions},
		suite.Step{Name: "lock-out", Run: g.lockOut},
		suite.Step{Name: "malformed token", Run: g.malformed},
		suite.Step{Name: "man in the middle", Run: g.manInTheMiddle},
		suite.Step{Name: "leader not reachable", Run: g.unreachable},
		suite.Step{Name: "guessed token", Run: g.guessed},
		suite.Step{Name: "stopped token", Run: g.stopped},
		suite.Step{Name: "other version", Run: g.otherVersion},
		suite.Step{Name: "join", Run: g.join},
		suite.Step{Name: "used token", Run: g.usedToken},
		suite.Step{Name: "token stopped later", Run: g.stoppedLater},
		suite.Step{Name: "already linked", Run: g.alreadyLinked},
		suite.Step{Name: "token of a follower", Run: g.followersToken},
		suite.Step{Name: "join from a workstation", Run: g.joinFromWorkstation},
		suite.Step{Name: "partition during sync", Run: g.partition},
		suite.Step{Name: "remove", Run: g.remove},
		suite.Step{Name: "leave", Run: g.leave},
		suite.Step{Name: "join again", Run: g.joinAgain},
	)
}
