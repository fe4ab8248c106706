package kubeadm

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// containers lists what containerd runs for Kubernetes, pods' sandboxes included.
func (e *Engine) containers(ctx context.Context) ([]string, error) {
	if ok, err := e.containerdRuns(ctx); err != nil || !ok {
		return nil, err
	}
	ids, err := e.ctrList(ctx, "containers", "list", "-q")
	for i := range ids {
		ids[i] = "container " + ids[i]
	}
	return ids, err
}

// containerdRuns starts containerd when there is something it could run: its records survive a stop.
func (e *Engine) containerdRuns(ctx context.Context) (bool, error) {
	state, err := e.opt.Units.ActiveState(ctx, containerdUnit)
	if err != nil || state == "active" {
		return err == nil, err
	}
	if _, err := os.Stat(e.path("/var/lib/containerd/io.containerd.metadata.v1.bolt")); err != nil {
		return false, nil
	}
	return true, e.opt.Units.Start(ctx, containerdUnit)
}

// taskLimit bounds the end of one container: containerd waits for as long as a process does not die. The next try kills it again.
const taskLimit = time.Minute

// removeContainers kills every task and drops every record below the CRI plugin's feet: asking it would call the CNI
// plugins, which ask an API server that is gone. Its own memory is made anew by a restart.
func (e *Engine) removeContainers(ctx context.Context) error {
	tasks, err := e.ctrList(ctx, "tasks", "list", "-q")
	if err != nil {
		return err
	}
	var errs []error
	for _, id := range tasks {
		errs = append(errs, e.removeTask(ctx, id))
	}
	ids, err := e.ctrList(ctx, "containers", "list", "-q")
	errs = append(errs, err)
	for _, id := range ids {
		_, err := e.ctr(ctx, "containers", "delete", id)
		errs = append(errs, err)
	}
	return errors.Join(append(errs, e.opt.Units.Restart(ctx, containerdUnit))...)
}

func (e *Engine) removeTask(ctx context.Context, id string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, taskLimit, fmt.Errorf("it did not end within %s", taskLimit))
	defer cancel()
	_, err := e.ctr(ctx, "tasks", "delete", "--force", id)
	return err
}

func (e *Engine) images(ctx context.Context) ([]string, error) {
	if ok, err := e.containerdRuns(ctx); err != nil || !ok {
		return nil, err
	}
	refs, err := e.ctrList(ctx, "images", "list", "-q")
	for i := range refs {
		refs[i] = "image " + refs[i]
	}
	return refs, err
}

func (e *Engine) removeImages(ctx context.Context) error {
	refs, err := e.ctrList(ctx, "images", "list", "-q")
	if err != nil || len(refs) == 0 {
		return err
	}
	_, err = e.ctr(ctx, append([]string{"images", "delete", "--sync"}, refs...)...)
	return err
}

// mountPrefixes are where a node mounts: volumes, pods' network namespaces, sandboxes and container file systems.
var mountPrefixes = []string{"/var/lib/kubelet/", "/run/netns/cni-", "/var/run/netns/cni-",
	"/run/containerd/io.containerd.grpc.v1.cri/", "/run/containerd/io.containerd.runtime.v2.task/k8s.io/"}

func (e *Engine) mounts(context.Context) ([]string, error) {
	b, err := os.ReadFile(e.path("/proc/self/mountinfo"))
	if err != nil {
		return nil, err
	}
	points := nodeMounts(string(b))
	for _, p := range e.present([]string{"/run/netns/cni-*"}) {
		if !slices.Contains(points, p) {
			points = append(points, p) // an unmounted name of a namespace
		}
	}
	return points, nil
}

// nodeMounts picks a node's mount points from /proc/self/mountinfo (proc(5)), the deepest first.
func nodeMounts(mountinfo string) []string {
	var out []string
	for _, line := range strings.Split(mountinfo, "\n") {
		f := strings.Fields(line)
		if len(f) < 5 {
			continue
		}
		point := unescapeMount(f[4])
		if slices.ContainsFunc(mountPrefixes, func(p string) bool { return strings.HasPrefix(point, p) }) {
			out = append(out, point)
		}
	}
	slices.Sort(out)
	slices.Reverse(out)
	return out
}

var mountEscapes = strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)

func unescapeMount(s string) string { return mountEscapes.Replace(s) }

func (e *Engine) removeMounts(ctx context.Context) error {
	b, err := os.ReadFile(e.path("/proc/self/mountinfo"))
	if err != nil {
		return err
	}
	var errs []error
	for _, point := range nodeMounts(string(b)) {
		_, err := e.opt.Runner.Run(ctx, Cmd{Name: "umount", Args: []string{"--lazy", "--", point}})
		errs = append(errs, err)
	}
	return errors.Join(append(errs, e.removeAll([]string{"/run/netns/cni-*"}))...)
}
