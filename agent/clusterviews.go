package agent

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiserver"
	"github.com/slipway-os/slipway/agent/cluster"
	"github.com/slipway-os/slipway/agent/cluster/kubeadm"
	"github.com/slipway-os/slipway/linking"
)

// clusterViews shows what one looks at of a cluster. The leader knows the record, control-plane hosts ask Kubernetes; every other
// host passes the question on over the linked channel's port, so that each host of the group answers everything.
//
//	caller --> this host --(it knows)--> answer
//	               \--(it does not)--> leader or control-plane host, /peer/v1/cluster/...
type clusterViews struct{ a *Agent }

const (
	peerClusterPath = "/peer/v1/cluster/"
	// askPeerLimit bounds one question to another host, and maxView its answer in bytes.
	askPeerLimit = 25 * time.Second
	maxView      = 8 << 20
	// maxCertificates bounds what is believed of one host.
	maxCertificates = 64
)

// errElsewhere: this host is not the one that knows.
var errElsewhere = errors.New("this host does not know")

func (v clusterViews) Spec(ctx context.Context, name string) (api.ClusterSpec, error) {
	return view(ctx, v.a, name, "spec", "", v.a.leaders, v.ownSpec)
}

func (v clusterViews) Steps(ctx context.Context, name string) ([]api.Step, error) {
	return view(ctx, v.a, name, "steps", "", v.a.leaders, v.ownSteps)
}

func (v clusterViews) Certificates(ctx context.Context, name string) ([]api.ClusterCertificate, error) {
	return view(ctx, v.a, name, "certificates", "", v.a.leaders, v.ownCertificates)
}

func (v clusterViews) Events(ctx context.Context, name, namespace string, limit int) (api.ClusterEvents, error) {
	query := fmt.Sprintf("?namespace=%s&limit=%d", namespace, limit)
	if !kubeadm.IsNamespace(namespace) {
		return api.ClusterEvents{}, apiserver.Errorf(400, "cluster:namespace", "%q is no name of a namespace: lower-case letters, digits and hyphens.", namespace)
	}
	return view(ctx, v.a, name, "events", query, v.a.controlPlane, func(ctx context.Context) (api.ClusterEvents, error) { return v.ownEvents(ctx, namespace, limit) })
}

func (v clusterViews) Services(ctx context.Context, name string) ([]api.ClusterService, error) {
	return view(ctx, v.a, name, "services", "", v.a.controlPlane, v.ownServices)
}

// view answers from this host, else from the first of the others that does.
func view[T any](ctx context.Context, a *Agent, name, what, query string, others func() []string, own func(context.Context) (T, error)) (T, error) {
	var none T
	if !slices.ContainsFunc(a.apiClusters(), func(k api.Cluster) bool { return k.Name == name }) {
		return none, apiserver.Errorf(404, "not-found", "There is no cluster %q here.", name)
	}
	out, err := own(ctx)
	for _, id := range others() {
		if err == nil || id == a.identity.ID {
			continue
		}
		if out, err = askPeer[T](ctx, a, id, what+query); err == nil {
			return out, nil
		}
	}
	switch {
	case errors.Is(err, errElsewhere), errors.Is(err, kubeadm.ErrNoControlPlane):
		return none, apiserver.Errorf(503, "cluster:nobody-knows", "No host that knows the %s of the cluster can be reached; look at Linked Edge Hosts for the one that is away.", what)
	case err != nil:
		return none, apiserver.Errorf(503, "cluster:unreadable", "The %s of the cluster cannot be read now: %v. Try again in a moment.", what, err)
	}
	return out, nil
}

// leaders is the host that has the record.
func (a *Agent) leaders() []string {
	r, role, ok := a.node.Roster()
	if !ok || role != linking.RoleFollower {
		return nil
	}
	var out []string
	for _, m := range r.Members {
		if m.Role == linking.RoleLeader {
			out = append(out, m.ID)
		}
	}
	return out
}

// controlPlane are the hosts that can ask Kubernetes, ready ones first.
func (a *Agent) controlPlane() []string {
	var ready, others []string
	for _, k := range a.apiClusters() {
		for _, n := range k.Nodes {
			switch {
			case n.Role == string(cluster.RoleWorker):
			case n.Ready:
				ready = append(ready, n.Host)
			default:
				others = append(others, n.Host)
			}
		}
	}
	return append(ready, others...)
}

// controlPlaneNames says to a person who the control-plane hosts are.
func (a *Agent) controlPlaneNames() string {
	var names []string
	for _, k := range a.apiClusters() {
		for _, n := range k.Nodes {
			if n.Role != string(cluster.RoleWorker) {
				names = append(names, n.Name+" ("+n.Address+")")
			}
		}
	}
	if len(names) == 0 {
		return "a control-plane host"
	}
	return strings.Join(names, " or ")
}

// askPeer asks a linked host for one view; it trusts no one but the host's certificate in the roster, and reads so much.
func askPeer[T any](ctx context.Context, a *Agent, id, what string) (T, error) {
	var out T
	ctx, cancel := context.WithTimeout(ctx, askPeerLimit)
	defer cancel()
	client, urls, err := a.node.PeerClient(id)
	if err != nil {
		return out, errElsewhere
	}
	err = errElsewhere
	for _, url := range urls {
		var raw []byte
		if raw, err = getPeer(ctx, client, url+peerClusterPath+what); err == nil {
			return out, json.Unmarshal(raw, &out)
		}
	}
	return out, err
}

func getPeer(ctx context.Context, client *http.Client, url string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	answer, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(answer.Body, maxView+1))
	switch {
	case err != nil:
		return nil, err
	case answer.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("%.300s", bytes.TrimSpace(raw))
	case len(raw) > maxView:
		return nil, fmt.Errorf("the answer has more than %d bytes", maxView)
	}
	return raw, nil
}

// peerHandler answers linked hosts with what this host itself knows.
func (v clusterViews) peerHandler() http.Handler {
	mux := http.NewServeMux()
	answer := func(what string, own func(r *http.Request) (any, error)) {
		mux.HandleFunc("GET "+peerClusterPath+what, func(w http.ResponseWriter, r *http.Request) {
			out, err := own(r)
			if err != nil {
				http.Error(w, err.Error(), http.StatusServiceUnavailable)
				return
			}
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(out) // a caller that went away
		})
	}
	answer("spec", func(r *http.Request) (any, error) { return v.ownSpec(r.Context()) })
	answer("steps", func(r *http.Request) (any, error) { return v.ownSteps(r.Context()) })
	answer("certificates", func(r *http.Request) (any, error) { return v.ownCertificates(r.Context()) })
	answer("services", func(r *http.Request) (any, error) { return v.ownServices(r.Context()) })
	answer("events", func(r *http.Request) (any, error) {
		limit, err := strconv.Atoi(r.URL.Query().Get("limit"))
		if err != nil || limit < 1 || limit > apiserver.MaxClusterEvents {
			return nil, errors.New("limit is not between 1 and 1000")
		}
		return v.ownEvents(r.Context(), r.URL.Query().Get("namespace"), limit)
	})
	return mux
}

// record is the leader's; on other hosts there is none.
func (v clusterViews) record() (cluster.Record, error) {
	rec, _, ok := v.a.leader.record()
	if !ok || len(v.a.leaders()) > 0 {
		return rec, errElsewhere
	}
	return rec, nil
}

func (v clusterViews) ownSpec(context.Context) (api.ClusterSpec, error) {
	rec, err := v.record()
	if err != nil {
		return api.ClusterSpec{}, err
	}
	return apiSpec(rec)
}

func apiSpec(rec cluster.Record) (api.ClusterSpec, error) {
	plan := rec.Plan.Redacted()
	spec, missing := rec.Deployed()
	var text bytes.Buffer
	for _, name := range missing {
		fmt.Fprintf(&text, "# variables.%s is masked: add its value before this is deployed again.\n", name)
	}
	e := yaml.NewEncoder(&text)
	e.SetIndent(2)
	if err := errors.Join(e.Encode(spec), e.Close()); err != nil {
		return api.ClusterSpec{}, err
	}
	out := api.ClusterSpec{Yaml: text.String(), CreatedAt: rec.CreatedAt, Definition: plan.Definition.Name + " " + plan.Definition.Version,
		KubernetesVersion: plan.Config.KubernetesVersion, Variables: []api.SpecVariable{}, Nodes: apiPlan(plan).Nodes,
		Access: api.ClusterAccess{NtpServers: append([]string{}, rec.Spec.NTPServers...), SshKeys: append([]string{}, rec.Spec.SSHKeys...)}}
	for name, value := range plan.Config.Variables {
		out.Variables = append(out.Variables, api.SpecVariable{Name: name, Value: value})
	}
	slices.SortFunc(out.Variables, func(a, b api.SpecVariable) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

func (v clusterViews) ownSteps(context.Context) ([]api.Step, error) {
	rec, err := v.record()
	if err != nil {
		return nil, err
	}
	return apiSteps(mirror(cluster.Lifecycle(rec, v.a.group.seen()), "")), nil
}

func (v clusterViews) ownCertificates(context.Context) ([]api.ClusterCertificate, error) {
	rec, err := v.record()
	if err != nil {
		return nil, err
	}
	out := []api.ClusterCertificate{}
	seen := v.a.group.seen()
	for _, m := range rec.Plan.Members {
		r := seen[m.Node.HostID].Report
		if r.ClusterID != rec.ID {
			continue
		}
		for _, c := range r.Certificates[:min(len(r.Certificates), maxCertificates)] {
			out = append(out, api.ClusterCertificate{Host: m.Node.Name, Name: c.Name, ExpiresAt: c.NotAfter})
		}
	}
	slices.SortStableFunc(out, func(a, b api.ClusterCertificate) int { return a.ExpiresAt.Compare(b.ExpiresAt) })
	return out, nil
}

func (v clusterViews) ownEvents(ctx context.Context, namespace string, limit int) (api.ClusterEvents, error) {
	out := api.ClusterEvents{Events: []api.ClusterEvent{}}
	if v.a.engine == nil {
		return out, errElsewhere
	}
	events, more, err := v.a.engine.Events(ctx, namespace, limit)
	if err != nil {
		return out, err
	}
	out.Truncated = more
	for _, e := range events {
		out.Events = append(out.Events, api.ClusterEvent{Time: e.Time, Type: e.Type, Reason: e.Reason, Namespace: e.Namespace, Object: e.Object, Message: e.Message, Count: e.Count})
	}
	return out, nil
}

func (v clusterViews) ownServices(ctx context.Context) ([]api.ClusterService, error) {
	if v.a.engine == nil {
		return nil, errElsewhere
	}
	services, err := v.a.engine.Services(ctx)
	if err != nil {
		return nil, err
	}
	as, _ := v.a.engine.Assignment()
	host := as.Config.VIP
	if host == "" {
		host = as.Node.Address
	}
	out := []api.ClusterService{}
	for _, s := range append(as.Config.HostServices(host), services...) {
		k := api.ClusterService{Namespace: s.Namespace, Name: s.Name, Type: s.Type, Address: s.Address, Links: s.Links(host), Ports: []api.ServicePort{}}
		for _, p := range s.Ports {
			k.Ports = append(k.Ports, api.ServicePort{Name: p.Name, Port: p.Port, Protocol: p.Protocol, NodePort: p.NodePort})
		}
		out = append(out, k)
	}
	return out, nil
}
