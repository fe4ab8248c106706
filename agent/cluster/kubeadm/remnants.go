package kubeadm

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/slipway-os/slipway/agent/cluster"
)

// remnant is one kind of thing that a Kubernetes node leaves on a host. find names what is there, for people; remove
// takes it away. `kubeadm reset` alone leaves most of them.
type remnant struct {
	name   string
	find   func(ctx context.Context) ([]string, error)
	remove func(ctx context.Context) error
	// keepForRetry: the remnant is of use to the next try to join.
	keepForRetry bool
	// ours: the remnant is what the agent placed; it is no reason to refuse a host.
	ours bool
}

// kubeadmResetLimit bounds kubeadm's own clean-up: it asks API servers and etcd members that may be gone.
const kubeadmResetLimit = 60 * time.Second

// joinRemains are files whose presence means that kubeadm has begun on this host.
var joinRemains = []string{kubernetesDir + "/*.conf", manifestsDir + "/*", kubernetesDir + "/pki", "/var/lib/kubelet/config.yaml", "/var/lib/etcd/member"}

// nodeFiles are what a node writes, as patterns below the root; the folders themselves stay, they may be mounts.
var nodeFiles = []string{
	kubernetesDir + "/*", kubernetesDir + "/.[a-z]*", "/var/lib/kubelet/*", "/var/lib/etcd/*", "/etc/cni/net.d/*", "/var/lib/cni/*",
	"/var/lib/calico/*", "/var/run/calico/*", "/run/calico/*", "/var/log/calico/*", "/var/log/pods/*", "/var/log/containers/*",
	"/opt/cni/bin/calico*", "/var/lib/dockershim/*", "/run/kubernetes/*", "/etc/systemd/logind.conf.d/99-kubelet.conf",
	joinedFile, configFile,
}

// remnants in the order in which they have to go: first what makes others anew.
func (e *Engine) remnants(a cluster.Assignment) []remnant {
	return []remnant{
		{name: "kubelet", find: e.kubeletRunning, remove: func(ctx context.Context) error { return e.opt.Units.Stop(ctx, kubeletUnit) }},
		{name: "kubeadm-reset", find: func(context.Context) ([]string, error) { return e.present(joinRemains), nil },
			remove: func(ctx context.Context) error { return e.kubeadmReset(ctx, true) }},
		{name: "containers", find: e.containers, remove: e.removeContainers},
		{name: "mounts", find: e.mounts, remove: e.removeMounts},
		{name: "files", find: func(context.Context) ([]string, error) { return e.present(nodeFiles), nil },
			remove: func(context.Context) error { return e.removeAll(nodeFiles) }},
		{name: "links", find: e.links, remove: e.removeLinks},
		{name: "routes", find: func(ctx context.Context) ([]string, error) { return e.routes(ctx, a.Config.ServiceCIDR) }, remove: e.removeRoutes(a.Config.ServiceCIDR)},
		{name: "packet-filter", find: e.filterRules, remove: e.removeFilterRules},
		{name: "address-sets", find: e.ipsets, remove: e.removeIPSets},
		{name: "vip", find: func(ctx context.Context) ([]string, error) { return e.vip(ctx, a.Config.VIP) }, remove: e.removeVIP(a.Config.VIP)},
		{name: "volumes", find: func(context.Context) ([]string, error) { return e.present([]string{e.opt.StorageDir + "/*"}), nil },
			remove: func(context.Context) error { return e.removeAll([]string{e.opt.StorageDir + "/*"}) }, keepForRetry: true},
		{name: "images", find: e.images, remove: e.removeImages, keepForRetry: true, ours: true},
		{name: "binaries", find: e.ownFiles, remove: e.removeOwnFiles, keepForRetry: true, ours: true},
	}
}

// deleteSteps turns every remnant into a step, and looks at all of them once more at the end: one that goes may uncover
// another.
func (e *Engine) deleteSteps(a cluster.Assignment) []step {
	var steps []step
	all := e.remnants(a)
	for _, r := range all {
		steps = append(steps, step{name: "remove-" + r.name, phase: cluster.PhaseDelete,
			done: func(ctx context.Context) (bool, error) {
				found, err := r.find(ctx)
				return len(found) == 0, err
			},
			do: func(ctx context.Context, _ progress) error { return r.remove(ctx) }})
	}
	return append(steps, step{name: "nothing-left", phase: cluster.PhaseDelete, unit: "things",
		done: func(ctx context.Context) (bool, error) {
			left, err := scan(ctx, all)
			return len(left) == 0, err
		},
		do: func(ctx context.Context, say progress) error {
			for _, r := range all {
				if err := r.clear(ctx, say); err != nil {
					return err
				}
			}
			left, err := scan(ctx, all)
			if err == nil && len(left) > 0 {
				err = fmt.Errorf("still on this host: %s", strings.Join(left[:min(len(left), 5)], ", "))
			}
			return err
		}})
}

// Clean takes away what an earlier Kubernetes left, whoever made it. It refuses while this host has an assignment.
func (e *Engine) Clean(ctx context.Context, say func(step string)) error {
	e.applying.Lock()
	defer e.applying.Unlock()
	if _, ok := e.Assignment(); ok {
		return errors.New("this host is in a cluster; delete the cluster instead")
	}
	for _, s := range e.deleteSteps(cluster.Assignment{}) {
		say(s.name)
		if err := e.runStep(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

func (r remnant) clear(ctx context.Context, say progress) error {
	found, err := r.find(ctx)
	if err != nil || len(found) == 0 {
		return err
	}
	say(fmt.Sprintf("%s: %d to remove", r.name, len(found)), 0, int64(len(found)))
	return r.remove(ctx)
}

func scan(ctx context.Context, all []remnant) ([]string, error) {
	var left []string
	for _, r := range all {
		found, err := r.find(ctx)
		if err != nil {
			return nil, fmt.Errorf("look for %s: %w", r.name, err)
		}
		left = append(left, found...)
	}
	return left, nil
}

// Leftovers says what of an earlier Kubernetes is on this host; preflight refuses a host that has some. What the agent
// itself placed and a next cluster uses again does not count.
func (e *Engine) Leftovers(ctx context.Context) ([]string, error) {
	all := slices.DeleteFunc(e.remnants(cluster.Assignment{}), func(r remnant) bool { return r.ours || r.name == "volumes" })
	return scan(ctx, all)
}

// takeBack removes what a try to join left, so that the next one starts clean; images and binaries stay.
func (j *job) takeBack(ctx context.Context, say progress) error {
	for _, r := range j.remnants(j.a) {
		if r.keepForRetry || r.name == "routes" {
			continue // the service route was made by this assignment
		}
		clear := r
		if r.name == "kubeadm-reset" {
			// The others of the cluster go on: this host's half-made etcd member must not count in their quorum.
			clear.remove = func(ctx context.Context) error { return j.kubeadmReset(ctx, j.a.Role == cluster.RoleInit) }
		}
		if err := clear.clear(ctx, say); err != nil {
			return err
		}
	}
	return nil
}

func (e *Engine) kubeletRunning(ctx context.Context) ([]string, error) {
	state, err := e.opt.Units.ActiveState(ctx, kubeletUnit)
	if err != nil || state == "inactive" || state == "failed" {
		return nil, err
	}
	return []string{kubeletUnit + " is " + state}, nil
}

// kubeadmReset lets kubeadm take back what it knows. Its failure is no reason to stop: the remnants are looked for one by
// one anyway.
func (e *Engine) kubeadmReset(ctx context.Context, wholeCluster bool) error {
	limited, cancel := context.WithTimeout(ctx, kubeadmResetLimit)
	defer cancel()
	bin := e.path(currentBin + "/kubeadm")
	if _, err := os.Stat(bin); err == nil {
		args := []string{"reset", "-f", "--cri-socket", criSocket}
		if wholeCluster {
			args = append(args, "--skip-phases=remove-etcd-member")
		}
		if _, err := e.opt.Runner.Run(limited, Cmd{Name: bin, Args: args}); err != nil {
			e.opt.Log.Info("kubeadm reset did not come to its end", "error", err)
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	// The mounts below /var/lib/kubelet go before its files do, see the order of the remnants.
	return e.removeAll(joinRemains)
}

// present lists what matches any of the patterns.
func (e *Engine) present(patterns []string) []string {
	var out []string
	for _, p := range patterns {
		found, _ := filepath.Glob(e.path(p)) // the patterns are constant and well-formed
		for _, f := range found {
			out = append(out, e.unrooted(f))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (e *Engine) unrooted(path string) string {
	return "/" + strings.TrimPrefix(strings.TrimPrefix(path, filepath.Clean(e.opt.Root)), "/")
}

func (e *Engine) removeAll(patterns []string) error {
	var errs []error
	for _, p := range e.present(patterns) {
		errs = append(errs, os.RemoveAll(e.path(p)))
	}
	return errors.Join(errs...)
}

// ownFiles are those of the engine, its memory last: a delete that is cut goes on after a boot.
func (e *Engine) ownFiles(context.Context) ([]string, error) {
	found := slices.DeleteFunc(e.present([]string{kubeDir + "/*", kubeDir + "/.new-*"}), func(p string) bool { return p == assignmentFile })
	found = append(found, e.present([]string{keysFile, ntpFile, cniPlugins + "/*"})...)
	found = append(found, e.registryFolders()...)
	for _, c := range commands {
		if to, err := os.Readlink(e.path(commandDir + "/" + c)); err == nil && to == e.path(currentBin+"/"+c) {
			found = append(found, commandDir+"/"+c)
		}
	}
	if b, err := os.ReadFile(e.path("/etc/hosts")); err == nil && strings.Contains(string(b), hostsBegin) {
		found = append(found, "names of the cluster's hosts in /etc/hosts")
	}
	return found, nil
}

func (e *Engine) removeOwnFiles(ctx context.Context) error {
	if b, err := os.ReadFile(e.path("/etc/hosts")); err == nil {
		if err := e.writeFile("/etc/hosts", []byte(withHosts(string(b), nil)), 0o644); err != nil {
			return err
		}
	}
	found, err := e.ownFiles(ctx)
	if err != nil {
		return err
	}
	for _, p := range found {
		if strings.HasPrefix(p, "/") {
			if err := os.RemoveAll(e.path(p)); err != nil {
				return err
			}
		}
	}
	return nil
}
