package contract

import (
	"encoding/json"
	"testing"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/tests/e2e/drive"
	"github.com/slipway-os/slipway/tests/e2e/suite"
	"github.com/slipway-os/slipway/tests/lab"
)

func TestHas(t *testing.T) {
	const answer = `{"a":{"b":null},"list":[{"k":1},{"k":0,"x":2}],"none":[]}`
	for path, want := range map[string]bool{"a": true, "a.b": true, "a.c": false, "list[]": true, "list[].k": true,
		"list[].x": false, "none": true, "none[]": false, "none[].k": false, "list.k": false} {
		if got := (Answer{Keys: []string{path}}).Missing(answer) == nil; got != want {
			t.Errorf("%s: %v", path, got)
		}
	}
	if (Answer{Keys: []string{"[].k"}}).Missing(`[{"k":1}]`) != nil || (Answer{}).Missing("not JSON") == nil {
		t.Error("a list at the top is read, other text than JSON is not")
	}
}

// TestContract asks one host that leads nobody.
func TestContract(t *testing.T) {
	d := suite.Start(t, "e2e-contract", 1)
	h := d.Host(1)
	if err := h.AddDisk(t.Context(), "/dev/vdb", 1<<30); err != nil {
		t.Fatal(err)
	}
	if err := h.Restart(t.Context()); err != nil { // no udev tells the agent of the disk
		t.Fatal(err)
	}
	if err := drive.WaitAgent(t.Context(), h); err != nil {
		t.Fatal(err)
	}
	t.Run("operation", func(t *testing.T) { operation(t, h) })
	file, digest := suite.WriteBundle(t, suite.Small("tiny", 1<<10))
	if err := d.Upload(t.Context(), file, func(string) {}); err != nil {
		t.Fatal(err)
	}
	t.Run("keys", func(t *testing.T) {
		for _, a := range append(Host, Disks, Token) {
			check(t, h, a)
		}
	})
	t.Run("content", func(t *testing.T) {
		check(t, h, Answer{[]string{"content", "show", digest}, under("", "item.digest images packs[] definitions")})
		check(t, h, Answer{[]string{"content", "verify"}, under("", "id kind state steps[].name")})
		check(t, h, Answer{[]string{"content", "delete", digest, "--dry-run"}, under("", "dryRun blobs bytes")})
	})
	t.Run("wizard", func(t *testing.T) { wizard(t, h) })
	t.Run("network dry run", func(t *testing.T) { networkDryRun(t, h) })
	t.Run("exit codes", func(t *testing.T) { exitCodes(t, d) })
	t.Run("kept pool", func(t *testing.T) { keptPool(t, h, digest) })
}

// keptPool: an agent that remembers nothing, as after a new installation, lists what the pool has.
func keptPool(t *testing.T, h *lab.Host, digest string) {
	suite.Exec(t, h, `systemctl stop slipway-agent; rm -r /var/lib/slipway/state*; systemctl start slipway-agent`)
	if err := drive.WaitAgent(t.Context(), h); err != nil {
		t.Fatal(err)
	}
	if list := suite.OnJSON[[]api.ContentItem](t, h, "content", "list"); len(list) != 1 || list[0].Digest != digest || list[0].Name != "tiny" {
		t.Errorf("listed are %+v", list)
	}
	suite.On(t, h, "", "content", "verify").OK(t)
}

func check(t *testing.T, h *lab.Host, a Answer) {
	t.Helper()
	if err := a.Missing(suite.On(t, h, "", append(a.Args, "-o", "json")...).OK(t).Stdout); err != nil {
		t.Error(err)
	}
}

// operation: one that failed tells why, and waiting for it fails as it did.
func operation(t *testing.T, h *lab.Host) {
	suite.On(t, h, "no token", "link", "join", "-").Refused(t, "not a link token")
	for _, op := range suite.OnJSON[[]api.Operation](t, h, "operation", "list") {
		if op.Kind != "link.join" {
			continue
		}
		check(t, h, Answer{[]string{"operation", "show", op.Id},
			append(under("", "id kind state error"), under("steps[].", "name state startedAt endedAt message")...)})
		suite.On(t, h, "", "operation", "wait", op.Id).Refused(t, "not a link token")
		return
	}
	t.Error("the operation is not listed")
}

// wizard: what the wizard of the Local UI does, from the command line. Features 91, 92, 101 and 103.
func wizard(t *testing.T, h *lab.Host) {
	check(t, h, Answer{[]string{"content", "storage"}, append(under("", "path totalBytes freeBytes contentBytes registry.address unfinished"),
		under("lastUpload.", "name sizeBytes sha256 at digest")...)})
	const spec = "name: harbour\npools: []\n"
	suite.On(t, h, spec, "cluster", "draft", "save", "-f", "-").OK(t)
	if d := suite.OnJSON[api.ClusterDraft](t, h, "cluster", "draft", "show"); d.Spec != spec || d.SavedBy == "" {
		t.Errorf("the draft is %+v", d)
	}
	suite.On(t, h, "", "cluster", "draft", "delete").OK(t)
	suite.On(t, h, "", "cluster", "draft", "show").Refused(t, "no draft")
	if p := suite.OnJSON[api.VIPProbe](t, h, "cluster", "probe-vip", "10.77.0.99"); p.State != api.Free {
		t.Errorf("a free address: %+v", p)
	}
	suite.On(t, h, "", "cluster", "probe-vip", h.Address().String()).Refused(t, "address of host")
	suite.On(t, h, "", "cluster", "probe-vip", "10.77.0.1").Refused(t, "is in use") // the lab's gateway
	suite.On(t, h, "", "cluster", "new-certificate", "harbour", "--certificate", "/root/ca.pem", "--key", "/root/ca.key").OK(t)
	suite.Exec(t, h, `test "$(stat -c %a /root/ca.key)" = 600 && openssl x509 -in /root/ca.pem -noout -subject | grep harbour`)
}

// networkDryRun: what a form shows before the change, from the command line.
func networkDryRun(t *testing.T, h *lab.Host) {
	set := []string{"network", "set", "eth0", "--address", "10.77.0.50/24", "--dry-run"}
	check(t, h, Answer{set, under("", "problems lines[].adapter lines[].setting lines[].old lines[].new")})
	suite.On(t, h, "", append(set, "--gateway", "192.0.2.1")...).Refused(t, "gateway")
	if try := suite.OnJSON[api.Network](t, h, "network", "show").Try; try.Id != "" {
		t.Errorf("a dry run began a try: %+v", try)
	}
}

// exitCodes: 0 done, 1 failed, 2 wrong usage; what went wrong stands on the standard error alone.
func exitCodes(t *testing.T, d *drive.Lab) {
	h := d.Host(1)
	for _, usage := range [][]string{{"no-such-command"}, {"host"}, {"host", "show", "extra"}, {"host", "show", "--no-such-flag"},
		{"host", "show", "-o", "xml"}, {"link", "join"}, {"content", "upload"}, {"cluster", "create"}, {"operation", "show"}, {"logout"},
		{"host", "show", "--host", suite.URL(h)}} {
		if r := suite.On(t, h, "", usage...); r.Code != 2 || r.Stderr == "" {
			t.Errorf("%v: exit code %d, want 2: %s", usage, r.Code, r.Stderr)
		}
	}
	for _, failure := range [][]string{{"cluster", "show"}, {"cluster", "kubeconfig"}, {"operation", "show", "nothing"},
		{"content", "show", "sha256:00"}, {"link", "remove", "nobody"}, {"network", "confirm", "nothing"}, {"operation", "cancel", "nothing"}, {"session", "end", "nothing"},
		{"content", "upload", "/no/such/file"}} {
		if r := suite.On(t, h, "", append(failure, "-o", "json")...); r.Code != 1 || r.Stderr == "" || r.Stdout != "" {
			t.Errorf("%v: exit code %d, want 1 and no answer: %s%s", failure, r.Code, r.Stderr, r.Stdout)
		}
	}
	r := suite.Workstation(t, d, d.Password, append(suite.Login(t, h), "cluster", "create", "-f", "/no/such/file")...)
	r.Refused(t, "no such file")
}

// Keys without a value are there all the same, empty or null, so that scripts need not ask first.
func TestKeysAreThereWhenEmpty(t *testing.T) {
	for _, c := range []struct {
		value any
		keys  string
	}{
		{api.Operation{Steps: []api.Step{{}}}, "id kind state error endedAt progress steps[].name steps[].state steps[].progress steps[].startedAt steps[].endedAt steps[].message"},
		{api.Try{}, "id state deadline reason"},
		{api.Cluster{Nodes: []api.ClusterNode{{}}, Applications: []api.Application{{}}}, "name state health reason vip operation nodes[].name nodes[].host nodes[].role nodes[].ready nodes[].version nodes[].reason applications[].name applications[].layer applications[].version applications[].status applications[].message"},
		{api.Check{}, "id host status message fix"},
	} {
		raw, err := json.Marshal(c.value)
		if err != nil {
			t.Fatal(err)
		}
		if err := (Answer{Keys: under("", c.keys)}).Missing(string(raw)); err != nil {
			t.Errorf("%T: %v", c.value, err)
		}
	}
}
