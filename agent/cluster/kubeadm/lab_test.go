package kubeadm_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/cluster"
	"github.com/slipway-os/slipway/agent/cluster/kubeadm"
	"github.com/slipway-os/slipway/agent/content/registry"
	"github.com/slipway-os/slipway/agent/content/store"
	"github.com/slipway-os/slipway/agent/state"
	"github.com/slipway-os/slipway/agent/systemd"
	"github.com/slipway-os/slipway/tests/lab"
)

// The end-to-end test runs the engine on a lab host: this test binary is copied there and started with driverEnv set.
const (
	driverEnv  = "SLIPWAY_ENGINE_DRIVER" // apply or run
	hostBinary = "/var/lib/slipway/engine.test"
	hostBundle = "/var/lib/slipway/bundle.tar.zst"
)

func TestMain(m *testing.M) {
	if mode := os.Getenv(driverEnv); mode != "" {
		if err := drive(context.Background(), mode); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// drive is the part of the agent that the engine needs, on a lab host: content, registry, engine. It reads an assignment
// and prints the report.
func drive(ctx context.Context, mode string) error {
	db, err := state.Open("/var/lib/slipway/engine-test.db")
	if err != nil {
		return err
	}
	defer db.Close()
	content, err := store.Open(store.Options{Dir: "/var/lib/slipway/pool", Records: db.Bucket("items")})
	if err != nil {
		return err
	}
	if err := fill(ctx, content); err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	server := &http.Server{Addr: "127.0.0.1:5081", Handler: registry.New(content, nil, log)}
	go func() { _ = server.ListenAndServe() }()
	defer server.Close()
	zero, no := 0, false
	e, err := kubeadm.New(kubeadm.Options{Content: packs{content}, Units: systemd.Client{}, Log: log,
		Kubelet: kubeadm.Kubelet{OOMScoreAdj: &zero, FailCgroupV1: &no}})
	if err != nil {
		return err
	}
	var a cluster.Assignment
	if err := json.NewDecoder(os.Stdin).Decode(&a); err != nil {
		return err
	}
	// The newest pack of each name, since the test does not know the digests.
	for i, p := range a.Config.Packs {
		found, err := content.FindPack(p.Name, p.Version)
		if err != nil {
			return err
		}
		a.Config.Packs[i].Digest = found.Digest
	}
	if mode == "run" {
		err = runUntilUp(ctx, e, a)
	} else {
		err = e.Apply(ctx, a)
	}
	if printErr := json.NewEncoder(os.Stdout).Encode(e.Report()); err == nil {
		err = printErr
	}
	return err
}

func fill(ctx context.Context, content *store.Store) error {
	if len(content.List()) > 0 {
		return nil
	}
	f, err := os.Open(hostBundle)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = content.Import(ctx, f, nil)
	return err
}

// runUntilUp lets the engine run as the agent does, until every application runs.
func runUntilUp(ctx context.Context, e *kubeadm.Engine, a cluster.Assignment) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	done := make(chan error, 1)
	e.Assign(a)
	go func() { done <- e.Run(ctx) }()
	defer func() { cancel(); <-done }()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
		if r := e.Report(); r.Reached == a.Phase && up(r.Status, a) {
			return nil
		}
	}
}

func up(s *cluster.Status, a cluster.Assignment) bool {
	if s == nil || len(s.Nodes) != len(a.Peers) || len(s.Applications) == 0 {
		return false
	}
	for _, n := range s.Nodes {
		if !n.Ready {
			return false
		}
	}
	for _, app := range s.Applications {
		if app.Status != "Running" {
			return false
		}
	}
	return true
}

// packs gives the engine the content store.
type packs struct{ *store.Store }

func (p packs) Pack(digest string) (kubeadm.PackConfig, []kubeadm.PackFile, error) {
	c, files, err := p.Store.Pack(digest)
	var out []kubeadm.PackFile
	for _, f := range files {
		out = append(out, kubeadm.PackFile{Title: f.Title, Mode: os.FileMode(f.Mode), SizeBytes: f.SizeBytes})
	}
	return kubeadm.PackConfig{Name: c.Name, Version: c.Version, Layer: c.Layer, Images: c.Images, Links: c.Links,
		Manifests: c.Manifests, Checks: c.Checks}, out, err
}

func (p packs) Open(digest, title string) (io.ReadCloser, error) { return p.OpenFile(digest, title) }

// needLab skips unless the lab is asked for: it needs root, a root file system and the default content bundle.
func needLab(t *testing.T) (tree, bundle string) {
	if os.Getenv("SLIPWAY_LAB") == "" {
		t.Skip("set SLIPWAY_LAB=1 (root; make rootfs and make bundle first) to run the engine on lab hosts")
	}
	cache := os.Getenv("SLIPWAY_CACHE")
	if cache == "" {
		dir, err := os.UserCacheDir()
		if err != nil {
			t.Fatal(err)
		}
		cache = filepath.Join(dir, "slipway")
	}
	return filepath.Join(cache, "lab-tree"), filepath.Join(cache, "bundle/slipway-default.tar.zst")
}

// newLab boots hosts that have this test binary and the content bundle.
func newLab(ctx context.Context, t *testing.T, hosts int) *lab.Lab {
	t.Helper()
	tree, bundle := needLab(t)
	l, err := lab.New(ctx, lab.Options{Name: fmt.Sprintf("engine%d", hosts), Hosts: hosts, Rootfs: tree, Log: t.Output()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if os.Getenv("SLIPWAY_LAB") != "keep" {
			_ = l.Close()
		}
	})
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range l.Hosts() {
		for from, to := range map[string]string{self: hostBinary, bundle: hostBundle} {
			if err := h.CopyIn(ctx, from, to); err != nil {
				t.Fatal(err)
			}
		}
		if out, err := h.Exec(ctx, "chmod", "755", hostBinary); err != nil {
			t.Fatal(err, string(out))
		}
	}
	return l
}

func TestLab(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Minute)
	defer cancel()
	h := newLab(ctx, t, 1).Host(1)
	before := snapshot(ctx, t, h)
	report(t, driver(ctx, t, h, "apply", labAssignment(h, cluster.PhasePrepare)))
	// The agent is killed in the middle of init, before and after the API server is there.
	for _, after := range []string{"3", "9"} {
		killed(ctx, t, h, after, labAssignment(h, cluster.PhaseJoin))
	}
	report(t, driver(ctx, t, h, "apply", labAssignment(h, cluster.PhaseJoin)))
	mustBeUp(ctx, t, h, labAssignment(h, cluster.PhaseFinalize))
	t.Run("power cut", func(t *testing.T) {
		for _, do := range []func(context.Context) error{h.PowerCut, h.Start, h.WaitRunning} {
			if err := do(ctx); err != nil {
				t.Fatal(err)
			}
		}
		cgroups(ctx, t, h)
		mustBeUp(ctx, t, h, labAssignment(h, cluster.PhaseFinalize))
	})
	t.Run("delete", func(t *testing.T) {
		r := driver(ctx, t, h, "apply", labAssignment(h, cluster.PhaseDelete))
		report(t, r)
		if r.Reached != cluster.PhaseDelete {
			t.Error("not deleted")
		}
		if after := snapshot(ctx, t, h); after != before {
			t.Errorf("the host is not as it was. Before:\n%s\nAfter:\n%s", before, after)
		}
	})
	t.Run("again", func(t *testing.T) { mustBeUp(ctx, t, h, labAssignment(h, cluster.PhaseFinalize)) })
}

// killed runs the driver and kills it, with SIGKILL, after some seconds.
func killed(ctx context.Context, t *testing.T, h *lab.Host, seconds string, a cluster.Assignment) {
	t.Helper()
	in, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.ExecStdin(ctx, bytes.NewReader(in), "timeout", "--signal=KILL", seconds, "env", driverEnv+"=apply", hostBinary)
	t.Logf("killed after %s s: %v", seconds, err)
	if out, _ := h.Exec(ctx, "pgrep", "-x", "kubeadm"); len(out) > 0 {
		t.Errorf("kubeadm goes on without the agent: %s", out)
	}
}

func mustBeUp(ctx context.Context, t *testing.T, h *lab.Host, a cluster.Assignment) {
	t.Helper()
	r := driver(ctx, t, h, "run", a)
	report(t, r)
	if !up(r.Status, a) {
		t.Error("the cluster is not up")
	}
}

// snapshot is what a cluster changes on a host and a delete has to put back.
func snapshot(ctx context.Context, t *testing.T, h *lab.Host) string {
	t.Helper()
	out, err := h.Exec(ctx, "sh", "-c", `ip -br link | grep -v '^eth0@' | cut -d' ' -f1; ip -4 -br addr show scope global | sed 's/@if[0-9]*//'; ip -4 route; ip rule
iptables-nft-save | grep -v '^#\|^:\|^\*\|^COMMIT'; ipset list -name; ls /run/netns 2>/dev/null
awk '$2 ~ "kubelet/|netns|io.containerd" {print $2}' /proc/self/mounts
cd /; find etc/kubernetes etc/cni var/lib/kubelet var/lib/etcd var/lib/cni var/lib/calico -mindepth 1 2>/dev/null | sort
ctr -n k8s.io containers list -q; ctr -n k8s.io images list -q; cat /etc/hosts
ps -eo comm | grep -E 'kube|etcd|calico|shim|felix' | sort`)
	if len(out) == 0 {
		t.Fatal(err)
	}
	return string(out)
}

// cgroups takes those of the host's former life away: a machine that lost its power has none left, and for each of them
// the kubelet waits three seconds.
func cgroups(ctx context.Context, t *testing.T, h *lab.Host) {
	t.Helper()
	if _, err := h.Exec(ctx, "sh", "-c", "find /sys/fs/cgroup/*/kubepods.slice -depth -type d -exec rmdir {} + 2>/dev/null; true"); err != nil {
		t.Fatal(err)
	}
}

// labAssignment is a cluster of one host with a VIP.
func labAssignment(h *lab.Host, phase cluster.Phase) cluster.Assignment {
	node := cluster.Node{HostID: h.Name(), Name: h.Name(), Address: h.Address().String(),
		Labels: map[string]string{"example.org/zone": "a", "node-role.kubernetes.io/edge": "yes"}}
	return cluster.Assignment{Phase: phase, Role: cluster.RoleInit, Node: node, Peers: []cluster.Node{node},
		Init: &cluster.Secret{Token: "abcdef.0123456789abcdef", CertificateKey: "1111111111111111111111111111111111111111111111111111111111111111"},
		Config: cluster.Config{ClusterID: "lab", Name: "lab", VIP: "10.77.0.200", PodCIDR: "100.64.0.0/18", ServiceCIDR: "100.64.64.0/18",
			KubernetesVersion: "1.32.3", ControlPlaneHosts: 1, Packs: []cluster.Pack{
				{Name: "kubernetes", Version: "1.32.3", Layer: "kubernetes"}, {Name: "kube-vip", Version: "0.9.2", Layer: "vip"},
				{Name: "calico", Version: "3.28.5", Layer: "cni"}, {Name: "local-path", Version: "0.0.30", Layer: "csi"}}}}
}

func driver(ctx context.Context, t *testing.T, h *lab.Host, mode string, a cluster.Assignment) cluster.HostReport {
	t.Helper()
	in, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	cmd, err := h.Command(ctx, "env", driverEnv+"="+mode, hostBinary)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(in), &out, t.Output()
	start := time.Now()
	runErr := cmd.Run()
	t.Logf("%s to %s: %s", mode, a.Phase, time.Since(start).Round(100*time.Millisecond))
	var r cluster.HostReport
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatalf("%v: %v: %s", runErr, err, out.Bytes())
	}
	if runErr != nil {
		report(t, r)
		t.Fatal(runErr)
	}
	return r
}

func report(t *testing.T, r cluster.HostReport) {
	t.Helper()
	for _, s := range r.Steps {
		t.Logf("  %-22s %-8s %6.1fs %s", s.Name, s.State, s.EndedAt.Sub(s.StartedAt).Seconds(), s.Message)
	}
	if r.Status != nil {
		for _, a := range r.Status.Applications {
			t.Logf("  %-22s %-8s %s", a.Name, a.Status, a.Message)
		}
		t.Logf("  nodes %+v, VIP at %s", r.Status.Nodes, r.Status.VIPHolder)
	}
}
