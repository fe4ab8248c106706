package kubeadm

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/slipway-os/slipway/agent/cluster"
)

const (
	// kubeadmLimit bounds one run of kubeadm; its own waits are four minutes each.
	kubeadmLimit = 12 * time.Minute
	// completeLimit is how long the API server is asked whether a run that was cut had been complete.
	completeLimit = 20 * time.Second
	// Ignored checks: kubeadm 1.32 built with Go 1.26 cannot parse the URL that its own proxy check makes; and the
	// manifest of kube-vip has to be there before init.
	ignoreFlag = "--ignore-preflight-errors=HTTPProxyCIDR,DirAvailable--etc-kubernetes-manifests"
)

// join is `kubeadm init` on the init host and `kubeadm join` on the others. When it has ended, etcd can take the next member: that
// host need not wait until this one's API server answers and the packs are applied.
func (j *job) join() step {
	name := "join"
	if j.a.Role == cluster.RoleInit {
		name = "init"
	}
	return step{name: name, phase: cluster.PhaseJoin, opens: true,
		done: func(context.Context) (bool, error) { return j.Engine.joined(j.a), nil },
		do:   j.doJoin}
}

func (j *job) doJoin(ctx context.Context, say progress) error {
	if len(j.present(joinRemains)) > 0 {
		say("looking at what an earlier try left", 0, 0)
		if j.complete(ctx) {
			return j.markJoined()
		}
		say("taking an earlier try back", 0, 0)
		if err := j.takeBack(ctx, say); err != nil {
			return fmt.Errorf("take an earlier try back: %w", err)
		}
	}
	config, err := j.kubeadmConfig()
	if err != nil {
		return err
	}
	args := []string{"join", ignoreFlag}
	if j.a.Role == cluster.RoleInit {
		args = []string{"init", "--upload-certs", ignoreFlag}
		if err := j.writeKubeVIP(ctx, initConf); err != nil {
			return err
		}
	}
	if err := j.kubeadm(ctx, say, config, args...); err != nil {
		return j.blame(ctx, err)
	}
	return j.markJoined()
}

// blame names the load balancer when this host's API server answers and it does not lead there: kubeadm only knows that something
// did not answer in time.
func (j *job) blame(ctx context.Context, err error) error {
	if j.a.Role != cluster.RoleInit || j.a.Config.Endpoint == "" || j.apiAnswers(ctx) != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, probeLimit)
	defer cancel()
	if lb := j.opt.Prober.Get(ctx, "https://"+j.a.Config.Endpoint+"/readyz", j.path(caFile)); lb != nil {
		return fmt.Errorf("the load balancer %s does not lead to the API server of this host (%w): let it forward TCP to %s:%d, then it goes on by itself", j.a.Config.Endpoint, lb, j.a.Node.Address, apiPort)
	}
	return err
}

func (j *job) kubeadmConfig() ([]byte, error) {
	if j.a.Role != cluster.RoleInit {
		return joinConfig(j.a)
	}
	return initConfig(j.a, hostFacts{kubelet: j.opt.Kubelet, conntrackWritable: j.writable("/proc/sys/net/netfilter/nf_conntrack_max")})
}

func (e *Engine) writable(path string) bool {
	f, err := os.OpenFile(e.path(path), os.O_WRONLY, 0)
	if err != nil {
		return false
	}
	return f.Close() == nil
}

// kubeadm runs kubeadm with a configuration that is on disk only while it runs.
func (j *job) kubeadm(ctx context.Context, say progress, config []byte, args ...string) error {
	ctx, cancel := context.WithTimeout(ctx, kubeadmLimit)
	defer cancel()
	if err := j.writeFile(configFile, config, 0o600); err != nil {
		return err
	}
	defer os.Remove(j.path(configFile))
	log, err := j.openLog()
	if err != nil {
		return err
	}
	defer log.Close()
	r := newRedactor(j.a)
	args = append(args, "--config", j.path(configFile))
	fmt.Fprintf(log, "%s kubeadm %s\n", j.opt.Now().UTC().Format(time.RFC3339), args[0])
	var said tail
	_, err = j.opt.Runner.Run(ctx, Cmd{Name: j.path(currentBin + "/kubeadm"), Args: args, Line: func(line string) {
		line = r.redact(line)
		fmt.Fprintln(log, line)
		fmt.Fprintln(&said, line)
		if phase, text, ok := parsePhase(line); ok {
			say(phase+": "+text, 0, 0)
		}
	}})
	if err != nil {
		why := r.redact(err.Error())
		if cause := explain(said.String()); exited(err) && cause != "" {
			why = cause
		}
		return fmt.Errorf("kubeadm %s: %s; the whole output is in %s", args[0], withRemedy(why), logFile)
	}
	return nil
}

func (j *job) markJoined() error {
	return j.writeJSON(joinedFile, joinedRecord{ClusterID: j.a.Config.ClusterID, Role: j.a.Role})
}

// complete asks the API server whether a run that left no marker had come to its end. Only a clear yes counts: a try that
// is taken back costs seconds, a member that is half one costs the cluster.
func (j *job) complete(ctx context.Context) bool {
	if len(j.missing(joinedFiles(j.a.Role))) > 0 {
		return false
	}
	if state, err := j.opt.Units.ActiveState(ctx, kubeletUnit); err != nil || state != "active" {
		if err := j.opt.Units.Start(ctx, kubeletUnit); err != nil {
			return false
		}
	}
	ctx, cancel := context.WithTimeout(ctx, completeLimit)
	defer cancel()
	for {
		ok, err := j.completeNow(ctx)
		if err == nil {
			return ok
		}
		j.opt.Log.Info("the API server does not answer yet", "error", err)
		if !pause(ctx, 2*time.Second) {
			return false
		}
	}
}

// completeNow looks for what the last phases of kubeadm do: of init the add-ons, of a control-plane join the label.
func (j *job) completeNow(ctx context.Context) (bool, error) {
	if j.a.Role == cluster.RoleWorker {
		_, err := j.opt.Runner.Run(ctx, j.kubectlWith(kubeletConf, "get", "node", j.a.Node.Name, "-o", "name"))
		return err == nil, err
	}
	n, err := readAPI[apiObject](ctx, j, "/api/v1/nodes/"+j.a.Node.Name)
	if err != nil && j.a.Role == cluster.RoleInit && strings.Contains(err.Error(), "(Forbidden)") {
		return false, nil // init gives the administrator his rights near its end
	}
	if err != nil {
		return false, err
	}
	if _, ok := n.Metadata.Labels[controlPlaneLabel]; !ok || j.a.Role != cluster.RoleInit {
		return ok, nil
	}
	out, err := j.kubectl(ctx, "-n", "kube-system", "get", "deployment/coredns", "daemonset/kube-proxy",
		"configmap/kubeadm-config", "--ignore-not-found", "-o", "name")
	return err == nil && countLines(out) == 3, err
}

// pause waits; it answers false when ctx ended.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// apiLimit is how long a control-plane host waits for its own API server after a boot.
const apiLimit = 4 * time.Minute

// node sees to it that the kubelet of a joined host runs; after a boot nothing else starts it. A control-plane host is
// back when its API server answers.
func (j *job) node() step {
	return step{name: "node", phase: cluster.PhaseJoin,
		done: func(ctx context.Context) (bool, error) {
			state, err := j.opt.Units.ActiveState(ctx, kubeletUnit)
			return err == nil && state == "active" && j.apiAnswers(ctx) == nil, err
		},
		do: func(ctx context.Context, say progress) error {
			say("starting the kubelet", 0, 0)
			if err := j.opt.Units.Start(ctx, kubeletUnit); err != nil {
				return err
			}
			return j.waitForAPI(ctx, say)
		}}
}

func (j *job) waitForAPI(ctx context.Context, say progress) error {
	ctx, cancel := context.WithTimeout(ctx, apiLimit)
	defer cancel()
	for {
		err := j.apiAnswers(ctx)
		if err == nil {
			return nil
		}
		say("waiting for this host's API server", 0, 0)
		if !pause(ctx, time.Second) {
			return fmt.Errorf("this host's API server does not answer: %w", err)
		}
	}
}

// apiAnswers asks this host's own API server; a worker has none.
func (j *job) apiAnswers(ctx context.Context) error {
	if j.a.Role == cluster.RoleWorker {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, probeLimit)
	defer cancel()
	return j.opt.Prober.Get(ctx, j.apiURL("/readyz"), j.path(caFile))
}

func (j *job) apiURL(path string) string {
	return fmt.Sprintf("https://%s:%d%s", j.a.Node.Address, apiPort, path)
}

// joinSecrets keeps the token and the uploaded certificates alive while hosts join: both expire after two hours, and a
// host may come late.
func (j *job) joinSecrets() step {
	return step{name: "join-secrets", phase: cluster.PhaseJoin,
		done: func(ctx context.Context) (bool, error) {
			if j.a.Init == nil {
				return true, nil // this pass runs from memory after a boot; the leader's word follows
			}
			out, err := j.kubectl(ctx, "-n", "kube-system", "get", "secret", "kubeadm-certs", tokenSecret(j.a.Init.Token),
				"--ignore-not-found", "-o", "name")
			return err == nil && countLines(out) == 2, err
		},
		do: func(ctx context.Context, say progress) error {
			config, err := j.kubeadmConfig()
			if err != nil {
				return err
			}
			if err := j.kubeadm(ctx, say, config, "init", "phase", "bootstrap-token"); err != nil {
				return err
			}
			return j.kubeadm(ctx, say, config, "init", "phase", "upload-certs", "--upload-certs")
		}}
}
