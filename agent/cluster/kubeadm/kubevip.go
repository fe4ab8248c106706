package kubeadm

import (
	"bytes"
	"context"
	"errors"
	"os"

	"github.com/slipway-os/slipway/agent/cluster"
)

// kubeVIP is the static pod that moves the VIP. On the init host it works with super-admin.conf until every host has
// joined: admin.conf has no rights before init has ended, and a changed manifest restarts the VIP under those who join.
// On the others its manifest comes after the join, when admin.conf exists: a missing hostPath would be made a folder.
func (j *job) kubeVIP() step {
	conf := adminConf
	if j.a.Role == cluster.RoleInit {
		conf = superConf
	}
	return step{name: "kube-vip", phase: cluster.PhaseJoin,
		done: func(ctx context.Context) (bool, error) {
			ok, err := j.kubeVIPIs(ctx, adminConf)
			if err != nil || ok || conf == adminConf {
				return ok, err
			}
			return j.kubeVIPIs(ctx, conf)
		},
		do: func(ctx context.Context, _ progress) error { return j.writeKubeVIP(ctx, conf) }}
}

func (j *job) kubeVIPText(ctx context.Context, conf string) ([]byte, error) {
	p, ok := j.packOfLayer("vip")
	if !ok {
		return nil, errors.New("the cluster has a VIP, but its definition has no pack of layer vip")
	}
	text, err := j.packText(p, "static/kube-vip.yaml")
	if err != nil {
		return nil, err
	}
	data, err := j.manifestData()
	if err != nil {
		return nil, err
	}
	data.KubeConfig = conf
	if data.VIPAdapter, err = j.adapter(ctx); err != nil {
		return nil, err
	}
	return render(text, data)
}

func (j *job) kubeVIPIs(ctx context.Context, conf string) (bool, error) {
	want, err := j.kubeVIPText(ctx, conf)
	if err != nil {
		return false, err
	}
	have, err := os.ReadFile(j.path(kubeVIPFile))
	return err == nil && bytes.Equal(have, want), nil
}

func (j *job) writeKubeVIP(ctx context.Context, conf string) error {
	if j.a.Config.VIP == "" {
		return nil
	}
	text, err := j.kubeVIPText(ctx, conf)
	if err != nil {
		return err
	}
	return j.writeFile(kubeVIPFile, text, 0o600)
}
