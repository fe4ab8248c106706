package kubeadm

import (
	"context"
	"slices"

	"github.com/slipway-os/slipway/agent/cluster"
)

// finalize: every host has joined, so what was needed only for joining goes.
func (j *job) finalize() []step {
	if j.a.Role != cluster.RoleInit {
		return []step{{name: "finalize", phase: cluster.PhaseFinalize,
			done: func(context.Context) (bool, error) { return true, nil }}}
	}
	var steps []step
	if j.a.Config.VIP != "" {
		steps = append(steps, step{name: "kube-vip-credentials", phase: cluster.PhaseFinalize,
			done: func(context.Context) (bool, error) { return j.kubeVIPConf() == lastingConf, nil },
			do:   func(context.Context, progress) error { return j.linkKubeVIP(lastingConf) }})
	}
	return append(steps, j.labels(), j.secretsGone())
}

// labels sets those that a kubelet may not give itself, on every node.
func (j *job) labels() step {
	missing := func(ctx context.Context) ([][]string, error) {
		nodes, err := readItems(ctx, j, "/api/v1/nodes", "Node")
		return missingLabels(nodes, j.a.Peers), err
	}
	return step{name: "labels", phase: cluster.PhaseFinalize,
		done: func(ctx context.Context) (bool, error) {
			m, err := missing(ctx)
			return err == nil && len(m) == 0, err
		},
		do: func(ctx context.Context, _ progress) error {
			m, err := missing(ctx)
			for _, args := range m {
				if _, err := j.kubectl(ctx, append([]string{"label", "--overwrite", "node"}, args...)...); err != nil {
					return err
				}
			}
			return err
		}}
}

// missingLabels returns, for each node that lacks some, its name and key=value words.
func missingLabels(nodes []apiObject, peers []cluster.Node) [][]string {
	var out [][]string
	for _, p := range peers {
		i := slices.IndexFunc(nodes, func(n apiObject) bool { return n.Metadata.Name == p.Name })
		if i < 0 {
			continue // not registered (any more); status says so
		}
		var words []string
		for k, v := range p.Labels {
			if have, ok := nodes[i].Metadata.Labels[k]; !ok || have != v {
				words = append(words, k+"="+v)
			}
		}
		if len(words) > 0 {
			slices.Sort(words)
			out = append(out, append([]string{p.Name}, words...))
		}
	}
	return out
}

func (j *job) secretsGone() step {
	byType := "--field-selector=type=bootstrap.kubernetes.io/token"
	return step{name: "secrets-gone", phase: cluster.PhaseFinalize,
		done: func(ctx context.Context) (bool, error) {
			certs, err := j.kubectl(ctx, "-n", "kube-system", "get", "secret", "kubeadm-certs", "--ignore-not-found", "-o", "name")
			if err != nil {
				return false, err
			}
			tokens, err := j.kubectl(ctx, "-n", "kube-system", "get", "secret", byType, "-o", "name")
			return err == nil && countLines(certs)+countLines(tokens) == 0, err
		},
		do: func(ctx context.Context, _ progress) error {
			if _, err := j.kubectl(ctx, "-n", "kube-system", "delete", "secret", byType); err != nil {
				return err
			}
			_, err := j.kubectl(ctx, "-n", "kube-system", "delete", "secret", "kubeadm-certs", "--ignore-not-found")
			return err
		}}
}
