package kubeadm

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/slipway-os/slipway/agent/cluster"
)

const (
	containerdUnit = "containerd.service"
	kubeletUnit    = "kubelet.service"
	certsDir       = "/etc/containerd/certs.d"
	hostsToml      = certsDir + "/_default/hosts.toml"
	criSocket      = "unix:///run/containerd/containerd.sock"
)

// hostsTOML sends containerd to the agent's own registry for every image, whatever registry its name says
// (https://github.com/containerd/containerd/blob/main/docs/hosts.md).
func hostsTOML(url string) string {
	return fmt.Sprintf("server = %q\n\n[host.%q]\n  capabilities = [\"pull\", \"resolve\"]\n", url, url)
}

func (j *job) containerd() step {
	return step{name: "containerd", phase: cluster.PhasePrepare,
		done: func(ctx context.Context) (bool, error) {
			same, err := j.same(hostsToml, func() ([]byte, error) { return []byte(hostsTOML(j.opt.RegistryURL)), nil })
			if err != nil || !same {
				return false, err
			}
			state, err := j.opt.Units.ActiveState(ctx, containerdUnit)
			if err != nil || state != "active" {
				return false, err
			}
			_, err = j.ctr(ctx, "version")
			if err != nil && exited(err) {
				return false, nil
			}
			return err == nil, err
		},
		do: func(ctx context.Context, say progress) error {
			if err := j.writeFile(hostsToml, []byte(hostsTOML(j.opt.RegistryURL)), 0o644); err != nil {
				return err
			}
			state, err := j.opt.Units.ActiveState(ctx, containerdUnit)
			if err != nil {
				return err
			}
			say("starting containerd", 0, 0)
			if state == "active" {
				if _, err := j.ctr(ctx, "version"); err == nil {
					return nil
				}
				return j.opt.Units.Restart(ctx, containerdUnit)
			}
			return j.opt.Units.Start(ctx, containerdUnit)
		}}
}

// ctr runs containerd's own client on the images and containers of Kubernetes.
func (e *Engine) ctr(ctx context.Context, args ...string) ([]byte, error) {
	return e.opt.Runner.Run(ctx, Cmd{Name: "ctr", Args: append([]string{"-n", "k8s.io"}, args...)})
}

func (e *Engine) ctrList(ctx context.Context, args ...string) ([]string, error) {
	out, err := e.ctr(ctx, args...)
	return strings.Fields(string(out)), err
}

// images pulls every image of the packs from the agent's registry. All must be there before kubeadm runs, and pinned:
// what the kubelet's garbage collection takes away on a full disk has to be fetched again.
func (j *job) images() step {
	return step{name: "images", phase: cluster.PhasePrepare,
		done: func(ctx context.Context) (bool, error) {
			missing, err := j.imagesMissing(ctx)
			return len(missing) == 0, err
		},
		do: func(ctx context.Context, say progress) error {
			missing, err := j.imagesMissing(ctx)
			if err != nil {
				return err
			}
			total := len(j.imageRefs())
			for i, ref := range missing {
				say(ref, int64(total-len(missing)+i), int64(total))
				_, err := j.ctr(ctx, "images", "pull", "--hosts-dir", j.path(certsDir),
					"--label", "io.cri-containerd.pinned=pinned", ref)
				if err != nil {
					return fmt.Errorf("pull %s from this host's content: %w", ref, err)
				}
			}
			say(fmt.Sprintf("%d images", total), int64(total), int64(total))
			return nil
		}}
}

func (j *job) imageRefs() []string {
	var refs []string
	for _, p := range j.packs {
		refs = append(refs, p.Images...)
	}
	slices.Sort(refs)
	return slices.Compact(refs)
}

// imagesMissing lists the images that are not there with all their content, unpacked; a pull that was cut is missing.
func (j *job) imagesMissing(ctx context.Context) ([]string, error) {
	have, err := j.ctrList(ctx, "images", "check", "-q")
	if err != nil {
		return nil, err
	}
	var missing []string
	for _, ref := range j.imageRefs() {
		if !slices.Contains(have, ref) {
			missing = append(missing, ref)
		}
	}
	return missing, nil
}
