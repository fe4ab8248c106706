package linknet

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/slipway-os/slipway/linking"
)

// endless serves a download that never ends by itself, and tells when it ended.
func endless(ended *atomic.Bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer ended.Store(true)
		block := make([]byte, 64<<10)
		for {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	})
}

func TestRemovalCutsEverythingWithinASecond(t *testing.T) {
	for name, reads := range map[string]bool{"while it reads": true, "while it has stopped reading": false} {
		t.Run(name, func(t *testing.T) {
			var ended atomic.Bool
			leader, one, two := newHost(t, "leader"), boot(t, "one"), newHost(t, "two")
			leader.extra, two.extra = endless(&ended), endless(new(atomic.Bool))
			leader.start("127.0.0.1:0")
			one.joinTo(leader)
			two.start("127.0.0.1:0").joinTo(leader)
			eventually(t, 3*time.Second, "all know all", func() bool { return one.epoch() == 3 && two.epoch() == 3 })

			client, urls, err := one.PeerClient(leader.id())
			if err != nil {
				t.Fatal(err)
			}
			a, err := client.Get(urls[0] + "/content")
			if err != nil {
				t.Fatal(err)
			}
			defer a.Body.Close()
			if _, err := io.CopyN(io.Discard, a.Body, 1<<20); err != nil {
				t.Fatal(err)
			}
			toTwo, twoURLs, _ := one.PeerClient(two.id())

			if unaware, err := leader.Remove(t.Context(), one.id()); err != nil || len(unaware) > 0 {
				t.Fatalf("%v, unaware: %v", err, unaware)
			}
			if reads {
				done := make(chan error, 1)
				go func() { _, err := io.Copy(io.Discard, a.Body); done <- err }()
				select {
				case err := <-done:
					if err == nil {
						t.Error("the cut download looks complete")
					}
				case <-time.After(time.Second):
					t.Fatal("the download goes on")
				}
			}
			eventually(t, time.Second, "the leader stops serving", ended.Load)
			eventually(t, time.Second, "the removed host has no role", func() bool { return one.role() == linking.RoleNone })
			eventually(t, time.Second, "the other follower refuses it too", func() bool {
				a, err := toTwo.Get(twoURLs[0] + "/content")
				if err != nil {
					return true
				}
				defer a.Body.Close()
				return a.StatusCode == http.StatusForbidden
			})
			one.joinTo(leader) // and it may come back by a new token
		})
	}
}

// TestRemovalIsToldToHostsThatDoNotPoll removes a host while no poll of another one waits, as in the seconds after a
// partition: that one must not go on serving the removed host until it happens to ask again.
func TestRemovalIsToldToHostsThatDoNotPoll(t *testing.T) {
	leader, one, two, gone := boot(t, "leader"), boot(t, "one"), boot(t, "two"), boot(t, "gone")
	for _, h := range []*host{one, two, gone} {
		h.joinTo(leader)
	}
	gone.stop()
	two.stop()
	quiet := two.listen(two.addr.String())
	var err error
	if two.Node, err = New(two.cfg); err != nil {
		t.Fatal(err)
	}
	two.serve(quiet) // it answers and never asks
	t.Cleanup(func() { two.unplug() })
	unaware, err := leader.Remove(t.Context(), one.id())
	if err != nil || len(unaware) != 1 || unaware[0].ID != gone.id() {
		t.Fatalf("%v, unaware: %v", err, unaware)
	}
	if r, _, _ := two.Roster(); len(r.Members) != 3 {
		t.Errorf("a host that was told still lists %d hosts", len(r.Members))
	}
}

func remove(t *testing.T, h *host, id string) error {
	t.Helper()
	_, err := h.Remove(t.Context(), id)
	return err
}

func TestRemoveAndLeaveAreRefusedInACluster(t *testing.T) {
	leader, one := boot(t, "leader"), boot(t, "one")
	one.joinTo(leader)
	leader.busy.Store(true)
	wantCode(t, remove(t, leader, one.id()), linking.CodeHostInCluster)
	wantCode(t, one.Leave(t.Context(), false), linking.CodeHostInCluster)
	wantCode(t, one.Leave(t.Context(), true), linking.CodeHostInCluster)
	leader.busy.Store(false)
	one.inCluster.Store(true)
	wantCode(t, one.Leave(t.Context(), true), linking.CodeHostInCluster)
	one.inCluster.Store(false)
	wantCode(t, leader.Leave(t.Context(), false), linking.CodeIsLeader)
	wantCode(t, remove(t, leader, leader.id()), linking.CodeIsLeader)
	wantCode(t, remove(t, one, leader.id()), linking.CodeNotLeader)
	if err := leader.StopTokens(t.Context()); err != nil || leader.role() != linking.RoleLeader {
		t.Fatalf("stop with a follower: %v, role %s", err, leader.role())
	}
	if err := one.Leave(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	if r, _, _ := leader.Roster(); len(r.Members) != 1 || one.role() != linking.RoleNone {
		t.Fatalf("after leaving: %d hosts, role %s", len(r.Members), one.role())
	}
	wantCode(t, one.Leave(t.Context(), false), linking.CodeNotLinked)
}

func TestLostLeader(t *testing.T) {
	leader, one, two := boot(t, "leader"), boot(t, "one"), boot(t, "two")
	one.joinTo(leader)
	two.joinTo(leader)
	eventually(t, 3*time.Second, "the leader was heard of", func() bool { _, ok := one.Status(leader.id()); return ok })
	wantCode(t, one.Promote(t.Context()), linking.CodeLeaderPresent)
	leader.stop()
	one.skew.Store(int64(lostAfter))

	wantCode(t, two.Leave(t.Context(), false), linking.CodeLeaderUnreachable)
	one.inCluster.Store(true)
	wantCode(t, one.Promote(t.Context()), linking.CodeHostInCluster)
	one.inCluster.Store(false)
	eventually(t, 3*time.Second, "the promotion", func() bool {
		err := one.Promote(t.Context())
		if linking.CodeOf(err) == linking.CodeLeaderPresent { // an answer was still on its way when the leader stopped
			one.skew.Add(int64(lostAfter))
			return false
		}
		return err == nil && one.role() == linking.RoleLeader
	})
	if err := two.Leave(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	two.joinTo(one)
	wantCode(t, one.Promote(t.Context()), linking.CodeIsLeader)
}

func TestRestarts(t *testing.T) {
	leader, one := boot(t, "leader"), boot(t, "one")
	token := leader.token()
	if err := one.Join(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	text := leader.token()
	locked(one, func() bool { one.rep = linking.Topics{"host": json.RawMessage(`1`)}; return true })
	one.Changed()
	reported := func() bool {
		return locked(leader, func() bool { return string(leader.told[one.id()]["host"]) == "1" })
	}
	eventually(t, 3*time.Second, "the report arrives", reported)

	leader.stop()
	locked(leader, func() bool { clear(leader.told); return true })
	leader.start(leader.addr.String())
	if leader.token() != text {
		t.Error("the token did not survive the restart of the leader")
	}
	eventually(t, 5*time.Second, "the restarted leader gets the report again", reported)
	three := boot(t, "three")
	wantCode(t, three.Join(t.Context(), token), linking.CodeUsed)

	one.stop()
	locked(leader, func() bool {
		leader.want[one.id()] = linking.Topics{"cluster": json.RawMessage(`2`)}
		return true
	})
	leader.Changed()
	one.start(one.addr.String())
	if one.role() != linking.RoleFollower {
		t.Fatalf("role after the restart: %s", one.role())
	}
	eventually(t, 3*time.Second, "the restarted follower gets what is desired", func() bool {
		return locked(one, func() bool { return string(one.got["cluster"]) == "2" })
	})
}

func TestAddressesMayChange(t *testing.T) {
	leader, one := boot(t, "leader"), boot(t, "one")
	one.joinTo(leader)
	eventually(t, 3*time.Second, "in touch", func() bool { return locked(leader, func() bool { return leader.told[one.id()] != nil }) })

	one.move("127.0.0.7:0")
	at := func(h *host, id, address string) func() bool {
		return func() bool {
			r, _, _ := h.Roster()
			m, _ := r.ByID(id)
			return len(m.Addresses) == 1 && m.Addresses[0] == address
		}
	}
	eventually(t, 3*time.Second, "the leader knows the follower's new address", at(leader, one.id(), "127.0.0.7"))
	eventually(t, 3*time.Second, "the follower has that roster", at(one, one.id(), "127.0.0.7"))

	leader.move("127.0.0.9:0")
	eventually(t, 3*time.Second, "the follower knows the leader's new address", at(one, leader.id(), "127.0.0.9"))
	locked(one, func() bool { one.rep = linking.Topics{"host": json.RawMessage(`"moved"`)}; return true })
	one.Changed()
	eventually(t, 5*time.Second, "reports reach the leader there", func() bool {
		return locked(leader, func() bool { return string(leader.told[one.id()]["host"]) == `"moved"` })
	})
	if seen, connected := one.Status(leader.id()); !connected {
		t.Errorf("not connected, last seen %v", seen)
	}
}

func TestStoreFailureChangesNothing(t *testing.T) {
	leader, one := boot(t, "leader"), boot(t, "one")
	one.joinTo(leader)
	broken := errors.New("disk full")
	disk := leader.cfg.Store.(*memory)
	disk.mu.Lock()
	disk.fail = broken
	disk.mu.Unlock()
	if err := remove(t, leader, one.id()); !errors.Is(err, broken) {
		t.Fatalf("got %v", err)
	}
	if r, _, _ := leader.Roster(); len(r.Members) != 2 {
		t.Fatal("a removal that was not stored took effect")
	}
}
