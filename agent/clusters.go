package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiserver"
	"github.com/slipway-os/slipway/agent/cluster"
	"github.com/slipway-os/slipway/agent/ops"
	"github.com/slipway-os/slipway/agent/profile"
	"github.com/slipway-os/slipway/linking"
)

// Kinds of operations on the cluster.
const (
	opCreate = "cluster.create"
	opDelete = "cluster.delete"
)

// clusters shows the cluster of the group through the API.
type clusters struct{ a *Agent }

func (c clusters) List(context.Context) ([]api.Cluster, error) { return c.a.apiClusters(), nil }

// Plan runs every check and says what create would do.
func (c clusters) Plan(ctx context.Context, req api.CreateCluster) (api.Plan, error) {
	plan, _, err := c.plan(ctx, req.Spec)
	if err != nil {
		return api.Plan{}, err
	}
	return apiPlan(plan), nil
}

func (c clusters) plan(ctx context.Context, text string) (cluster.Plan, cluster.Spec, error) {
	var none cluster.Plan
	if err := c.a.onlyLeader(); err != nil {
		return none, cluster.Spec{}, err
	}
	spec, err := cluster.ParseSpec([]byte(text))
	if err != nil {
		return none, spec, apiserver.Errorf(422, "cluster:spec", "%v", err)
	}
	hosts := c.a.clusterHosts()
	spec = cluster.Complete(spec, hosts)
	stack, err := c.a.stack(spec)
	if err != nil {
		return none, spec, apiserver.Errorf(422, "cluster:definition", "%v", err)
	}
	plan, err := cluster.MakePlan(spec, stack, hosts)
	if err != nil {
		return none, spec, apiserver.Errorf(422, "cluster:spec", "%v", err)
	}
	plan.Checks, err = c.a.runChecks(ctx, plan)
	return plan, spec, err
}

// stack resolves the definition that spec names against the content store.
func (a *Agent) stack(spec cluster.Spec) (cluster.Stack, error) {
	def, err := a.definition(spec.Definition)
	if err != nil {
		return cluster.Stack{}, err
	}
	values := def.Merge(spec.Variables)
	if bad := profile.Rejected(def.Validate(values)); len(bad) > 0 {
		var says []string
		for _, v := range bad {
			says = append(says, v.Name+" "+v.Reason)
		}
		return cluster.Stack{}, fmt.Errorf("variables: %s", strings.Join(says, "; "))
	}
	s := cluster.Stack{Definition: cluster.DefinitionRef{Name: def.Metadata.Name, Version: def.Metadata.Version}, Variables: values, Masked: def.Masked()}
	for _, p := range def.Packs {
		found, err := a.store.FindPack(p.Name, p.Version)
		if err != nil {
			return s, fmt.Errorf("pack %s %s of the definition is not in the storage pool (%w); upload the content bundle that has it", p.Name, p.Version, err)
		}
		s.Packs = append(s.Packs, cluster.Pack{Name: p.Name, Version: p.Version, Layer: string(p.Layer), Digest: found.Digest})
	}
	s.Blobs = a.blobsOf(s.Packs)
	return s, nil
}

// definition finds the newest definition of that name; without a name there must be exactly one.
func (a *Agent) definition(ref cluster.DefinitionRef) (profile.Definition, error) {
	names := map[string]bool{}
	for _, d := range a.store.Definitions() {
		names[d.Name] = true
		if (ref.Name == "" || d.Name == ref.Name) && (ref.Version == "" || d.Version == ref.Version) {
			raw, err := a.store.Definition(d.Digest)
			if err != nil {
				return profile.Definition{}, err
			}
			if ref.Name != "" || len(a.store.Definitions()) == 1 {
				return profile.Parse(raw)
			}
		}
	}
	if len(names) == 0 {
		return profile.Definition{}, errors.New("there is no cluster definition in the storage pool; upload a content bundle first: slipway content upload FILE")
	}
	known := slices.Sorted(maps.Keys(names))
	return profile.Definition{}, fmt.Errorf("say which cluster definition: %s", strings.Join(known, ", "))
}

// blobsOf are all blobs of the items that hold the packs: what every host needs before the cluster can start.
func (a *Agent) blobsOf(packs []cluster.Pack) []cluster.BlobRef {
	var out []cluster.BlobRef
	have := map[string]bool{}
	for _, i := range a.store.List() {
		m, err := a.store.Manifest(i.Digest)
		if err != nil {
			continue
		}
		needed := false
		for _, p := range m.Packs {
			needed = needed || slices.ContainsFunc(packs, func(q cluster.Pack) bool { return q.Digest == p.Digest })
		}
		for _, b := range m.AllBlobs() {
			if needed && !have[b.Digest] {
				have[b.Digest] = true
				out = append(out, cluster.BlobRef{Digest: b.Digest, SizeBytes: b.SizeBytes})
			}
		}
	}
	return out
}

// Create refuses on a failed check unless it is named in ignore, stores the plan, and starts the operation.
func (c clusters) Create(ctx context.Context, req api.CreateCluster) (api.Operation, error) {
	c.a.creating.Lock()
	defer c.a.creating.Unlock()
	if rec, _, ok := c.a.leader.record(); ok {
		return api.Operation{}, apiserver.Errorf(409, "cluster:exists", "There is a cluster already: %s. Delete it first: slipway cluster delete.", rec.Spec.Name)
	}
	plan, spec, err := c.plan(ctx, req.Spec)
	if err != nil {
		return api.Operation{}, err
	}
	if req.Plan != "" && req.Plan != plan.Hash {
		return api.Operation{}, apiserver.Errorf(409, "cluster:plan-changed", "What would be done is no longer what the plan %s said; look at the plan again.", req.Plan)
	}
	if blocked := cluster.Blocked(plan.Checks, req.Ignore); len(blocked) > 0 {
		e := apiserver.Errorf(409, "cluster:checks", "%s", refusal(blocked))
		e.Checks = apiChecks(blocked)
		return api.Operation{}, e
	}
	id := uuid.NewString()
	if err := c.a.leader.accept(id, spec, plan); err != nil {
		return api.Operation{}, err
	}
	if err := drafts(c).Drop(ctx); err != nil {
		c.a.log.Warn("the draft of the cluster stays", "error", err)
	}
	return c.a.operations.start(opCreate, "Create cluster "+spec.Name, clusterInput{id})
}

func refusal(blocked []cluster.Check) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d checks are not met: ", len(blocked))
	for i, k := range blocked {
		if i == 5 {
			fmt.Fprintf(&b, " and %d more", len(blocked)-i)
			break
		}
		fmt.Fprintf(&b, "[%s on %s] %s %s ", k.ID, k.Host, k.Message, k.Fix)
	}
	b.WriteString("Mend them, or name them in --ignore.")
	return b.String()
}

type clusterInput struct {
	ID string `json:"id"`
}

// Delete takes the cluster off its hosts.
func (c clusters) Delete(_ context.Context, name string, force bool) (api.Operation, error) {
	if err := c.a.onlyLeader(); err != nil {
		return api.Operation{}, err
	}
	rec, _, ok := c.a.leader.record()
	if !ok || rec.Spec.Name != name {
		return api.Operation{}, apiserver.Errorf(404, "not-found", "There is no cluster %q here.", name)
	}
	if err := c.a.leader.remove(force); err != nil {
		return api.Operation{}, err
	}
	for _, op := range c.a.ops.List() {
		if op.Kind == opCreate && !op.State.Final() {
			_, _ = c.a.ops.Cancel(op.ID)
		}
	}
	return c.a.operations.start(opDelete, "Delete cluster "+name, clusterInput{rec.ID})
}

// SetAccess replaces the NTP servers and SSH keys of the cluster's hosts.
func (c clusters) SetAccess(_ context.Context, name string, access api.ClusterAccess) error {
	if err := c.a.onlyLeader(); err != nil {
		return err
	}
	rec, _, ok := c.a.leader.record()
	switch {
	case !ok || rec.Spec.Name != name:
		return apiserver.Errorf(404, "not-found", "There is no cluster %q here.", name)
	case rec.Deleting:
		return apiserver.Errorf(409, "cluster:deleting", "The cluster %s is being deleted.", name)
	}
	if issues := cluster.ValidateAccess(access.NtpServers, access.SshKeys); len(issues) > 0 {
		return apiserver.Errorf(422, "cluster:spec", "%v", issues)
	}
	return c.a.leader.setAccess(access.NtpServers, access.SshKeys)
}

// Kubeconfig reads the administrator's kubeconfig, which every control-plane host has.
func (c clusters) Kubeconfig(_ context.Context, _ string) ([]byte, error) {
	if c.a.engine == nil {
		return nil, apiserver.Errorf(404, "cluster:no-kubeconfig", "This agent does not own a machine, so it has no cluster.")
	}
	b, err := c.a.engine.Kubeconfig()
	if err != nil {
		return nil, apiserver.Errorf(404, "cluster:no-kubeconfig", "This host has no kubeconfig: %v. Ask %s.", err, c.a.controlPlaneNames())
	}
	return b, nil
}

// registerClusters names the runners that follow the cluster's life for the operation's watchers. The work itself is the
// reconcile loop's: an operation may be cancelled, or its agent killed, without harm to the cluster.
func (a *Agent) registerClusters() {
	follow := func(done func(out cluster.Output, exists bool) (bool, error)) ops.Runner {
		return func(ctx context.Context, h *ops.Handle, raw json.RawMessage) error {
			var in clusterInput
			if err := json.Unmarshal(raw, &in); err != nil {
				return err
			}
			return a.follow(ctx, h, in.ID, done)
		}
	}
	a.ops.Register(opCreate, follow(func(out cluster.Output, exists bool) (bool, error) {
		if !exists {
			return false, errors.New("the cluster was deleted meanwhile")
		}
		return out.State == cluster.StateRunning, nil
	}))
	a.ops.Register(opDelete, follow(func(_ cluster.Output, exists bool) (bool, error) { return !exists && !a.anyInUse(), nil }))
}

// follow mirrors the hosts' steps into the operation until done.
func (a *Agent) follow(ctx context.Context, h *ops.Handle, id string, done func(cluster.Output, bool) (bool, error)) error {
	t := time.NewTicker(500 * time.Millisecond)
	defer t.Stop()
	for {
		rec, out, ok := a.leader.record()
		ok = ok && rec.ID == id
		if ok {
			h.SetSteps(mirror(cluster.Lifecycle(rec, a.group.seen()), out.Reason))
		}
		if end, err := done(out, ok); end || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-t.C:
		}
	}
}

// anyInUse says whether a host that is in touch still has a part in a cluster.
func (a *Agent) anyInUse() bool {
	for _, h := range a.clusterHosts() {
		if h.Connected && h.InUse {
			return true
		}
	}
	return false
}

func mirror(steps []cluster.HostStep, reason string) []ops.Step {
	out := make([]ops.Step, 0, len(steps)+1)
	for _, s := range steps {
		o := ops.Step{Name: s.Host + ": " + s.Name, State: opState[s.State], Message: s.Message, StartedAt: timeOf(s.StartedAt), EndedAt: timeOf(s.EndedAt)}
		if s.Total > 0 {
			o.Progress = &ops.Progress{Done: s.Done, Total: s.Total, Unit: s.Unit}
		}
		out = append(out, o)
	}
	if reason != "" && !slices.ContainsFunc(out, func(s ops.Step) bool { return s.State == ops.Running }) {
		out = append(out, ops.Step{Name: "cluster", State: ops.Running, Message: reason})
	}
	return out
}

var opState = map[cluster.StepState]ops.State{
	cluster.StepPending: ops.Pending, cluster.StepRunning: ops.Running, cluster.StepDone: ops.Succeeded, cluster.StepFailed: ops.Failed,
}

func timeOf(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// apiClusters are the clusters as this host may show them.
func (a *Agent) apiClusters() []api.Cluster {
	if _, role, ok := a.node.Roster(); ok && role == linking.RoleFollower {
		if v := a.group.leaderView(); v.Clusters != nil {
			return v.Clusters
		}
		return []api.Cluster{}
	}
	rec, out, ok := a.leader.record()
	if !ok {
		return []api.Cluster{}
	}
	s := cluster.Summarize(rec, a.group.seen(), out, a.now())
	for _, op := range a.ops.List() {
		if (op.Kind == opCreate || op.Kind == opDelete) && !op.State.Final() {
			s.Operation = op.ID
		}
	}
	return []api.Cluster{apiCluster(s)}
}

func apiCluster(s cluster.Summary) api.Cluster {
	out := api.Cluster{Name: s.Name, State: api.ClusterState(s.State), Health: string(s.Health), Reason: s.Reason, Vip: s.VIP, VipHolder: s.VIPHolder, Endpoint: s.Endpoint,
		Operation: s.Operation, Nodes: []api.ClusterNode{}, Applications: []api.Application{}}
	for _, n := range s.Nodes {
		out.Nodes = append(out.Nodes, api.ClusterNode{Name: n.Name, Host: n.Host, Role: string(n.Role), Ready: n.Ready, Version: n.Version, Address: n.Address, Reason: n.Reason, Architecture: n.Architecture, CreatedAt: n.CreatedAt})
	}
	for _, x := range s.Applications {
		out.Applications = append(out.Applications, api.Application{Name: x.Name, Layer: x.Layer, Version: x.Version, Status: x.Status, Message: x.Message, Since: x.Since})
	}
	return out
}

func apiPlan(p cluster.Plan) api.Plan {
	p = p.Redacted()
	out := api.Plan{Hash: p.Hash, Name: p.Config.Name, Vip: p.Config.VIP, Endpoint: p.Config.APIServer(p.Members[0].Node.Address), Checks: apiChecks(p.Checks), Nodes: []api.PlanNode{}, Packs: []string{}}
	for _, m := range p.Members {
		out.Nodes = append(out.Nodes, api.PlanNode{Host: m.Node.HostID, Name: m.Node.Name, Role: string(m.Role), Address: m.Node.Address})
	}
	for _, k := range p.Config.Packs {
		out.Packs = append(out.Packs, k.Name+" "+k.Version)
	}
	for _, s := range p.Steps {
		out.Steps = append(out.Steps, s.Host+": "+s.Text)
	}
	return out
}

func apiChecks(checks []cluster.Check) []api.Check {
	out := []api.Check{}
	for _, k := range checks {
		host := k.Host
		if k.Peer != "" {
			host += " -> " + k.Peer
		}
		out = append(out, api.Check{Id: k.ID, Host: host, Status: api.CheckStatus(k.Status), Message: k.Message, Fix: k.Fix})
	}
	return out
}
