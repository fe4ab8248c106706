package linknet

import (
	"crypto/tls"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/slipway-os/slipway/linking"
)

// TestHostileRequests sends what no host of ours would send; each is refused with its code and changes nothing.
func TestHostileRequests(t *testing.T) {
	leader, one, stranger := boot(t, "leader"), boot(t, "one"), boot(t, "stranger")
	one.joinTo(leader)
	otp := leader.present.Load().Token.OTP()
	about := func(h *host) string {
		raw, _ := json.Marshal(h.Node.self(linking.RoleFollower))
		return string(raw)
	}
	bare := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	defer bare.CloseIdleConnections()
	joins := `{"version":"1.2.3","otp":"` + otp + `","self":` + about(stranger) + `}`
	before, _, _ := leader.Roster()

	for name, c := range map[string]struct {
		client     *http.Client
		path, body string
		status     int
		code       linking.Code
	}{
		"join without a certificate": {bare, pathJoin, joins, 403, linking.CodeNotMember},
		"join with no JSON":          {stranger.client(leader.cfg.Identity.Pin), pathJoin, `{`, 400, linking.CodeBadRequest},
		"join with a bad name":       {stranger.client(leader.cfg.Identity.Pin), pathJoin, strings.Replace(joins, `stranger`, `../x`, 1), 400, linking.CodeBadRequest},
		"join as another's id":       {stranger.client(leader.cfg.Identity.Pin), pathJoin, strings.Replace(joins, stranger.id(), one.id(), 1), 409, linking.CodeIDTaken},
		"join, too large":            {stranger.client(leader.cfg.Identity.Pin), pathJoin, strings.Repeat(" ", linking.MaxJoinBytes+1), 400, linking.CodeBadRequest},
		"sync of a stranger":         {stranger.client(leader.cfg.Identity.Pin), pathSync, `{"self":` + about(stranger) + `}`, 403, linking.CodeRemoved},
		"sync without a certificate": {bare, pathSync, `{"self":` + about(one) + `}`, 403, linking.CodeNotMember},
		"sync with no JSON":          {one.client(leader.cfg.Identity.Pin), pathSync, `[]`, 400, linking.CodeBadRequest},
		"sync, too large":            {one.client(leader.cfg.Identity.Pin), pathSync, strings.Repeat(" ", linking.MaxSyncBytes+1), 400, linking.CodeBadRequest},
		"leave of a stranger":        {stranger.client(leader.cfg.Identity.Pin), pathLeave, `{}`, 403, linking.CodeRemoved},
		"a follower announces":       {one.client(leader.cfg.Identity.Pin), pathAnnounce, `{}`, 409, linking.CodeNotLeader},
	} {
		a, err := c.client.Post("https://"+leader.addr.String()+c.path, "application/json", strings.NewReader(c.body))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var refusal wireRefusal
		_ = json.NewDecoder(a.Body).Decode(&refusal)
		a.Body.Close()
		if a.StatusCode != c.status || refusal.Code != string(c.code) {
			t.Errorf("%s: got %d %s %s", name, a.StatusCode, refusal.Code, refusal.Detail)
		}
	}
	if after, _, _ := leader.Roster(); after.Epoch != before.Epoch {
		t.Errorf("the roster changed from epoch %d to %d", before.Epoch, after.Epoch)
	}
	if leader.present.Load().Token.OTP() != otp {
		t.Error("the token was used up")
	}
}

// TestRosterOfAnyoneElseIsNotBelieved announces to a follower what its leader did not sign.
func TestRosterOfAnyoneElseIsNotBelieved(t *testing.T) {
	leader, one, usurper := boot(t, "leader"), boot(t, "one"), boot(t, "usurper")
	usurper.token()
	one.joinTo(leader)
	before := one.present.Load()
	if err := one.takeRoster(usurper.present.Load().Roster); err == nil {
		t.Error("the roster of another leader was accepted")
	}
	old := before.Roster
	wide, err := leader.signed(*before, before.roster.With(linking.Member{ID: newUUID(), Name: "x", Port: 1, Pin: usurper.cfg.Identity.Pin, Role: linking.RoleFollower}))
	if err != nil {
		t.Fatal(err)
	}
	if err := one.takeRoster(wide.Roster); err != nil || one.epoch() != before.roster.Epoch+1 {
		t.Fatalf("the next roster of the leader: %v", err)
	}
	if err := one.takeRoster(old); err != nil || one.epoch() != before.roster.Epoch+1 {
		t.Errorf("an old roster took effect: %v, epoch %d", err, one.epoch())
	}
}

func TestAHostHasOnePollAtMost(t *testing.T) {
	leader, one := boot(t, "leader"), boot(t, "one")
	one.joinTo(leader)
	s := one.present.Load()
	one.stop() // its own polls are out of the way
	generation, _ := generationOf(nil)
	q := linking.SyncRequest{Hold: true, Epoch: s.roster.Epoch, Generation: generation, Self: one.Node.self(linking.RoleFollower)}
	poll := func(done chan<- error) {
		_, _, err := post(t.Context(), one.client(s.Leader), []string{"https://" + leader.addr.String()}, pathSync, q, linking.MaxSyncBytes)
		done <- err
	}
	first, second := make(chan error, 1), make(chan error, 1)
	contact := leader.Node.seen(one.id())
	leader.Node.mu.Lock()
	contact.endPoll = nil
	leader.Node.mu.Unlock()
	waiting := func() bool {
		leader.Node.mu.Lock()
		defer leader.Node.mu.Unlock()
		return contact.endPoll != nil
	}
	go poll(first)
	eventually(t, 3*time.Second, "the first poll waits", waiting)
	go poll(second)
	select {
	case err := <-first:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(3 * time.Second):
		t.Error("the first poll still waits")
	}
	leader.stop()
	<-second
}
