package cluster

import (
	"fmt"
	"strings"
	"testing"
)

const sshKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE admin"

// Features 107, 110 and 111: one, three or five control-plane hosts; one needs no VIP.
func TestMinimalSpec(t *testing.T) {
	for n, good := range map[int]bool{0: false, 1: true, 2: false, 3: true, 4: false, 5: true, 6: false} {
		p, err := MakePlan(testSpec(), testStack(), testHosts(n))
		if (err == nil) != good {
			t.Errorf("%d hosts: %v", n, err)
		}
		if good && (len(p.Members) != n || p.Config.ControlPlaneHosts != n || len(p.Members[0].Node.Taints) > 0) {
			t.Errorf("%d hosts: %+v", n, p.Members)
		}
	}
	one := testSpec()
	one.VIP = ""
	if _, err := MakePlan(one, testStack(), testHosts(1)); err != nil {
		t.Errorf("one host needs no VIP: %v", err)
	}
	hosts := testHosts(3)
	hosts[0].Leader, hosts[2].Leader = false, true
	if p := mustPlan(t, testSpec(), hosts); p.Members[0].Node.Name != "host-2" {
		t.Errorf("the leader is not the init host: %+v", p.Members[0])
	}
}

func TestValidate(t *testing.T) {
	type world struct {
		spec  *Spec
		stack *Stack
		hosts []Host
	}
	cp := func(w world) *Pool { return &w.spec.Pools[0] }
	vars := func(name, value string) func(world) { return func(w world) { w.stack.Variables[name] = value } }
	vip := func(s string) func(world) { return func(w world) { w.spec.VIP = s } }
	tests := map[string]struct {
		change func(world)
		field  string // "" is valid
		want   string
	}{
		"good":      {func(world) {}, "", ""},
		"name case": {func(w world) { w.spec.Name = "Demo" }, "name", "lower-case"},
		"name long": {func(w world) { w.spec.Name = strings.Repeat("a", 33) }, "name", "32"},
		"name none": {func(w world) { w.spec.Name = "" }, "name", "1 to 32"},
		"registry port": {func(w world) {
			w.stack.Variables[VarInClusterRegistry], w.stack.Variables[VarRegistryPort] = "true", "6443"
		}, "variables.registryPort", "take a free one"},
		"registry off":      {vars(VarRegistryPort, "none"), "", ""},
		"tag":               {func(w world) { w.spec.Tags = map[string]string{"a\n": ""} }, "tags", "printable"},
		"no kubernetes":     {func(w world) { w.stack.Packs = nil }, "definition", "no Kubernetes pack"},
		"ntp":               {func(w world) { w.spec.NTPServers = []string{"ntp.example.com", "192.0.2.300"} }, "ntpServers[1]", "no host name"},
		"ntp zone":          {func(w world) { w.spec.NTPServers = []string{"fe80::1%x\nNTP=evil"} }, "ntpServers[0]", "no host name"},
		"ssh":               {func(w world) { w.spec.SSHKeys = []string{sshKey} }, "", ""},
		"ssh none":          {func(w world) { w.spec.SSHKeys = []string{sshKey, "hello"} }, "sshKeys[1]", "public key"},
		"ssh options":       {func(w world) { w.spec.SSHKeys = []string{`command="x" ` + sshKey} }, "sshKeys[0]", "plain"},
		"ssh two lines":     {func(w world) { w.spec.SSHKeys = []string{sshKey + "\n" + sshKey} }, "sshKeys[0]", "one line"},
		"no control plane":  {func(w world) { cp(w).Role = RoleWorker }, "pools", "exactly one"},
		"two control plane": {func(w world) { w.spec.Pools[1].Role = RoleControlPlane }, "pools", "there are 2"},
		"even":              {func(w world) { cp(w).Hosts = cp(w).Hosts[:2] }, "pools[0].hosts", "1, 3 or 5"},
		"role":              {func(w world) { w.spec.Pools[1].Role = "init" }, "pools[1].role", "must be"},
		"empty worker pool": {func(w world) { w.spec.Pools[1].Hosts = nil }, "pools[1].hosts", "at least one"},
		"pool name":         {func(w world) { w.spec.Pools[1].Name = "a b" }, "pools[1].name", "letters"},
		"pool twice":        {func(w world) { w.spec.Pools[1].Name = "cp" }, "pools[1].name", "twice"},
		"worker capable":    {func(w world) { w.spec.Pools[1].WorkerCapable = true }, "pools[1].workerCapable", "only"},
		"label key":         {func(w world) { cp(w).Labels = map[string]string{"a/b/c": ""} }, "pools[0].labels", "label key"},
		"label value":       {func(w world) { cp(w).Labels = map[string]string{"a": "-"} }, "pools[0].labels", "value"},
		"taint key":         {func(w world) { cp(w).Taints = []Taint{{Key: "", Effect: "NoSchedule"}} }, "pools[0].taints[0].key", "taint key"},
		"taint value":       {func(w world) { cp(w).Taints = []Taint{{Key: "a", Value: "b c", Effect: "NoSchedule"}} }, "pools[0].taints[0].value", "letters"},
		"taint effect":      {func(w world) { cp(w).Taints = []Taint{{Key: "a", Effect: "Never"}} }, "pools[0].taints[0].effect", "NoExecute"},
		"taint twice": {func(w world) {
			cp(w).Taints = []Taint{{Key: "a", Effect: "NoExecute"}, {Key: "a", Effect: "NoExecute"}}
		}, "pools[0].taints[1]", "twice"},
		"host unknown":      {func(w world) { cp(w).Hosts[1].Host = "nobody" }, "pools[0].hosts[1].host", "nobody"},
		"host twice":        {func(w world) { cp(w).Hosts[1].Host = "host-3" }, "pools[1].hosts[0].host", "already"},
		"id and name twice": {func(w world) { cp(w).Hosts[2].Host = "id-0" }, "pools[0].hosts[2].host", "already"},
		"node name twice":   {func(w world) { cp(w).Hosts[1].Name = "host-0" }, "pools[0].hosts[1].name", "also that of"},
		"node name":         {func(w world) { cp(w).Hosts[1].Name = "a.b" }, "pools[0].hosts[1].name", "63"},
		"adapter":           {func(w world) { cp(w).Hosts[1].Adapter = "eth9" }, "pools[0].hosts[1].adapter", "eth9"},
		"no address":        {func(w world) { w.hosts[3].Adapters = nil }, "pools[1].hosts[0].host", "no adapter"},
		"vip none":          {vip(""), "vip", "needed"},
		"vip no address":    {vip("192.0.2"), "vip", "no IPv4"},
		"vip v6":            {vip("2001:db8::1"), "vip", "no IPv4"},
		"vip multicast":     {vip("224.0.0.1"), "vip", "no IPv4"},
		"vip of a host":     {vip("192.0.2.13"), "vip", "address of host host-3"},
		"vip is dns":        {vip("192.0.2.1"), "vip", "DNS server"},
		"vip elsewhere":     {vip("203.0.113.5"), "vip", "not in the network"},
		"vip other adapter": {vip("198.51.100.99"), "vip", "not in the network"},
		"vip broadcast":     {vip("192.0.2.255"), "vip", "broadcast"},
		"vip network":       {vip("192.0.2.0"), "vip", "network or broadcast"},
		"pod no range":      {vars(VarPodCIDR, "100.64.0.0"), "variables.podCIDR", "no IPv4 range"},
		"pod none":          {vars(VarPodCIDR, ""), "variables.podCIDR", "no IPv4 range"},
		"pod host bits":     {vars(VarPodCIDR, "100.64.0.1/18"), "variables.podCIDR", "100.64.0.0/18"},
		"pod too small":     {vars(VarPodCIDR, "100.64.0.0/25"), "variables.podCIDR", "between"},
		"pod few nodes":     {vars(VarPodCIDR, "100.64.0.0/23"), "variables.podCIDR", "room for 2"},
		"pod loopback":      {vars(VarPodCIDR, "127.0.0.0/16"), "variables.podCIDR", "loopback"},
		"service in pod":    {vars(VarServiceCIDR, "100.64.32.0/20"), "variables.serviceCIDR", "overlaps the pod"},
		"service too large": {vars(VarServiceCIDR, "10.0.0.0/11"), "variables.serviceCIDR", "between"},
		"pod on network":    {vars(VarPodCIDR, "192.0.0.0/16"), "variables.podCIDR", "adapter eth0"},
		"service on dns":    {func(w world) { w.hosts[1].DNSServers = []string{"100.64.64.10"} }, "variables.serviceCIDR", "DNS server"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			spec, stack, hosts := testPools(1), testStack(), testHosts(4)
			tt.change(world{&spec, &stack, hosts})
			issues := Validate(spec, stack, hosts)
			if tt.field == "" {
				if len(issues) > 0 {
					t.Errorf("issues %v", issues)
				}
				return
			}
			for _, i := range issues {
				if i.Field == tt.field && strings.Contains(i.Message, tt.want) {
					return
				}
			}
			t.Errorf("no issue at %s with %q: %v", tt.field, tt.want, issues)
		})
	}
}

func TestValidateBounds(t *testing.T) {
	spec := testPools(0)
	for i := range maxPools {
		spec.Pools = append(spec.Pools, Pool{Name: fmt.Sprintf("w%d", i), Role: RoleWorker, Hosts: make([]PoolHost, 50)})
	}
	issues := Validate(spec, testStack(), testHosts(3))
	text := fmt.Sprint([]Issue(issues))
	if !strings.Contains(text, "at most 20 pools") || !strings.Contains(text, "at most 100 hosts") {
		t.Errorf("%.300s", text)
	}
}

func TestLabelSyntax(t *testing.T) {
	for s, want := range map[string]bool{"a": true, "a.b/c_d": true, "example.com/Rack-1": true, "": false, "/a": false, "a/": false, "-a": false,
		"A.b/c": false, strings.Repeat("a", 64): false, strings.Repeat("a", 254) + "/b": false} {
		if isLabelKey(s) != want {
			t.Errorf("isLabelKey(%q) = %v", s, !want)
		}
	}
}
