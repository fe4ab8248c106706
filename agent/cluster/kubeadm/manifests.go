package kubeadm

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"regexp"
	"text/template"
	"time"

	"github.com/slipway-os/slipway/agent/cluster"
)

const (
	// applyLimit is how long a pack's manifests are applied again until they go in without an error: a CRD takes some
	// seconds to be served, a namespace that is going away refuses all.
	applyLimit = 3 * time.Minute
	maxFile    = 16 << 20
	// packsMap records in the cluster which text of each pack was applied.
	packsMap = "slipway-packs"
)

// manifestData is what the templates of a pack may use.
type manifestData struct {
	PodCIDR, ServiceCIDR, VIP, DNSServiceIP, StorageDir, KubernetesVersion, VIPAdapter, KubeConfig string
	ControlPlaneHosts                                                                              int
	Variables                                                                                      map[string]string
}

func (j *job) manifestData() (manifestData, error) {
	dns, err := serviceAddress(j.a.Config.ServiceCIDR, 10)
	c := j.a.Config
	vars := c.Variables
	if vars == nil {
		vars = map[string]string{}
	}
	return manifestData{PodCIDR: c.PodCIDR, ServiceCIDR: c.ServiceCIDR, VIP: c.VIP, DNSServiceIP: dns,
		StorageDir: j.opt.StorageDir, KubernetesVersion: c.KubernetesVersion, VIPAdapter: j.a.Node.Adapter,
		ControlPlaneHosts: c.ControlPlaneHosts, Variables: vars}, err
}

// render fills one template of a pack.
func render(text string, data manifestData) ([]byte, error) {
	t, err := template.New("").Option("missingkey=error").Parse(text)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = t.Execute(&out, data)
	return out.Bytes(), err
}

func (e *Engine) packText(p pack, title string) (string, error) {
	in, err := e.opt.Content.Open(p.digest, title)
	if err != nil {
		return "", fmt.Errorf("%s of pack %s: %w", title, p.Name, err)
	}
	defer in.Close()
	b, err := io.ReadAll(io.LimitReader(in, maxFile))
	return string(b), err
}

// kubectl runs kubectl as administrator against this host's own API server, so that it does not depend on the VIP.
func (j *job) kubectl(ctx context.Context, args ...string) ([]byte, error) {
	return j.opt.Runner.Run(ctx, j.kubectlWith(adminConf, args...))
}

func (j *job) kubectlWith(kubeconfig string, args ...string) Cmd {
	base := []string{"--kubeconfig=" + j.path(kubeconfig), "--request-timeout=20s"}
	if kubeconfig == adminConf {
		base = append(base, fmt.Sprintf("--server=https://%s:%d", j.a.Node.Address, apiPort))
	}
	return Cmd{Name: j.path(currentBin + "/kubectl"), Args: append(base, args...)}
}

// apply is `kubectl apply` of a text, tried again until it goes in clean.
func (j *job) apply(ctx context.Context, manager string, text []byte) error {
	ctx, cancel := context.WithTimeout(ctx, applyLimit)
	defer cancel()
	for {
		c := j.kubectlWith(adminConf, "apply", "--server-side", "--force-conflicts", "--field-manager="+manager, "-f", "-")
		c.Stdin = text
		_, err := j.opt.Runner.Run(ctx, c)
		if err == nil {
			return nil
		}
		j.opt.Log.Info("apply is tried again", "as", manager, "error", err)
		if !pause(ctx, 2*time.Second) {
			return err
		}
	}
}

func (j *job) packManifests(p pack) ([]byte, error) {
	data, err := j.manifestData()
	if err != nil {
		return nil, err
	}
	var all []byte
	for _, title := range p.Manifests {
		text, err := j.packText(p, title)
		if err != nil {
			return nil, err
		}
		b, err := render(text, data)
		if err != nil {
			return nil, fmt.Errorf("%s of pack %s: %w", title, p.Name, err)
		}
		all = append(append(all, "\n---\n"...), b...)
	}
	return all, nil
}

// objectsThere asks whether every object of a text is in the cluster: a person may have deleted one.
func (j *job) objectsThere(ctx context.Context, text []byte) (bool, error) {
	c := j.kubectlWith(adminConf, "get", "-f", "-", "-o", "name")
	c.Stdin = text
	_, err := j.opt.Runner.Run(ctx, c)
	if err != nil && gone.MatchString(err.Error()) {
		return false, nil
	}
	return err == nil, err
}

// gone is how kubectl says that an object, or what defines its kind, is not there.
var gone = regexp.MustCompile(`\(NotFound\)|no matches for kind|doesn't have a resource type`)

// applyPack puts the pack's objects into the cluster, and those again that went. The record of what was applied lives in the
// cluster too, so that whoever looks sees the same.
func (j *job) applyPack(p pack) step {
	applied := false
	return step{name: "apply " + p.Name, phase: cluster.PhaseJoin,
		done: func(ctx context.Context) (bool, error) {
			text, err := j.packManifests(p)
			if err != nil {
				return false, err
			}
			known, err := j.configMapData(ctx, packsMap)
			if err != nil || known[p.Name] != digest(text) {
				return false, err
			}
			if applied {
				return true, nil
			}
			return j.objectsThere(ctx, text)
		},
		do: func(ctx context.Context, say progress) error {
			text, err := j.packManifests(p)
			if err != nil {
				return err
			}
			say(p.Name+" "+p.Version, 0, 0)
			if err := j.apply(ctx, "slipway", text); err != nil {
				return err
			}
			applied = true
			return j.apply(ctx, "slipway-"+p.Name, configMap(packsMap, p.Name, digest(text)))
		}}
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func configMap(name, key, value string) []byte {
	b, _ := documents(obj{"apiVersion": "v1", "kind": "ConfigMap",
		"metadata": obj{"name": name, "namespace": "kube-system"}, "data": obj{key: value}})
	return b
}
