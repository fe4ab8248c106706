package agent

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
	"github.com/slipway-os/slipway/agent/cluster"
	"github.com/slipway-os/slipway/agent/state"
)

// withCluster gives an agent that is yet to start the record of a cluster.
func withCluster(t *testing.T, root string) {
	t.Helper()
	dir := filepath.Join(root, "var/lib/slipway")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	db, err := state.Open(filepath.Join(dir, "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	plan := testPlan()
	plan.Definition = cluster.DefinitionRef{Name: "default", Version: "1.0.1"}
	plan.Config.Variables = map[string]string{"password": "hunter2", "podCIDR": "100.64.0.0/18"}
	plan.Masked = []string{"password"}
	spec := cluster.Spec{Name: plan.Config.Name, Variables: map[string]string{"password": "hunter2"}}
	rec := cluster.NewRecord("c1", spec, plan, cluster.Secret{Token: "abcdef.0123456789abcdef"}, time.Now())
	if err := db.Bucket("cluster").Put(recordKey, rec); err != nil {
		t.Fatal(err)
	}
}

// Feature 118. Every host of the group shows what only the leader knows, without a secret, and says so when nobody knows.
func TestClusterViewsOnEveryHost(t *testing.T) {
	root := shortDir(t)
	withCluster(t, root)
	leader, follower := start(t, root), start(t, shortDir(t))
	if err := follower.join(t, leader); err != nil {
		t.Fatal(err)
	}
	name := testPlan().Config.Name
	for who, r := range map[string]*running{"leader": leader, "follower": follower} {
		eventually(t, who+" knows the cluster", func() bool {
			list := get[[]api.Cluster](t, r, func() (*http.Response, error) { return r.ListClusters(t.Context()) })
			return len(list) == 1
		})
		spec := get[api.ClusterSpec](t, r, func() (*http.Response, error) { return r.GetClusterSpec(t.Context(), name) })
		if !strings.Contains(spec.Yaml, "podCIDR: 100.64.0.0/18") || !strings.Contains(spec.Yaml, "# variables.password is masked") || spec.Definition != "default 1.0.1" {
			t.Errorf("%s shows:\n%+v", who, spec)
		}
		if all := spec.Yaml + spec.Variables[0].Value + spec.Variables[1].Value; strings.Contains(all, "hunter2") {
			t.Errorf("%s shows the password", who)
		}
		if steps := get[[]api.Step](t, r, func() (*http.Response, error) { return r.ListClusterSteps(t.Context(), name) }); len(steps) != 0 {
			t.Errorf("%s: no host has reported, yet there are %+v", who, steps)
		}
		_, err := apiclient.Decode[api.ClusterEvents](r.Client, func() (*http.Response, error) {
			return r.ListClusterEvents(t.Context(), name, &api.ListClusterEventsParams{})
		})
		refused(t, err, "cluster:nobody-knows", "can be reached")
		_, err = apiclient.Decode[api.ClusterEvents](r.Client, func() (*http.Response, error) {
			return r.ListClusterEvents(t.Context(), name, &api.ListClusterEventsParams{Namespace: "a/b"})
		})
		refused(t, err, "cluster:namespace", "no name of a namespace")
	}
	_, err := apiclient.Decode[api.ClusterSpec](leader.Client, func() (*http.Response, error) { return leader.GetClusterSpec(t.Context(), "other") })
	refused(t, err, "not-found", "no cluster")
}

// Editing the NTP servers and SSH keys of a running cluster: on the leader, checked, and kept.
func TestSetClusterAccess(t *testing.T) {
	root := shortDir(t)
	withCluster(t, root)
	r := start(t, root)
	name := testPlan().Config.Name
	set := func(name string, a api.ClusterAccess) error {
		_, err := apiclient.Decode[struct{}](r.Client, func() (*http.Response, error) { return r.SetClusterAccess(t.Context(), name, a) })
		return err
	}
	const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE admin"
	refused(t, set(name, api.ClusterAccess{NtpServers: []string{"no host"}, SshKeys: []string{}}), "cluster:spec", "ntpServers[0]")
	refused(t, set(name, api.ClusterAccess{NtpServers: []string{}, SshKeys: []string{"command=\"x\" " + key}}), "cluster:spec", "sshKeys[0]")
	refused(t, set("other", api.ClusterAccess{NtpServers: []string{}, SshKeys: []string{}}), "not-found", "no cluster")
	if err := set(name, api.ClusterAccess{NtpServers: []string{"ntp.example.org"}, SshKeys: []string{key}}); err != nil {
		t.Fatal(err)
	}
	r.stop()
	r = start(t, root)
	spec := get[api.ClusterSpec](t, r, func() (*http.Response, error) { return r.GetClusterSpec(t.Context(), name) })
	if len(spec.Access.NtpServers) != 1 || len(spec.Access.SshKeys) != 1 || !strings.Contains(spec.Yaml, "ntp.example.org") {
		t.Errorf("kept is %+v", spec.Access)
	}
}
