package main

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path"
	"strings"
	"text/template"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/slipway-os/slipway/agent/content"
	"github.com/slipway-os/slipway/agent/content/store"
	"github.com/slipway-os/slipway/tests/e2e/drive"
	"github.com/slipway-os/slipway/tests/lab"
)

//go:embed bare.sh
var script []byte

const bareDir = "/var/lib/slipway/bare"

// bare drives kubeadm by hand on the lab's hosts.
type bare struct{ l *drive.Lab }

// records keeps the store's items nowhere: the store itself is thrown away.
type records struct{}

func (records) Put(string, any) error                         { return nil }
func (records) Delete(string) error                           { return nil }
func (records) Each(func(key string, raw []byte) error) error { return nil }

// newBare places the script, kubeadm and the manifests of the same bundle on every host; that is not part of the time.
func newBare(ctx context.Context, l *drive.Lab, bundle string) (*bare, error) {
	dir, err := os.MkdirTemp("", "slipway-bench")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	s, err := store.Open(store.Options{Dir: dir, Records: records{}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	f, err := os.Open(bundle)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	item, err := s.Import(ctx, f, nil)
	if err != nil {
		return nil, err
	}
	m, err := s.Manifest(item.Digest)
	if err != nil {
		return nil, err
	}
	b := &bare{l}
	for _, h := range l.Hosts() {
		if err := b.place(ctx, h, s, m); err != nil {
			return nil, fmt.Errorf("%s: %w", h.Name(), err)
		}
	}
	return b, nil
}

func (b *bare) place(ctx context.Context, h *lab.Host, s *store.Store, m content.Manifest) error {
	files := map[string][]byte{"bare.sh": script, "kubeadm.yaml": b.config(h, initYAML), "join.yaml": b.config(h, joinYAML)}
	for _, p := range m.Packs {
		c, list, err := s.Pack(p.Digest)
		if err != nil {
			return err
		}
		files["images"] = append(files["images"], []byte(strings.Join(c.Images, "\n")+"\n")...)
		for _, f := range list {
			text, err := read(s, p.Digest, f.Title)
			if err != nil {
				return err
			}
			switch {
			case strings.HasPrefix(f.Title, "bin/"):
				if err := placeBinaries(ctx, h, f.Title, text, c.Links); err != nil {
					return err
				}
			case strings.HasPrefix(f.Title, "static/"):
				files[path.Base(f.Title)], err = render(text)
			default:
				files["manifests/"+fmt.Sprint(len(files))+"-"+path.Base(f.Title)], err = render(text)
			}
			if err != nil {
				return err
			}
		}
	}
	for name, data := range files {
		if err := h.PutFile(ctx, data, bareDir+"/"+name, 0o755); err != nil {
			return err
		}
	}
	return h.PutFile(ctx, []byte("nameserver "+lab.Gateway+"\n"), "/var/lib/slipway/kubernetes/resolv.conf", 0o644)
}

func read(s *store.Store, digest, title string) ([]byte, error) {
	r, err := s.OpenFile(digest, title)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

func placeBinaries(ctx context.Context, h *lab.Host, title string, data []byte, links map[string]string) error {
	dir := "/var/lib/slipway/kubernetes/bare"
	if err := h.PutFile(ctx, data, dir+"/"+title, 0o755); err != nil {
		return err
	}
	for link, to := range links {
		if _, err := h.Exec(ctx, "ln", "-sfn", to, dir+"/"+link); err != nil {
			return err
		}
	}
	_, err := h.Exec(ctx, "ln", "-sfn", "bare", "/var/lib/slipway/kubernetes/current")
	return err
}

// render fills a pack's template as the agent would.
func render(text []byte) ([]byte, error) {
	t, err := template.New("").Parse(string(text))
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = t.Execute(&out, map[string]any{"PodCIDR": podCIDR, "ServiceCIDR": serviceCIDR, "VIP": drive.VIP, "VIPAdapter": "eth0", "DNSServiceIP": "100.64.64.10",
		"StorageDir": "/var/lib/slipway/pool/volumes", "KubernetesVersion": "1.32.3", "ControlPlaneHosts": 3, "KubeConfig": "KUBECONFIG", "Variables": map[string]string{}})
	return out.Bytes(), err
}

const (
	podCIDR     = "100.64.0.0/18"
	serviceCIDR = "100.64.64.0/18"
	bareToken   = "abcdef.0123456789abcdef"
)

func (b *bare) config(h *lab.Host, text string) []byte {
	r := strings.NewReplacer("ADDRESS", h.Address().String(), "NAME", h.Name(), "VIP", drive.VIP, "TOKEN", bareToken,
		"KEY", strings.Repeat("ab", 32), "PODS", podCIDR, "SERVICES", serviceCIDR)
	return []byte(r.Replace(text))
}

func (b *bare) run(ctx context.Context, h *lab.Host, args ...string) (string, error) {
	out, err := h.Exec(ctx, append([]string{bareDir + "/bare.sh"}, args...)...)
	return strings.TrimSpace(string(out)), err
}

// create is what the time is taken of.
func (b *bare) create(ctx context.Context) error {
	var g errgroup.Group
	for _, h := range b.l.Hosts() {
		g.Go(func() error { _, err := b.run(ctx, h, "pull"); return err })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	first := b.l.Host(1)
	hash, err := b.run(ctx, first, "init")
	if err != nil {
		return err
	}
	g.Go(func() error { _, err := b.run(ctx, first, "addons"); return err })
	for _, h := range b.l.Hosts()[1:] {
		if _, err := b.run(ctx, h, "join", first.Address().String()+":6443", hash); err != nil {
			return err
		}
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return drive.Until(ctx, 5*time.Minute, func() (bool, error) {
		out, err := b.run(ctx, first, "ready")
		if err != nil {
			return false, err
		}
		if strings.Count(out, "Node=True") != 3 || strings.Contains(out, "=False") || strings.Contains(out, "=\n") {
			return false, errors.New("not everything is ready")
		}
		return true, nil
	})
}

const initYAML = `apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
bootstrapTokens: [{token: TOKEN, ttl: 2h0m0s}]
certificateKey: "KEY"
localAPIEndpoint: {advertiseAddress: ADDRESS, bindPort: 6443}
nodeRegistration: {name: NAME, taints: [], imagePullPolicy: IfNotPresent, kubeletExtraArgs: [{name: node-ip, value: ADDRESS}]}
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: v1.32.3
controlPlaneEndpoint: "VIP:6443"
apiServer: {certSANs: [VIP, 127.0.0.1]}
networking: {podSubnet: PODS, serviceSubnet: SERVICES}
---
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
cgroupDriver: systemd
failCgroupV1: false
failSwapOn: false
oomScoreAdj: 0
resolvConf: /var/lib/slipway/kubernetes/resolv.conf
evictionHard: {memory.available: 100Mi, nodefs.available: 2%, imagefs.available: 2%}
imageGCHighThresholdPercent: 100
---
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: iptables
conntrack: {maxPerCore: 0}
`

const joinYAML = `apiVersion: kubeadm.k8s.io/v1beta4
kind: JoinConfiguration
discovery: {bootstrapToken: {apiServerEndpoint: ENDPOINT, token: TOKEN, caCertHashes: ["sha256:HASH"]}}
controlPlane: {certificateKey: "KEY", localAPIEndpoint: {advertiseAddress: ADDRESS, bindPort: 6443}}
nodeRegistration: {name: NAME, taints: [], imagePullPolicy: IfNotPresent, kubeletExtraArgs: [{name: node-ip, value: ADDRESS}]}
`
