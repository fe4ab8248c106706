package kubeadm

import (
	"context"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/slipway-os/slipway/agent/cluster"
)

const (
	firstBackoff = 2 * time.Second
	maxBackoff   = time.Minute
	// recheck is how often a host that is done probes all its steps again, to mend what was broken by hand.
	recheck = 5 * time.Minute
	// recheckSoon is how often while other hosts still join, who need secrets that expire, and while an application does
	// not run, of which somebody may have deleted a part.
	recheckSoon = 30 * time.Second
	// statusEvery is how often a control-plane host reads the Kubernetes API; statusSoon while something does not run, which
	// somebody may be waiting for.
	statusEvery = 5 * time.Second
	statusSoon  = time.Second
)

// Run carries out what Assign asks for, again and again until ctx ends, and keeps the status fresh. It owns its
// goroutines and returns nil when they are gone.
func (e *Engine) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { e.applyLoop(ctx); return nil })
	g.Go(func() error { e.statusLoop(ctx); return nil })
	g.Go(func() error { e.volumeLoop(ctx); return nil })
	return g.Wait()
}

func (e *Engine) applyLoop(ctx context.Context) {
	backoff := firstBackoff
	wait := time.Duration(0) // until Assign
	for {
		if !e.sleep(ctx, wait) {
			return
		}
		a, ok := e.Assignment()
		if !ok {
			wait = 0
			continue
		}
		err := e.applyCancellable(ctx, a)
		switch {
		case err == nil && a.Phase == cluster.PhaseDelete:
			wait = 0
		case err == nil:
			wait, backoff = e.recheckAfter(a), firstBackoff
		case isPending(err):
			wait, backoff = firstBackoff, firstBackoff
		default:
			e.opt.Log.Warn("cluster step failed, trying again", "error", err, "after", backoff)
			wait, backoff = backoff, min(2*backoff, maxBackoff)
		}
	}
}

// statusAfter is when the Kubernetes API is read next.
func (e *Engine) statusAfter() time.Duration {
	a, ok := e.Assignment()
	if ok && a.Phase != cluster.PhaseDelete && a.Role != cluster.RoleWorker && (e.Report().Status == nil || e.recheckAfter(a) == recheckSoon) {
		return statusSoon
	}
	return statusEvery
}

// recheckAfter is when a host that is done looks again.
func (e *Engine) recheckAfter(a cluster.Assignment) time.Duration {
	status := e.Report().Status
	if a.Phase != cluster.PhaseFinalize || (status != nil && slices.ContainsFunc(status.Applications, func(app cluster.Application) bool { return app.Status != appRunning })) {
		return recheckSoon
	}
	return recheck
}

// sleep waits for Assign or, if d is not zero, for d to pass. It answers false when ctx ended.
func (e *Engine) sleep(ctx context.Context, d time.Duration) bool {
	var timer <-chan time.Time
	if d > 0 {
		t := time.NewTimer(d)
		defer t.Stop()
		timer = t.C
	}
	select {
	case <-ctx.Done():
		return false
	case <-e.wake:
	case <-timer:
	}
	return true
}

// applyCancellable runs one pass that Assign can cut short for a delete.
func (e *Engine) applyCancellable(ctx context.Context, a cluster.Assignment) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	e.mu.Lock()
	if e.cancel = cancel; e.desired != nil && e.desired.Phase == cluster.PhaseDelete && a.Phase != cluster.PhaseDelete {
		cancel() // it came after a was read, when there was nothing to cancel yet
	}
	e.mu.Unlock()
	err := e.Apply(ctx, a)
	e.mu.Lock()
	e.cancel = nil
	e.mu.Unlock()
	return err
}

func (e *Engine) statusLoop(ctx context.Context) {
	for pause(ctx, e.statusAfter()) {
		a, ok := e.Assignment()
		if !ok || a.Phase == cluster.PhaseDelete || !e.joined(a) {
			continue
		}
		e.noteCertificates(a)
		if a.Role == cluster.RoleWorker {
			continue
		}
		status, err := e.readStatus(ctx, a)
		if err != nil {
			e.opt.Log.Debug("cluster status could not be read", "error", err)
			continue // the old status stays, with its old time: the leader sees that it is not fresh
		}
		before := e.recheckAfter(a)
		e.setReport(func(r *cluster.HostReport) {
			if r.ClusterID == a.Config.ClusterID && r.Reached != cluster.PhaseDelete {
				r.Status = &status
			}
		})
		if before == recheck && e.recheckAfter(a) == recheckSoon {
			e.poke() // it ran and does not any more
		}
	}
}
