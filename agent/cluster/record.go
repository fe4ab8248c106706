package cluster

import (
	"slices"
	"time"
)

// Record is what the leader keeps of a cluster, durably, until the cluster is gone. It holds secrets: never show or log it.
type Record struct {
	ID        string    `json:"id"`
	Spec      Spec      `json:"spec"`
	Plan      Plan      `json:"plan"`
	Secret    Secret    `json:"secret"`
	CreatedAt time.Time `json:"createdAt"`
	// Deleting is the wish to delete; it is never taken back.
	Deleting bool `json:"deleting,omitempty"`
	// Force gives up on hosts that cannot be reached while deleting.
	Force    bool     `json:"force,omitempty"`
	Progress Progress `json:"progress"`
}

// Progress is what the leader must remember so that a restart of it (which forgets all reports) takes nothing back.
type Progress struct {
	// Reached is the highest phase that each host (by id) ever reported as complete.
	Reached map[string]Phase `json:"reached,omitempty"`
	// CAHashes of the cluster, from the init host when it has joined: an init that fails and is tried again makes another CA.
	// They never change after that.
	CAHashes []string `json:"caHashes,omitempty"`
	// Ran is true once the cluster was Running: from then on trouble is Degraded, no longer Provisioning.
	Ran bool `json:"ran,omitempty"`
}

// NewRecord turns an accepted plan into a record. The caller makes id and secret with crypto/rand.
func NewRecord(id string, spec Spec, plan Plan, secret Secret, now time.Time) Record {
	plan.Config.ClusterID = id
	plan.Checks = nil
	return Record{ID: id, Spec: spec, Plan: plan, Secret: secret, CreatedAt: now}
}

// WithAccess returns the record with other NTP servers and SSH keys; every host takes them over with its next assignment.
func (r Record) WithAccess(ntpServers, sshKeys []string) Record {
	r.Spec.NTPServers, r.Spec.SSHKeys = ntpServers, sshKeys
	r.Plan.Config.NTPServers, r.Plan.Config.SSHKeys = ntpServers, sshKeys
	return r
}

// phaseOrder ranks the phases; an unknown one ranks as nothing reached, because a peer may send anything.
var phaseOrder = []Phase{PhasePrepare, PhaseJoin, PhaseFinalize, PhaseDelete}

func rank(p Phase) int { return slices.Index(phaseOrder, p) }

func (p Progress) reached(hostID string, phase Phase) bool {
	return rank(p.Reached[hostID]) >= rank(phase)
}

// advance returns the progress with what the hosts report now. It only grows.
func (p Progress) advance(rec Record, seen map[string]Seen) Progress {
	next := Progress{Reached: make(map[string]Phase, len(rec.Plan.Members)), CAHashes: p.CAHashes, Ran: p.Ran}
	for _, m := range rec.Plan.Members {
		id := m.Node.HostID
		best := p.Reached[id]
		r := seen[id].Report
		if r.ClusterID != rec.ID {
			r = HostReport{}
		}
		// Only deletion that this record asked for counts: a host may not talk itself out of a cluster.
		if rank(r.Reached) > rank(best) && (r.Reached != PhaseDelete || rec.Deleting) {
			best = r.Reached
		}
		if rank(best) >= 0 {
			next.Reached[id] = best
		}
		if m.Role == RoleInit && len(p.CAHashes) == 0 && next.reached(id, PhaseJoin) && len(r.CAHashes) > 0 {
			next.CAHashes = slices.Clone(r.CAHashes)
		}
	}
	return next
}

// all is true when every member has completed phase.
func (p Progress) all(members []Member, phase Phase) bool {
	for _, m := range members {
		if !p.reached(m.Node.HostID, phase) {
			return false
		}
	}
	return true
}
