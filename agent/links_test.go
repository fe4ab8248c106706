package agent

import (
	"slices"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/linking"
)

func TestLeaderComesFirst(t *testing.T) {
	list := []api.LinkedHost{{Name: "b", Role: "follower"}, {Name: "c", Role: "leader"}, {Name: "a", Role: "follower"}}
	slices.SortFunc(list, leaderFirst)
	if list[0].Name != "c" || list[1].Name != "a" || list[2].Name != "b" {
		t.Errorf("ordered %+v", list)
	}
}

// Feature 75: a follower that lost its leader does not show old news as new.
func TestSeenFromFollower(t *testing.T) {
	view := []api.LinkedHost{{Id: "1", Role: "leader", Health: "Healthy"}, {Id: "2", Role: "follower", Health: "Healthy"}, {Id: "3", Role: "follower", Health: "Healthy"}}
	healths := func(hosts []api.LinkedHost) (out [3]string) {
		for i, h := range hosts {
			out[i] = h.Health
		}
		return out
	}
	seen := time.Unix(1e9, 0)
	if got := healths(seenFromFollower(view, "2", seen, true)); got != [3]string{"Healthy", "Healthy", "Healthy"} {
		t.Errorf("in touch: %v", got)
	}
	lost := seenFromFollower(view, "2", seen, false)
	if got := healths(lost); got != [3]string{"Unreachable", "Healthy", "Unknown"} || !lost[0].LastSeen.Equal(seen) || lost[0].HealthReason == "" {
		t.Errorf("lost: %v, %+v", got, lost[0])
	}
	if view[0].Health != "Healthy" {
		t.Error("the leader's view was changed")
	}
}

func TestUnawareText(t *testing.T) {
	got := unawareText([]linking.Member{{Name: "h4"}, {Name: "h3"}})
	if want := "unlinked; no answer from h3, h4: told as soon as they are back, and they serve the unlinked host until then"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
