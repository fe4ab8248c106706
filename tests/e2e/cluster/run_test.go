package cluster

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/tests/e2e/contract"
	"github.com/slipway-os/slipway/tests/e2e/drive"
	"github.com/slipway-os/slipway/tests/e2e/suite"
)

func inLab(t *testing.T, d *drive.Lab, command ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "nsenter", append([]string{"--net=" + d.Netns(), "--"}, command...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v: %s", command, err, out)
	}
	return string(out)
}

// runs: Kubernetes itself says that all is well, asked at the VIP, and all hosts tell the same.
func (g *group) runs(t *testing.T) {
	config := suite.On(t, g.Host(1), "", "cluster", "kubeconfig").OK(t).Stdout
	if !strings.Contains(config, "server: https://"+drive.VIP+":6443") {
		t.Errorf("the kubeconfig does not lead to the VIP:\n%s", config)
	}
	g.allWell(t, 3)
	for _, h := range g.Hosts() {
		suite.Until(t, 30*time.Second, func() (bool, error) {
			k := show(t, h)
			return k.State == api.Running && ready(k) == 3, fmt.Errorf("%s tells %+v", h.Name(), k)
		})
		for _, a := range show(t, h).Applications {
			if a.Status != "Running" {
				t.Errorf("application %s is %s: %s", a.Name, a.Status, a.Message)
			}
		}
		if status := suite.OnJSON[api.Host](t, h, "host", "show").Status; status != api.InUse {
			t.Errorf("%s is %s", h.Name(), status)
		}
	}
}

// allWell asks Kubernetes at the VIP.
func (g *group) allWell(t *testing.T, nodes int) {
	t.Helper()
	suite.Until(t, time.Minute, func() (bool, error) {
		raw, err := g.Kubectl(t.Context(), "get", "nodes,pods", "-A", "-o", "json")
		if err == nil {
			err = drive.AllWell(raw, nodes)
		}
		return err == nil, err
	})
}

func ready(k api.Cluster) (n int) {
	for _, x := range k.Nodes {
		if x.Ready && x.Version != "" {
			n++
		}
	}
	return n
}

// contract: every host answers every command, over the socket and over https with its pin.
func (g *group) contract(t *testing.T) {
	for _, h := range g.Hosts() {
		login := suite.Login(t, h)
		for _, a := range slices.Concat(contract.Host, contract.Views, []contract.Answer{contract.Cluster}) {
			args := slices.Concat(a.Args, []string{"-o", "json"})
			if err := a.Missing(suite.On(t, h, "", args...).OK(t).Stdout); err != nil {
				t.Errorf("%s: %v", h.Name(), err)
			}
			over := suite.Workstation(t, g.Lab, g.Password, append(login, args...)...)
			if err := a.Missing(over.OK(t).Stdout); err != nil {
				t.Errorf("%s over https: %v", h.Name(), err)
			}
		}
		config := suite.Workstation(t, g.Lab, g.Password, append(login, "cluster", "kubeconfig")...).OK(t).Stdout
		if !strings.Contains(config, "client-key-data") {
			t.Errorf("%s gives no kubeconfig", h.Name())
		}
	}
}

// forbidden: what the cluster runs on cannot be taken from under it.
func (g *group) forbidden(t *testing.T) {
	leader := g.Host(1)
	for _, item := range suite.OnJSON[[]api.ContentItem](t, leader, "content", "list") {
		suite.On(t, leader, "", "content", "delete", item.Digest).Refused(t, "in use by the cluster")
	}
	suite.On(t, leader, "", "link", "remove", "h3").Refused(t, "part of a cluster")
	suite.On(t, g.Host(3), "", "link", "leave").Refused(t, "part of a cluster")
	suite.On(t, g.Host(3), "", "cluster", "delete").Refused(t, "do this there")
	// Feature 38: nobody takes a node's address, its adapter or its name away.
	suite.On(t, g.Host(3), "", "network", "set", "eth0", "--address", "10.77.0.99/24").Refused(t, "carries cluster")
	suite.On(t, g.Host(3), "", "network", "set", "br0", "--bridge", "--member", "eth0", "--dhcp").Refused(t, "carries cluster")
	suite.On(t, g.Host(3), "", "network", "set", "--hostname", "other").Refused(t, "node of a cluster")
}

// vipLimit is how long the VIP may be silent when its holder is cut.
const vipLimit = time.Minute

// powerCut pulls the plug of the host that holds the VIP: another takes it, and the host comes back into the cluster.
func (g *group) powerCut(t *testing.T) {
	h, err := g.Find(g.holder(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := h.PowerCut(t.Context()); err != nil {
		t.Fatal(err)
	}
	cut := time.Now()
	suite.Until(t, vipLimit, func() (bool, error) {
		err := g.askVIP(t)
		return err == nil, err
	})
	t.Logf("the VIP answered %s after the cut of %s", time.Since(cut).Round(time.Second), h.Name())
	if err := h.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := h.WaitRunning(t.Context()); err != nil {
		t.Fatal(err)
	}
	// A machine that lost its power has no cgroups left; for each of them the kubelet would wait three seconds.
	suite.Exec(t, h, "find /sys/fs/cgroup/*/kubepods.slice -depth -type d -exec rmdir {} + 2>/dev/null || true")
	if err := drive.WaitAgent(t.Context(), h); err != nil {
		t.Fatal(err)
	}
	suite.Until(t, 5*time.Minute, func() (bool, error) {
		k := show(t, g.Host(1))
		return k.State == api.Running && ready(k) == 3, fmt.Errorf("the cluster is %s: %s", k.State, k.Reason)
	})
	g.allWell(t, 3)
	t.Logf("the cluster was whole again %s after the cut", time.Since(cut).Round(time.Second))
}

// holder is the name of the host that has the VIP; its own adapter says so.
func (g *group) holder(t *testing.T) string {
	t.Helper()
	for _, h := range g.Hosts() {
		if strings.Contains(suite.Exec(t, h, "ip -4 -brief address"), drive.VIP+"/") {
			if told := show(t, g.Host(1)).VipHolder; told != h.Name() {
				t.Errorf("%s has the VIP, cluster show names %q", h.Name(), told)
			}
			return h.Name()
		}
	}
	t.Fatal("no host has the VIP")
	return ""
}

// askVIP asks the API server at the VIP how it is, as a machine of the network.
func (g *group) askVIP(t *testing.T) error {
	t.Helper()
	transport := &http.Transport{DialContext: g.DialContext, DisableKeepAlives: true, TLSHandshakeTimeout: 2 * time.Second,
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}} // whether it answers is asked here; kubectl asks who answers
	client := http.Client{Transport: transport, Timeout: 3 * time.Second}
	answer, err := client.Get("https://" + drive.VIP + ":6443/readyz")
	if err != nil {
		return err
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("the VIP answers %s", answer.Status)
	}
	return nil
}
