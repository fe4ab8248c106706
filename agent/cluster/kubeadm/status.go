package kubeadm

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/slipway-os/slipway/agent/cluster"
)

// statusLimit bounds one reading of the cluster's status, its probes included.
const statusLimit = 30 * time.Second

// What an application's status can be, see cluster.Application.
const (
	appRunning     = "Running"
	appProgressing = "Progressing"
	appFailed      = "Failed"
)

// Names of functional probes, as the checks of a pack's config name them.
const (
	probeAPI        = "api"
	probeNodes      = "nodes"
	probePodNetwork = "pod-network"
	probeDNS        = "dns"
	probeService    = "service"
	probeVIP        = "vip"
	probeEndpoint   = "load-balancer"
	probeRegistry   = "registry"
	probeVolume     = "volume"
)

// layerProbes are the functions of a layer; a pack's own checks come on top.
var layerProbes = map[string][]string{
	"kubernetes": {probeAPI, probeEndpoint, probeNodes, probeService, probeDNS, probeRegistry},
	"cni":        {probePodNetwork},
	"vip":        {probeVIP},
	"csi":        {probeVolume},
	"registry":   {probeRegistry},
}

// readStatus asks this host's API server and probes the functions. A pod that runs proves nothing: kube-proxy without a
// library it needs stays Running while no Service works.
func (e *Engine) readStatus(ctx context.Context, a cluster.Assignment) (cluster.Status, error) {
	ctx, cancel := context.WithTimeout(ctx, statusLimit)
	defer cancel()
	packs, err := e.loadPacks(a.Config.Packs)
	if err != nil {
		return cluster.Status{}, err
	}
	j := &job{Engine: e, a: a, packs: packs}
	items, err := readItems(ctx, j, "/api/v1/nodes", "Node")
	if err != nil {
		return cluster.Status{}, err
	}
	pods, err := readItems(ctx, j, "/api/v1/pods", "Pod")
	if err != nil {
		return cluster.Status{}, err
	}
	items = append(items, pods...)
	s := cluster.Status{ReadAt: e.opt.Now(), Nodes: nodeStatuses(items), VIPHolder: j.vipHolder(ctx)}
	results := j.probe(ctx, items)
	for _, p := range packs {
		if app, ok := application(p, items, results); ok {
			s.Applications = append(s.Applications, app)
		}
	}
	return s, nil
}

func (j *job) vipHolder(ctx context.Context) string {
	if j.a.Config.VIP == "" {
		return ""
	}
	lease, err := readAPI[apiObject](ctx, j, "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/plndr-cp-lock")
	if err != nil {
		return "" // nobody has it yet
	}
	return lease.Spec.HolderIdentity
}

func nodeStatuses(items []apiObject) []cluster.NodeStatus {
	nodes := []cluster.NodeStatus{}
	for _, o := range items {
		if o.Kind != "Node" {
			continue
		}
		n := cluster.NodeStatus{Name: o.Metadata.Name, Role: string(cluster.RoleWorker), Version: o.Status.NodeInfo.KubeletVersion,
			Architecture: o.Status.NodeInfo.Architecture, CreatedAt: o.Metadata.CreationTimestamp}
		if _, ok := o.Metadata.Labels[controlPlaneLabel]; ok {
			n.Role = string(cluster.RoleControlPlane)
		}
		ready, found := o.condition("Ready")
		n.Ready = found && ready.Status == "True"
		if !n.Ready {
			n.Reason = ready.Message
		}
		for _, kind := range []string{"DiskPressure", "MemoryPressure", "PIDPressure"} {
			if c, ok := o.condition(kind); ok && c.Status == "True" {
				n.Reason = strings.TrimPrefix(n.Reason+"; "+c.Message, "; ")
			}
		}
		for _, a := range o.Status.Addresses {
			if a.Type == "InternalIP" && n.Address == "" {
				n.Address = a.Address
			}
		}
		nodes = append(nodes, n)
	}
	sort.Slice(nodes, func(i, k int) bool { return nodes[i].Name < nodes[k].Name })
	return nodes
}

// application judges one pack: its pods, found by the images that the pack brings, and its functions. A pack without pods
// and functions (the operating system) has nothing to say.
func application(p pack, items []apiObject, results map[string]error) (cluster.Application, bool) {
	app := cluster.Application{Name: p.Name, Layer: p.Layer, Version: p.Version, Status: appRunning}
	total, ready, waiting := countPods(p, items)
	app.Since = lastChange(p, items)
	probes := slices.Concat(layerProbes[p.Layer], p.Checks)
	var words []string
	if total > 0 {
		words = append(words, fmt.Sprintf("%d of %d pods are ready", ready, total))
	}
	expected := len(p.Manifests) > 0 && len(p.Images) > 0
	if ready < total || (total == 0 && expected) {
		app.Status = appProgressing
		words = append(words, waiting...)
		if total == 0 {
			words = append(words, "none of its pods exists yet")
		}
	}
	seen := map[string]bool{}
	for _, name := range probes {
		err, ran := results[name]
		if !ran || seen[name] {
			continue
		}
		seen[name] = true
		word, status := judgeProbe(name, err)
		words = append(words, word)
		if status == appFailed || app.Status == appRunning {
			app.Status = status
		}
	}
	app.Message = strings.Join(words, "; ")
	return app, total > 0 || expected || len(seen) > 0
}

// judgeProbe puts a probe's result in words.
func judgeProbe(name string, err error) (word, status string) {
	words := probeWords[name]
	switch {
	case err == nil:
		return words.works, appRunning
	case isPending(err):
		return words.subject + ": " + err.Error(), appProgressing
	default:
		return words.subject + ": " + err.Error(), appFailed
	}
}

var probeWords = map[string]struct{ subject, works string }{
	probeAPI:        {"API server", "the API server answers"},
	probeNodes:      {"nodes", "every node is ready"},
	probeDNS:        {"cluster DNS", "cluster DNS answers"},
	probeService:    {"Service address", "the Service address answers"},
	probePodNetwork: {"pod network", "pods answer at their addresses"},
	probeVIP:        {"VIP", "the VIP answers"},
	probeEndpoint:   {"load balancer", "the load balancer answers"},
	probeRegistry:   {"registry", "the registry answers"},
	probeVolume:     {"volume", "a volume was written and read back"},
}

// countPods counts the pods that run an image of the pack; waiting says what keeps those that are not ready. Pods that run
// once and end, such as those that make and clean a volume, are no part of the pack's health.
func countPods(p pack, items []apiObject) (total, ready int, waiting []string) {
	for _, o := range items {
		if !ofPack(o, p) {
			continue
		}
		total++
		if c, ok := o.condition("Ready"); ok && c.Status == "True" && o.Metadata.DeletionTimestamp == nil {
			ready++
			continue
		}
		if len(waiting) < 3 {
			waiting = append(waiting, fmt.Sprintf("pod %s on %s is %s", o.Metadata.Name, o.Spec.NodeName, podReason(o)))
		}
	}
	return total, ready, waiting
}

// ofPack tells whether o is a pod that the pack keeps running.
func ofPack(o apiObject, p pack) bool {
	return o.Kind == "Pod" && o.Status.Phase != "Succeeded" && o.Spec.RestartPolicy != "Never" && o.Metadata.Namespace != probeNamespace && runs(o, p.Images)
}

// lastChange is when the last of the pack's pods became ready or stopped being so.
func lastChange(p pack, items []apiObject) (at time.Time) {
	for _, o := range items {
		if c, ok := o.condition("Ready"); ok && ofPack(o, p) && c.LastTransitionTime.After(at) {
			at = c.LastTransitionTime
		}
	}
	return at
}

func runs(o apiObject, images []string) bool {
	return slices.ContainsFunc(o.Spec.Containers, func(c apiContainer) bool { return slices.Contains(images, c.Image) })
}

func podReason(o apiObject) string {
	for _, s := range slices.Concat(o.Status.InitContainerStatuses, o.Status.ContainerStatuses) {
		if s.State.Waiting != nil && s.State.Waiting.Reason != "" {
			return s.State.Waiting.Reason
		}
	}
	if o.Status.Phase == "" {
		return "not started"
	}
	return o.Status.Phase
}
