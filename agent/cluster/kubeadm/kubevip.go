package kubeadm

import (
	"bytes"
	"context"
	"errors"
	"os"

	"github.com/google/renameio/v2"

	"github.com/slipway-os/slipway/agent/cluster"
)

// kubeVIPConf is what kube-vip mounts as its credentials: a link, so that they change without a change of the manifest.
// A changed manifest restarts the VIP, for half a minute and under everything that works through it; a changed link takes
// effect when kube-vip starts next.
const kubeVIPConf = kubernetesDir + "/kube-vip.conf"

// What kubeVIPConf links to. On the init host admin.conf has no rights before init has ended, so kube-vip starts with
// super-admin.conf there, and gets the lesser one when every host has joined.
const (
	lastingConf = "admin.conf"
	initConf    = "super-admin.conf"
)

// kubeVIP is the static pod that moves the VIP. On the init host it starts with kubeadm init; on the others its manifest
// comes after the join, when the credentials exist.
func (j *job) kubeVIP() step {
	return step{name: "kube-vip", phase: cluster.PhaseJoin,
		done: func(ctx context.Context) (bool, error) {
			want, err := j.kubeVIPText(ctx)
			if err != nil {
				return false, err
			}
			have, err := os.ReadFile(j.path(kubeVIPFile))
			conf := j.kubeVIPConf()
			return err == nil && bytes.Equal(have, want) && (conf == lastingConf || conf == initConf), nil
		},
		do: func(ctx context.Context, _ progress) error { return j.writeKubeVIP(ctx, lastingConf) }}
}

// kubeVIPConf returns the name of the file that kube-vip's credentials link to.
func (e *Engine) kubeVIPConf() string {
	to, _ := os.Readlink(e.path(kubeVIPConf))
	return to
}

func (j *job) kubeVIPText(ctx context.Context) ([]byte, error) {
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
	data.KubeConfig = kubeVIPConf
	if data.VIPAdapter, err = j.adapter(ctx); err != nil {
		return nil, err
	}
	return render(text, data)
}

func (j *job) writeKubeVIP(ctx context.Context, conf string) error {
	if j.a.Config.VIP == "" {
		return nil
	}
	text, err := j.kubeVIPText(ctx)
	if err != nil {
		return err
	}
	if err := j.linkKubeVIP(conf); err != nil {
		return err
	}
	return j.writeFile(kubeVIPFile, text, 0o600)
}

func (e *Engine) linkKubeVIP(conf string) error {
	if err := os.MkdirAll(e.path(kubernetesDir), 0o755); err != nil {
		return err
	}
	if err := renameio.Symlink(conf, e.path(kubeVIPConf)); err != nil {
		return err
	}
	return syncDir(e.path(kubernetesDir))
}
