package kubeadm

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/slipway-os/slipway/agent/cluster"
)

// step is one thing to do. done probes reality and has no effect; do works towards it and may be cut at any instant.
type step struct {
	name  string
	phase cluster.Phase
	unit  string // of the counts that do says, "" when it counts nothing
	opens bool   // done, it counts as its phase for the hosts that wait for this one: what follows is this host's own
	done  func(ctx context.Context) (bool, error)
	do    func(ctx context.Context, say progress) error
}

// progress shows a sentence and counts of a running step.
type progress func(message string, done, total int64)

// steps lists what the assignment asks of this host, in order. The steps of earlier phases are always part of it: their
// probes are cheap, and what was lost in between (a wiped disk, a boot) is made again.
func (e *Engine) steps(a cluster.Assignment) ([]step, error) {
	if a.Phase == cluster.PhaseDelete {
		return e.deleteSteps(a), nil
	}
	packs, err := e.loadPacks(a.Config.Packs)
	if err != nil {
		return nil, err
	}
	j := &job{Engine: e, a: a, packs: packs}
	steps := []step{j.placeBinaries(), j.hostSettings(), j.accessAndTime(), j.containerd(), j.pullImages()}
	if a.Phase == cluster.PhasePrepare {
		return steps, nil
	}
	steps = append(steps, j.join())
	if a.Config.VIP != "" && a.Role != cluster.RoleWorker {
		steps = append(steps, j.kubeVIP())
	}
	steps = append(steps, j.node())
	if a.Role == cluster.RoleInit {
		if a.Phase == cluster.PhaseJoin {
			steps = append(steps, j.joinSecrets())
		}
		steps = append(steps, j.dns())
		for _, p := range packs {
			if len(p.Manifests) > 0 {
				steps = append(steps, j.applyPack(p))
			}
		}
	}
	if a.Phase == cluster.PhaseFinalize {
		steps = append(steps, j.finalize()...)
		if a.Role != cluster.RoleWorker {
			steps = append(steps, j.renew())
		}
	}
	return steps, nil
}

// job is one assignment being carried out.
type job struct {
	*Engine
	a     cluster.Assignment
	packs []pack
}

// pack is a pack of the profile with what the content store says about it.
type pack struct {
	PackConfig
	digest string
	files  []PackFile
}

func (e *Engine) loadPacks(refs []cluster.Pack) ([]pack, error) {
	packs := make([]pack, 0, len(refs))
	for _, r := range refs {
		c, files, err := e.opt.Content.Pack(r.Digest)
		if err != nil {
			return nil, fmt.Errorf("pack %s %s is not complete in this host's content (it is synced from the leader): %w", r.Name, r.Version, err)
		}
		// The definition's word on name and layer counts: it is what the user chose and what status is told in.
		c.Name, c.Version, c.Layer = r.Name, r.Version, r.Layer
		packs = append(packs, pack{PackConfig: c, digest: r.Digest, files: files})
	}
	return packs, nil
}

func (j *job) packOfLayer(layer string) (pack, bool) {
	for _, p := range j.packs {
		if p.Layer == layer {
			return p, true
		}
	}
	return pack{}, false
}

// layout lists all steps up to the end, so that the user sees the whole way from the beginning.
func (e *Engine) layout(a cluster.Assignment, steps []step) ([]step, error) {
	if a.Phase == cluster.PhaseDelete || a.Phase == cluster.PhaseFinalize {
		return steps, nil
	}
	a.Phase = cluster.PhaseFinalize
	all, err := e.steps(a)
	if err != nil {
		return nil, err
	}
	for i, s := range steps { // what only a phase before the last has: the secrets to join with
		if !slices.ContainsFunc(all, func(o step) bool { return o.name == s.name }) {
			all = slices.Insert(all, i, s)
		}
	}
	return all, nil
}

// begin lays the steps out in the report. What an earlier pass over the same cluster said about a step stays.
func (e *Engine) begin(a cluster.Assignment, steps []step) {
	e.setReport(func(r *cluster.HostReport) {
		if r.ClusterID != a.Config.ClusterID {
			*r = cluster.HostReport{ClusterID: a.Config.ClusterID}
		}
		old := map[string]cluster.Step{}
		for _, s := range r.Steps {
			old[s.Name] = s
		}
		r.Steps = make([]cluster.Step, 0, len(steps))
		for _, s := range steps {
			was, ok := old[s.name]
			if !ok {
				was = cluster.Step{Name: s.name, State: cluster.StepPending}
			}
			r.Steps = append(r.Steps, was)
		}
	})
}

// runStep probes, works if needed, and probes again: a step counts as done only when reality says so.
func (e *Engine) runStep(ctx context.Context, s step) error {
	done, err := s.done(ctx)
	if err == nil && done {
		e.setStep(s.name, func(st *cluster.Step) {
			if st.State != cluster.StepDone {
				st.State, st.EndedAt = cluster.StepDone, e.opt.Now()
				if st.StartedAt.IsZero() {
					st.StartedAt = st.EndedAt
				}
			}
		})
		return nil
	}
	e.setStep(s.name, func(st *cluster.Step) {
		*st = cluster.Step{Name: s.name, State: cluster.StepRunning, StartedAt: e.opt.Now()}
	})
	if err == nil {
		err = s.do(ctx, func(message string, done, total int64) {
			e.setStep(s.name, func(st *cluster.Step) { st.Message, st.Done, st.Total, st.Unit = message, done, total, s.unit })
		})
	}
	if err == nil {
		done, err = s.done(ctx)
		if err == nil && !done {
			err = errors.New("the work ended without an error, but its result is not there")
		}
	}
	e.setStep(s.name, func(st *cluster.Step) {
		st.State, st.EndedAt = cluster.StepDone, e.opt.Now()
		if err == nil {
			st.Done = st.Total
		}
		switch {
		case isPending(err):
			*st = cluster.Step{Name: s.name, State: cluster.StepPending, Message: err.Error()}
		case err != nil:
			st.State, st.Message = cluster.StepFailed, err.Error()
		}
	})
	if err != nil {
		return fmt.Errorf("%s: %w", s.name, err)
	}
	return nil
}

func (e *Engine) setStep(name string, change func(*cluster.Step)) {
	e.setReport(func(r *cluster.HostReport) {
		for i := range r.Steps {
			if r.Steps[i].Name == name {
				change(&r.Steps[i])
			}
		}
	})
}
