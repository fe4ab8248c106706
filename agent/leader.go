package agent

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/slipway-os/slipway/agent/cluster"
)

// recordKey is where the one cluster of a group is kept; abandonedKey keeps what a forced deletion gave up on.
const (
	recordKey    = "cluster"
	abandonedKey = "abandoned"
)

// recordStore is the bucket of the cluster record.
type recordStore interface {
	Get(key string, v any) (bool, error)
	Put(key string, v any) error
	Delete(key string) error
}

// leader drives the cluster of the group: reconcile, remember, hand out assignments.
//
//	reports of all hosts --> cluster.Reconcile --> record stored --> assignments pulled by the hosts
type leader struct {
	store   recordStore
	seen    func() map[string]cluster.Seen
	changed func() // an assignment is new
	log     *slog.Logger
	now     func() time.Time
	wake    chan struct{}

	mu        sync.Mutex
	rec       *cluster.Record
	out       cluster.Output
	abandoned map[string]string // host id -> cluster id it must still be freed of
}

func newLeader(store recordStore, seen func() map[string]cluster.Seen, changed func(), now func() time.Time, log *slog.Logger) (*leader, error) {
	l := &leader{store: store, seen: seen, changed: changed, now: now, log: log, wake: make(chan struct{}, 1), abandoned: map[string]string{}}
	var rec cluster.Record
	ok, err := store.Get(recordKey, &rec)
	if err != nil {
		return nil, err
	}
	if ok {
		l.rec = &rec
	}
	_, err = store.Get(abandonedKey, &l.abandoned)
	return l, err
}

// record returns the cluster of the group.
func (l *leader) record() (cluster.Record, cluster.Output, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.rec == nil {
		return cluster.Record{}, cluster.Output{}, false
	}
	return *l.rec, l.out, true
}

// accept stores a plan as the cluster to be.
func (l *leader) accept(id string, spec cluster.Spec, plan cluster.Plan) error {
	secret, err := newSecret()
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.rec != nil {
		return fmt.Errorf("there is a cluster already: %s", l.rec.Spec.Name)
	}
	rec := cluster.NewRecord(id, spec, plan, secret, l.now())
	if err := l.store.Put(recordKey, rec); err != nil {
		return err
	}
	l.rec, l.out = &rec, cluster.Output{State: cluster.StateProvisioning}
	l.poke()
	return nil
}

// remove records the wish to delete.
func (l *leader) remove(force bool) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.rec == nil {
		return nil
	}
	rec := *l.rec
	rec.Deleting, rec.Force = true, rec.Force || force
	if err := l.store.Put(recordKey, rec); err != nil {
		return err
	}
	l.rec = &rec
	l.poke()
	return nil
}

// setAccess records other NTP servers and SSH keys.
func (l *leader) setAccess(ntpServers, sshKeys []string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.rec == nil {
		return nil
	}
	rec := l.rec.WithAccess(ntpServers, sshKeys)
	if err := l.store.Put(recordKey, rec); err != nil {
		return err
	}
	l.rec = &rec
	l.poke()
	return nil
}

func (l *leader) poke() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// assignment is what a host is to do now.
func (l *leader) assignment(hostID string) (cluster.Assignment, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.rec != nil {
		if as, ok := l.out.Assignments[hostID]; ok {
			return as, true
		}
	}
	id, ok := l.abandoned[hostID]
	return cluster.Assignment{Phase: cluster.PhaseDelete, Config: cluster.Config{ClusterID: id}, Node: cluster.Node{HostID: hostID}}, ok
}

// step reconciles once.
func (l *leader) step() error {
	seen := l.seen()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forgetFreed(seen)
	if l.rec == nil {
		return nil
	}
	out := cluster.Reconcile(*l.rec, seen, l.now())
	if !reflect.DeepEqual(out.Progress, l.rec.Progress) {
		rec := *l.rec
		rec.Progress = out.Progress
		if err := l.store.Put(recordKey, rec); err != nil {
			return err
		}
		l.rec = &rec
	}
	if out.Gone {
		return l.gone(out)
	}
	fresh := !reflect.DeepEqual(out.Assignments, l.out.Assignments) || out.State != l.out.State || out.Reason != l.out.Reason
	if out.State != l.out.State {
		l.log.Info("cluster", "name", l.rec.Spec.Name, "state", out.State, "reason", out.Reason)
	}
	l.out = out
	if fresh {
		l.changed()
	}
	return nil
}

// gone drops the record, after noting which hosts are still to be freed when they come back.
func (l *leader) gone(out cluster.Output) error {
	for _, m := range l.rec.Plan.Members {
		if slices.Contains(out.Abandoned, m.Node.Name) || slices.Contains(out.Abandoned, m.Node.HostID) {
			l.abandoned[m.Node.HostID] = l.rec.ID
		}
	}
	if err := l.store.Put(abandonedKey, l.abandoned); err != nil {
		return err
	}
	if err := l.store.Delete(recordKey); err != nil {
		return err
	}
	l.log.Info("cluster is gone", "name", l.rec.Spec.Name, "abandoned", strings.Join(out.Abandoned, ", "))
	l.rec, l.out = nil, cluster.Output{}
	l.changed()
	return nil
}

// forgetFreed drops abandoned hosts that report that nothing of the cluster is left.
func (l *leader) forgetFreed(seen map[string]cluster.Seen) {
	for host, id := range l.abandoned {
		r := seen[host].Report
		if r.ClusterID == id && r.Reached == cluster.PhaseDelete {
			delete(l.abandoned, host)
			if err := l.store.Put(abandonedKey, l.abandoned); err != nil {
				l.log.Error("state not written", "error", err)
			}
			l.changed()
		}
	}
}

// run reconciles when something is new, and every second because time is an input too.
func (l *leader) run(ctx context.Context) error {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		if err := l.step(); err != nil {
			l.log.Error("cluster record not written; it is tried again", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
		case <-l.wake:
		}
	}
}

// newSecret makes what hosts join with. The token's alphabet is kubeadm's, [a-z0-9]; the fifteenth of a bit that the modulo
// costs does not matter in 22 characters.
func newSecret() (cluster.Secret, error) {
	const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789"
	b := make([]byte, 22+32)
	if _, err := rand.Read(b); err != nil {
		return cluster.Secret{}, err
	}
	t := make([]byte, 22)
	for i := range t {
		t[i] = alphabet[int(b[i])%len(alphabet)]
	}
	return cluster.Secret{Token: string(t[:6]) + "." + string(t[6:]), CertificateKey: hex.EncodeToString(b[22:])}, nil
}
