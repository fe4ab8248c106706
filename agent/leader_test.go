package agent

import (
	"encoding/json"
	"log/slog"
	"regexp"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/cluster"
)

// memory is a bucket that forgets nothing until it is deleted; values travel through JSON as on disk.
type memory map[string][]byte

func (m memory) Get(key string, v any) (bool, error) {
	b, ok := m[key]
	if !ok {
		return false, nil
	}
	return true, json.Unmarshal(b, v)
}

func (m memory) Put(key string, v any) error {
	b, err := json.Marshal(v)
	m[key] = b
	return err
}

func (m memory) Delete(key string) error {
	delete(m, key)
	return nil
}

func testPlan() cluster.Plan {
	member := func(id string, role cluster.Role) cluster.Member {
		return cluster.Member{Node: cluster.Node{HostID: id, Name: id, Address: "10.0.0.1"}, Role: role}
	}
	return cluster.Plan{Config: cluster.Config{Name: "demo", KubernetesVersion: "1.32.3", ControlPlaneHosts: 1},
		Members: []cluster.Member{member("h1", cluster.RoleInit), member("h2", cluster.RoleWorker)}}
}

type scene struct {
	*leader
	reports map[string]cluster.Seen
	changes int
	now     time.Time
}

func newScene(t *testing.T, store memory) *scene {
	t.Helper()
	b := &scene{reports: map[string]cluster.Seen{}, now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	l, err := newLeader(store, func() map[string]cluster.Seen { return b.reports }, func() { b.changes++ }, func() time.Time { return b.now }, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	b.leader = l
	return b
}

func (b *scene) says(host string, phase cluster.Phase, hashes ...string) {
	rec, _, _ := b.record()
	b.reports[host] = cluster.Seen{LastSeen: b.now, Report: cluster.HostReport{ClusterID: rec.ID, Reached: phase, CAHashes: hashes}}
}

func (b *scene) phase(t *testing.T, host string) cluster.Phase {
	t.Helper()
	if err := b.step(); err != nil {
		t.Fatal(err)
	}
	as, _ := b.assignment(host)
	return as.Phase
}

func TestLeaderWalksAClusterThroughARestart(t *testing.T) {
	store := memory{}
	b := newScene(t, store)
	if err := b.accept("c1", cluster.Spec{Name: "demo"}, testPlan()); err != nil {
		t.Fatal(err)
	}
	if err := b.accept("c2", cluster.Spec{Name: "other"}, testPlan()); err == nil {
		t.Error("a second cluster was accepted")
	}
	if p := b.phase(t, "h1"); p != cluster.PhasePrepare {
		t.Fatalf("h1 is to %q first", p)
	}
	b.says("h1", cluster.PhasePrepare)
	b.says("h2", cluster.PhasePrepare)
	if p := b.phase(t, "h1"); p != cluster.PhaseJoin {
		t.Fatalf("h1 is to %q after it prepared", p)
	}
	if p := b.phase(t, "h2"); p != cluster.PhasePrepare {
		t.Fatalf("h2 is to %q before the init host has joined", p)
	}
	b.says("h1", cluster.PhaseJoin, "sha256:aa")
	if p := b.phase(t, "h2"); p != cluster.PhaseJoin {
		t.Fatalf("h2 is to %q after the init host has joined", p)
	}
	first, _ := b.assignment("h2")

	again := newScene(t, store) // kill -9: all reports are forgotten
	if p := again.phase(t, "h2"); p != cluster.PhaseJoin {
		t.Fatalf("h2 is to %q after a restart of the leader", p)
	}
	if second, _ := again.assignment("h2"); second.Join == nil || first.Join.Secret != second.Join.Secret {
		t.Error("the secrets changed with a restart: hosts that wait to join would be refused")
	}
}

// Every host is told of other NTP servers with its next assignment.
func TestAccessReachesEveryHost(t *testing.T) {
	b := newScene(t, memory{})
	if err := b.accept("c1", cluster.Spec{Name: "demo"}, testPlan()); err != nil {
		t.Fatal(err)
	}
	if err := b.setAccess([]string{"ntp.example.org"}, nil); err != nil {
		t.Fatal(err)
	}
	if err := b.step(); err != nil {
		t.Fatal(err)
	}
	for _, m := range testPlan().Members {
		if as, ok := b.assignment(m.Node.HostID); !ok || len(as.Config.NTPServers) != 1 {
			t.Errorf("%s is told %v", m.Node.Name, as.Config.NTPServers)
		}
	}
}

func TestDeleteEndsWhenEveryHostIsFree(t *testing.T) {
	store := memory{}
	b := newScene(t, store)
	if err := b.accept("c1", cluster.Spec{Name: "demo"}, testPlan()); err != nil {
		t.Fatal(err)
	}
	if err := b.remove(false); err != nil {
		t.Fatal(err)
	}
	if p := b.phase(t, "h2"); p != cluster.PhaseDelete {
		t.Fatalf("h2 is to %q", p)
	}
	b.says("h1", cluster.PhaseDelete)
	if err := b.step(); err != nil {
		t.Fatal(err)
	}
	if _, _, ok := b.record(); !ok {
		t.Fatal("gone although h2 has not said that it is free")
	}
	b.says("h2", cluster.PhaseDelete)
	if err := b.step(); err != nil {
		t.Fatal(err)
	}
	if _, _, ok := b.record(); ok || store[recordKey] != nil {
		t.Error("the record stays after every host is free")
	}
}

func TestForcedDeleteFreesALostHostWhenItComesBack(t *testing.T) {
	store := memory{}
	b := newScene(t, store)
	if err := b.accept("c1", cluster.Spec{Name: "demo"}, testPlan()); err != nil {
		t.Fatal(err)
	}
	b.says("h1", cluster.PhasePrepare)
	if err := b.remove(true); err != nil {
		t.Fatal(err)
	}
	b.now = b.now.Add(time.Hour) // h2 was never heard of
	b.says("h1", cluster.PhaseDelete)
	if err := b.step(); err != nil {
		t.Fatal(err)
	}
	if _, _, ok := b.record(); ok {
		t.Fatal("a forced deletion waits for a lost host")
	}
	again := newScene(t, store)
	if as, ok := again.assignment("h2"); !ok || as.Phase != cluster.PhaseDelete || as.Config.ClusterID != "c1" {
		t.Fatalf("h2 comes back and is asked %+v %v", as, ok)
	}
	again.reports["h2"] = cluster.Seen{Report: cluster.HostReport{ClusterID: "c1", Reached: cluster.PhaseDelete}}
	if err := again.step(); err != nil {
		t.Fatal(err)
	}
	if _, ok := again.assignment("h2"); ok {
		t.Error("h2 is free and still asked to delete")
	}
}

func TestSecretsHaveTheFormThatKubeadmTakes(t *testing.T) {
	token, key := regexp.MustCompile(`^[a-z0-9]{6}\.[a-z0-9]{16}$`), regexp.MustCompile(`^[0-9a-f]{64}$`)
	seen := map[string]bool{}
	for range 100 {
		s, err := newSecret()
		if err != nil || !token.MatchString(s.Token) || !key.MatchString(s.CertificateKey) || seen[s.Token] {
			t.Fatalf("%+v %v", s, err)
		}
		seen[s.Token] = true
	}
}
