package kubeadm

import (
	"context"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/slipway-os/slipway/agent/cluster"
)

const (
	// renewBefore is how long before its end a certificate of the control plane is renewed. Certificates of kubeadm last a year,
	// and whoever does not upgrade for a year has a cluster that is dead without this
	// (https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/kubeadm-certs/).
	renewBefore = 30 * 24 * time.Hour
	// renewApart keeps the control-plane hosts from restarting their API servers on the same day.
	renewApart = 24 * time.Hour
	// restartMark is there while certificates are new and programs still have the old ones.
	restartMark = kubeDir + "/restart-control-plane"
)

// certificateUsers read their certificates when they start. The kubelet renews its own.
var certificateUsers = []string{"etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-vip"}

// renew keeps the certificates of this control-plane host from ending.
//
//	30 days left --> mark --> kubeadm certs renew --> programs restarted, mark gone --> API server answers
func (j *job) renew() step {
	return step{name: "certificates", phase: cluster.PhaseFinalize,
		done: func(context.Context) (bool, error) {
			_, err := os.Stat(j.path(restartMark))
			return err != nil && !renewalDue(j.certificates(), j.a, j.opt.Now()), nil
		},
		do: func(ctx context.Context, say progress) error {
			if err := j.writeFile(restartMark, nil, 0o600); err != nil {
				return err
			}
			say("renewing the certificates of the control plane", 0, 0)
			if _, err := j.opt.Runner.Run(ctx, Cmd{Name: j.path(currentBin + "/kubeadm"), Args: []string{"certs", "renew", "all"}}); err != nil {
				return err
			}
			for _, name := range certificateUsers {
				say("restarting "+name, 0, 0)
				if err := j.restartContainer(ctx, name); err != nil {
					return err
				}
			}
			// Before the wait: a program that takes long to come back must not be stopped again.
			if err := os.Remove(j.path(restartMark)); err != nil {
				return err
			}
			return j.waitForAPI(ctx, say)
		}}
}

// renewalDue looks at those that kubeadm renews: neither the authorities, which last ten years, nor the kubelet's.
func renewalDue(certs []cluster.Certificate, a cluster.Assignment, now time.Time) bool {
	place := max(0, slices.IndexFunc(a.Peers, func(n cluster.Node) bool { return n.HostID == a.Node.HostID }))
	due := now.Add(renewBefore - time.Duration(min(place, 10))*renewApart)
	return slices.ContainsFunc(certs, func(c cluster.Certificate) bool {
		return !strings.HasSuffix(c.Name, "ca") && !strings.HasPrefix(c.Name, "kubelet-client") && c.NotAfter.Before(due)
	})
}

// restartContainer ends a container of that name; the kubelet starts it again.
func (j *job) restartContainer(ctx context.Context, name string) error {
	ids, err := j.ctrList(ctx, "containers", "list", "-q", `labels."io.kubernetes.container.name"==`+name)
	if err != nil {
		return err
	}
	running, err := j.ctrList(ctx, "tasks", "list", "-q")
	if err != nil {
		return err
	}
	for _, id := range ids {
		if !slices.Contains(running, id) {
			continue // one that ended before
		}
		if _, err := j.ctr(ctx, "tasks", "kill", "--signal", "SIGTERM", id); err != nil {
			return err
		}
	}
	return nil
}
