package agent

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/slipway-os/slipway/agent/cluster"
)

// checkTimeout bounds a check run: measuring takes about ten seconds, the answers travel at once.
const checkTimeout = 40 * time.Second

// checks runs preflight measurements: as leader it asks all hosts, as host it answers.
type checks struct {
	gather  func(context.Context, cluster.CheckRequest) (cluster.Facts, error)
	self    string
	changed func()
	log     *slog.Logger

	mu       sync.Mutex
	requests map[string]cluster.CheckRequest // as leader, by host id
	asked    string                          // as host, the run being measured
	facts    cluster.Facts
	work     chan cluster.CheckRequest
}

func newChecks(self string, gather func(context.Context, cluster.CheckRequest) (cluster.Facts, error), changed func(), log *slog.Logger) *checks {
	return &checks{gather: gather, self: self, changed: changed, log: log, work: make(chan cluster.CheckRequest, 1)}
}

// request is what the leader asks of a host now.
func (c *checks) request(id string) (cluster.CheckRequest, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r, ok := c.requests[id]
	return r, ok
}

// last is what this host measured last.
func (c *checks) last() cluster.Facts {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.facts
}

// ask makes this host measure; a run it knows already is not measured again.
func (c *checks) ask(r cluster.CheckRequest) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r.ID == "" || r.ID == c.asked {
		return
	}
	select {
	case c.work <- r:
		c.asked = r.ID
	default: // still measuring an older run: the leader's next poll asks again
	}
}

// run measures one request after the other.
func (c *checks) run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case r := <-c.work:
			f, err := c.gather(ctx, r)
			if err != nil {
				c.log.Warn("preflight could not measure everything", "error", err)
				continue
			}
			f.RequestID, f.HostID = r.ID, c.self
			c.mu.Lock()
			c.facts = f
			c.mu.Unlock()
			c.changed()
		}
	}
}

// begin publishes one request per host and returns the run's id.
func (c *checks) begin(requests func(runID string) map[string]cluster.CheckRequest) string {
	id := uuid.NewString()
	c.mu.Lock()
	c.requests = requests(id)
	own, ok := c.requests[c.self]
	c.mu.Unlock()
	if ok {
		c.ask(own)
	}
	c.changed()
	return id
}

// runChecks measures all hosts of the plan and judges them. A host that does not answer in time stays without facts, which
// the rules read as unknown.
func (a *Agent) runChecks(ctx context.Context, plan cluster.Plan) ([]cluster.Check, error) {
	a.checkRun.Lock() // one run at a time: hosts hold real ports open while they measure
	defer a.checkRun.Unlock()
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	id := a.checks.begin(plan.Requests)
	facts := map[string]cluster.Facts{}
	for {
		for _, m := range plan.Members {
			if s, ok := a.group.of(m.Node.HostID); ok && s.facts.RequestID == id {
				facts[m.Node.HostID] = s.facts
			}
		}
		if len(facts) == len(plan.Members) || ctx.Err() != nil {
			break
		}
		select {
		case <-ctx.Done():
		case <-time.After(100 * time.Millisecond):
		}
	}
	if err := context.Cause(ctx); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return nil, err
	}
	return cluster.Checks(plan, a.clusterHosts(), facts), nil
}
