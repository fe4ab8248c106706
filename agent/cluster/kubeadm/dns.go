package kubeadm

import (
	"context"
	"strings"

	"github.com/slipway-os/slipway/agent/cluster"
)

// dns keeps CoreDNS from asking upstream servers where there are none: its loop and forward plugins stop it otherwise.
func (j *job) dns() step {
	want := func(ctx context.Context) (have, want string, err error) {
		m, err := readAPI[apiObject](ctx, j, configMapPath("coredns"))
		if err != nil {
			return "", "", err
		}
		resolv, err := j.resolvConf()
		return m.Data["Corefile"], corefile(m.Data["Corefile"], hasUpstream(string(resolv))), err
	}
	return step{name: "dns", phase: cluster.PhaseJoin,
		done: func(ctx context.Context) (bool, error) {
			have, want, err := want(ctx)
			return err == nil && have == want, err
		},
		do: func(ctx context.Context, say progress) error {
			_, text, err := want(ctx)
			if err != nil {
				return err
			}
			say("CoreDNS answers for the cluster only: this host has no DNS server", 0, 0)
			return j.apply(ctx, "slipway-dns", configMap("coredns", "Corefile", text))
		}}
}

// corefile takes the forward and loop plugins out of a Corefile when the host has no DNS server.
func corefile(old string, upstream bool) string {
	if upstream {
		return old
	}
	var out []string
	depth, skipFrom := 0, -1
	for _, line := range strings.Split(old, "\n") {
		words := strings.Fields(line)
		opens := len(words) > 0 && words[len(words)-1] == "{"
		closes := len(words) == 1 && words[0] == "}"
		if closes {
			depth--
		}
		drop := skipFrom >= 0
		if drop && closes && depth == skipFrom {
			skipFrom = -1
		}
		if !drop && depth == 1 && len(words) > 0 && (words[0] == "forward" || words[0] == "loop") {
			drop = true
			if opens {
				skipFrom = depth
			}
		}
		if opens {
			depth++
		}
		if !drop {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}
