package kubeadm

import (
	"context"
	"errors"
	"os"
	"strings"

	"github.com/slipway-os/slipway/agent/cluster"
)

// Files by which a cluster's spec reaches the host itself. sshd reads keysFile for members of group slipway-admin
// (sshd_config.d/50-slipway.conf), so that one key opens every host of the cluster to the people who run it.
const (
	keysFile = "/etc/ssh/slipway-cluster.keys"
	ntpFile  = "/etc/systemd/timesyncd.conf.d/60-slipway-cluster.conf"
	ntpUnit  = "systemd-timesyncd.service"
)

// accessAndTime places the SSH keys and the NTP servers of the spec. A host forgets /etc at a boot, so the step probes the
// files like every other.
func (j *job) accessAndTime() step {
	return step{name: "access-and-time", phase: cluster.PhasePrepare,
		done: func(context.Context) (bool, error) {
			for path, want := range j.accessFiles() {
				have, err := os.ReadFile(j.path(path))
				if err != nil && !errors.Is(err, os.ErrNotExist) {
					return false, err
				}
				if string(have) != want {
					return false, nil
				}
			}
			return true, nil
		},
		do: func(ctx context.Context, _ progress) error {
			for path, text := range j.accessFiles() {
				if err := j.place(path, text); err != nil {
					return err
				}
			}
			return j.opt.Units.Restart(ctx, ntpUnit)
		}}
}

// place writes a file, or removes it when there is nothing to say.
func (e *Engine) place(path, text string) error {
	if text != "" {
		return e.writeFile(path, []byte(text), 0o644)
	}
	if err := os.Remove(e.path(path)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

func (j *job) accessFiles() map[string]string {
	return map[string]string{keysFile: keysText(j.a.Config.SSHKeys), ntpFile: ntpText(j.a.Config.NTPServers)}
}

func keysText(keys []string) string {
	if len(keys) == 0 {
		return ""
	}
	return strings.Join(keys, "\n") + "\n"
}

// ntpText is a drop-in of timesyncd.conf(5); the empty assignment first drops servers that other files name.
func ntpText(servers []string) string {
	if len(servers) == 0 {
		return ""
	}
	return "[Time]\nNTP=\nNTP=" + strings.Join(servers, " ") + "\n"
}
