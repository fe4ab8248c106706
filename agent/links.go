package agent

import (
	"cmp"
	"context"
	"encoding/json"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiserver"
	"github.com/slipway-os/slipway/agent/cluster"
	"github.com/slipway-os/slipway/agent/content"
	"github.com/slipway-os/slipway/agent/ops"
	"github.com/slipway-os/slipway/linking"
	"github.com/slipway-os/slipway/linking/linknet"
)

// Kinds of operations on links.
const (
	opJoin    = "link.join"
	opLeave   = "link.leave"
	opRemove  = "link.remove"
	opPromote = "link.promote"
)

// links shows linknet.Node through the API.
type links struct{ a *Agent }

func (l links) List(context.Context) (api.Link, error) { return l.a.apiLink(), nil }

func (l links) Token(context.Context) (api.LinkToken, error) {
	t, err := l.a.node.CurrentToken()
	return apiToken(t), linkError(err)
}

func (l links) StartToken(ctx context.Context) (api.LinkToken, error) {
	t, err := l.a.node.GenerateToken(ctx)
	return apiToken(t), linkError(err)
}

func (l links) StopToken(ctx context.Context) error { return linkError(l.a.node.StopTokens(ctx)) }

func apiToken(t linknet.TokenView) api.LinkToken {
	return api.LinkToken{Token: t.Token, ExpiresAt: t.ExpiresAt, RemainingSeconds: t.RemainingSeconds}
}

// Join runs as an operation whose input holds the one-time password: it is void after one use and after 120 s.
func (l links) Join(_ context.Context, r api.JoinRequest) (api.Operation, error) {
	if n := l.a.ownContent(); n > 0 && !r.DropContent {
		return api.Operation{}, apiserver.Errorf(409, "link:has-content", "This host has %d content bundles of its own, which would go: a follower has what its leader has. Join with dropContent (--drop-content), or make this host the leader.", n)
	}
	token := r.Token
	return l.a.operations.start(opJoin, "Link this host to a leader", joinInput{token})
}

type joinInput struct {
	Token string `json:"token"`
}

func (l links) Leave(_ context.Context, force bool) (api.Operation, error) {
	return l.a.operations.start(opLeave, "Unlink this host", leaveInput{force})
}

type leaveInput struct {
	Force bool `json:"force"`
}

func (l links) Promote(context.Context) (api.Operation, error) {
	return l.a.operations.start(opPromote, "Make this host a leader", nil)
}

// Remove takes an id or a name.
func (l links) Remove(_ context.Context, host string) (api.Operation, error) {
	for _, m := range l.a.members() {
		if (m.ID == host || m.Name == host) && m.ID != l.a.identity.ID {
			return l.a.operations.start(opRemove, "Unlink "+m.Name, removeInput{m.ID})
		}
	}
	return api.Operation{}, apiserver.Errorf(404, "link:no-host", "No other host of this group is called %q; `slipway link list` shows them.", host)
}

type removeInput struct {
	Host string `json:"host"`
}

// registerLinks names the runners of the operations on links.
func (a *Agent) registerLinks() {
	a.ops.Register(opJoin, func(ctx context.Context, h *ops.Handle, raw json.RawMessage) error {
		return step(h, "link", raw, func(in joinInput) error { return a.node.Join(ctx, in.Token) })
	})
	a.ops.Register(opLeave, func(ctx context.Context, h *ops.Handle, raw json.RawMessage) error {
		return step(h, "unlink", raw, func(in leaveInput) error {
			return unless(linking.CodeNotLinked, a.node.Leave(ctx, in.Force)) // a resumed one that had left
		})
	})
	a.ops.Register(opRemove, func(ctx context.Context, h *ops.Handle, raw json.RawMessage) error {
		return step(h, "unlink", raw, func(in removeInput) error {
			unaware, err := a.node.Remove(ctx, in.Host)
			if len(unaware) > 0 {
				h.Message("unlink", unawareText(unaware))
			}
			return unless(linking.CodeNotMember, err)
		})
	})
	a.ops.Register(opPromote, func(ctx context.Context, h *ops.Handle, _ json.RawMessage) error {
		return h.Step("promote", a.node.Promote)
	})
}

// unawareText says what a removal has not reached yet.
func unawareText(hosts []linking.Member) string {
	names := make([]string, len(hosts))
	for i, m := range hosts {
		names[i] = m.Name
	}
	slices.Sort(names)
	return "unlinked; no answer from " + strings.Join(names, ", ") + ": told as soon as they are back, and they serve the unlinked host until then"
}

// unless forgives one refusal: that what is asked for is so already.
func unless(code linking.Code, err error) error {
	if linking.CodeOf(err) == code {
		return nil
	}
	return err
}

// step runs an operation of one step with its decoded input.
func step[T any](h *ops.Handle, name string, raw json.RawMessage, fn func(in T) error) error {
	var in T
	if err := json.Unmarshal(raw, &in); err != nil {
		return err
	}
	return h.Step(name, func(context.Context) error { return fn(in) })
}

// linkChanged follows the role: a host that left its leader keeps what content it has.
func (a *Agent) linkChanged() {
	_, role, ok := a.node.Roster()
	if !ok || role == linking.RoleLeader {
		a.setCatalog(nil)
		a.group.setView(groupView{})
	}
	var ids []string
	for _, m := range a.members() {
		ids = append(ids, m.ID)
	}
	a.group.keep(append(ids, a.identity.ID))
	a.sync.Wake()
	a.publishGroup()
}

func linkError(err error) error {
	code := linking.CodeOf(err)
	if code == "" {
		return err
	}
	status := 409
	if code == linking.CodeNoToken {
		status = 404
	}
	return apiserver.Errorf(status, "link:"+string(code), "%v", err)
}

// onlyLeader refuses what concerns the group on a follower, and says where it can be done.
func (a *Agent) onlyLeader() error {
	r, role, ok := a.node.Roster()
	if !ok || role != linking.RoleFollower {
		return nil
	}
	for _, m := range r.Members {
		if m.Role == linking.RoleLeader {
			return apiserver.Errorf(409, "link:not-leader", "This host follows %s; do this there: https://%s", m.Name, firstAddress(m))
		}
	}
	return apiserver.Errorf(409, "link:not-leader", "This host follows a leader; do this on the leader.")
}

func firstAddress(m linking.Member) string {
	if all := linking.HostPorts(m.Addresses, m.Port); len(all) > 0 {
		return all[0]
	}
	return m.Name
}

// apiLink is the group as this host may show it: a follower shows what its leader sees.
func (a *Agent) apiLink() api.Link {
	r, role, ok := a.node.Roster()
	out := api.Link{Role: api.LinkRole(linking.RoleNone), Hosts: []api.LinkedHost{}}
	if ok {
		out.Role, out.Epoch = api.LinkRole(role), int64(r.Epoch)
	}
	for _, m := range a.members() {
		if m.Role == linking.RoleLeader {
			out.Leader = m.ID
		}
	}
	if ok && role == linking.RoleFollower {
		if v := a.group.leaderView(); len(v.Hosts) > 0 {
			seen, connected := a.node.Status(out.Leader)
			out.Hosts = seenFromFollower(v.Hosts, a.identity.ID, seen, connected)
			return out
		}
	}
	out.Hosts = a.linkedHosts()
	return out
}

// seenFromFollower is the leader's view as a follower may show it: when the leader is lost, nothing in it is news but what
// this host knows of itself.
func seenFromFollower(view []api.LinkedHost, self string, leaderSeen time.Time, connected bool) []api.LinkedHost {
	if connected {
		return view
	}
	out := slices.Clone(view)
	for i, h := range out {
		switch {
		case h.Id == self:
		case h.Role == string(linking.RoleLeader):
			out[i].Health, out[i].HealthReason = "Unreachable", silent
			if !leaderSeen.IsZero() {
				out[i].LastSeen = leaderSeen
			}
		default:
			out[i].Health, out[i].HealthReason = "Unknown", "only the leader hears of this host, and the leader is lost"
		}
	}
	return out
}

// silent is what is known of a host that is not in touch.
const silent = "not heard of for a while: is it on, and is its network connected?"

// linkedHosts are the rows of the group as this host sees it by itself.
func (a *Agent) linkedHosts() []api.LinkedHost {
	catalog := a.store.Catalog()
	out := []api.LinkedHost{}
	for _, m := range a.members() {
		s, heard := a.group.of(m.ID)
		h := api.LinkedHost{Id: m.ID, Name: m.Name, Role: string(m.Role), Fingerprint: m.Pin, Status: "Unknown", Health: "Unknown"}
		if len(m.Addresses) > 0 {
			h.Address, _, _ = net.SplitHostPort(net.JoinHostPort(m.Addresses[0], "0"))
		}
		connected := a.connected(m.ID)
		h.Content = string(content.HostStatus(catalog, s.content, connected))
		if heard {
			h.LastSeen = s.at
			h.Status = statusOf(s.host.Host.InUse)
			h.Health, h.HealthReason, h.Tags = s.host.Health, s.host.HealthReason, s.host.Tags
		}
		if seen, _ := a.node.Status(m.ID); !seen.IsZero() && seen.After(h.LastSeen) {
			h.LastSeen = seen
		}
		if !connected {
			h.Health, h.HealthReason = "Unreachable", silent
		}
		h.Adapters = nodeAdapters(s.host.Host)
		if s.content != nil {
			for _, i := range s.content.Items {
				h.CompletedBytes += i.CompletedBytes
				h.TotalBytes += i.TotalBytes
			}
		}
		out = append(out, h)
	}
	slices.SortFunc(out, leaderFirst)
	return out
}

// leaderFirst orders hosts as people look for them: the leader, then by name.
func leaderFirst(x, y api.LinkedHost) int {
	rank := map[string]int{string(linking.RoleLeader): -1}
	return cmp.Or(rank[x.Role]-rank[y.Role], strings.Compare(x.Name, y.Name), strings.Compare(x.Id, y.Id))
}

// nodeAdapters are the adapters that a node's address can be on.
func nodeAdapters(h cluster.Host) (out []api.HostAdapter) {
	for _, x := range h.Adapters {
		if prefix, ok := x.NodePrefix(); ok {
			out = append(out, api.HostAdapter{Name: x.Name, Address: prefix.String(), Default: x.DefaultRoute})
		}
	}
	return out
}

func statusOf(inUse bool) string {
	if inUse {
		return "InUse"
	}
	return "Ready"
}
