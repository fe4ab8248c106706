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

// hostsFiles are containerd's files about registries, by path. It reads them at every pull.
func (j *job) hostsFiles() map[string]string {
	files := map[string]string{hostsToml: hostsTOML(j.opt.RegistryURL)}
	if file, text := registryHosts(j.a); file != "" {
		files[file] = text
	}
	return files
}

func (j *job) containerd() step {
	return step{name: "containerd", phase: cluster.PhasePrepare,
		done: func(ctx context.Context) (bool, error) {
			for file, text := range j.hostsFiles() {
				same, err := j.same(file, func() ([]byte, error) { return []byte(text), nil })
				if err != nil || !same {
					return false, err
				}
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
			for file, text := range j.hostsFiles() {
				if err := j.writeFile(file, []byte(text), 0o644); err != nil {
					return err
				}
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

// pullImages pulls the images of all packs from the agent's registry, on all hosts at the same time. What is unpacked while
// kubeadm runs costs more than it saves: etcd waits for the same disk, and the pod network for its images. They stay: the
// kubelet's garbage collection of images is off (config.go).
func (j *job) pullImages() step {
	refs := j.imageRefs()
	return step{name: "images", phase: cluster.PhasePrepare, unit: "images",
		done: func(ctx context.Context) (bool, error) {
			missing, err := j.imagesMissing(ctx, refs)
			return len(missing) == 0, err
		},
		do: func(ctx context.Context, say progress) error {
			missing, err := j.imagesMissing(ctx, refs)
			if err != nil {
				return err
			}
			for i, ref := range missing {
				say(ref, int64(len(refs)-len(missing)+i), int64(len(refs)))
				_, err := j.ctr(ctx, "images", "pull", "--hosts-dir", j.path(certsDir),
					"--label", "io.cri-containerd.pinned=pinned", ref)
				if err != nil {
					return fmt.Errorf("pull %s from this host's content: %w", ref, err)
				}
			}
			say(fmt.Sprintf("%d images", len(refs)), int64(len(refs)), int64(len(refs)))
			return nil
		}}
}

// imageRefs lists the images of all packs.
func (j *job) imageRefs() []string {
	var refs []string
	for _, p := range j.packs {
		refs = append(refs, p.Images...)
	}
	slices.Sort(refs)
	return slices.Compact(refs)
}

// imagesMissing lists the images that are not there with all their content, unpacked; a pull that was cut is missing.
func (j *job) imagesMissing(ctx context.Context, refs []string) ([]string, error) {
	have, err := j.ctrList(ctx, "images", "check", "-q")
	if err != nil {
		return nil, err
	}
	var missing []string
	for _, ref := range refs {
		if !slices.Contains(have, ref) {
			missing = append(missing, ref)
		}
	}
	return missing, nil
}
