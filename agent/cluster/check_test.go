package cluster

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestChecksAllGood(t *testing.T) {
	hosts := testHosts(4)
	p := mustPlan(t, testPools(1), hosts)
	checks := Checks(p, hosts, goodFacts(p, hosts))
	for _, c := range checks {
		if c.Status != CheckOK || c.Fix != "" || c.Message == "" || c.Host == "" {
			t.Errorf("%+v", c)
		}
	}
	if want := (len(rules)-2)*4 + 4*3; len(checks) != want {
		t.Errorf("%d checks, want %d", len(checks), want)
	}
	if b := Blocked(checks, nil); len(b) > 0 {
		t.Errorf("blocked by %v", b)
	}
}

// A drive may be named by its serial number; without a wish the pool may be anywhere.
func TestStorageDrive(t *testing.T) {
	for want, status := range map[string]CheckStatus{"": CheckOK, "/dev/sdb": CheckOK, "S-0": CheckOK, "S-1": CheckFail} {
		plan := Plan{Config: Config{Variables: map[string]string{VarStorageDrive: want}}}
		got := storageDrive(run{plan: plan}, subject{host: Host{PoolDrive: &Drive{Path: "/dev/sdb", Serial: "S-0"}}})
		if len(got) != 1 || got[0].status != status {
			t.Errorf("%q: %+v", want, got)
		}
	}
	if got := storageDrive(run{}, subject{}); got[0].status != CheckOK {
		t.Errorf("nothing asked, no drive: %+v", got)
	}
}

func TestRegistryPort(t *testing.T) {
	for _, c := range []struct {
		on, port string
		want     int
	}{{"true", "30003", 30003}, {"false", "30003", 0}, {"", "30003", 0}, {"true", "", 0}, {"true", "70000", 0}, {"true", "-1", 0}} {
		config := Config{Variables: map[string]string{VarInClusterRegistry: c.on, VarRegistryPort: c.port}}
		if got := config.RegistryPort(); got != c.want {
			t.Errorf("%+v: %d", c, got)
		}
		if worker := config.ports(RoleWorker); len(worker) != len(nodePorts) {
			t.Errorf("%+v: a worker listens on %v", c, worker)
		}
	}
}

func TestChecksFind(t *testing.T) {
	seconds := func(s int) *int64 { n := int64(s) * int64(time.Second); return &n }
	// Each case spoils one thing; host 1 is a control-plane host, host 3 a worker.
	tests := map[string]struct {
		change func(hosts []Host, one, worker *Facts)
		id     string
		host   string
		status CheckStatus
		want   string
	}{
		"in use":          {func(h []Host, _, _ *Facts) { h[1].InUse = true }, CheckHostReady, "host-1", CheckFail, "in a cluster"},
		"in use measured": {func(_ []Host, f, _ *Facts) { f.InCluster = true }, CheckHostReady, "host-1", CheckFail, "in a cluster"},
		"away":            {func(h []Host, _, _ *Facts) { h[1].Connected = false }, CheckHostReady, "host-1", CheckFail, "not connected"},
		"version":         {func(h []Host, _, _ *Facts) { h[1].Version = "v0" }, CheckVersion, "host-1", CheckFail, "leader host-0 has v1"},
		"name":            {func(_ []Host, f, _ *Facts) { f.HostName = "HOST-0" }, CheckUniqueName, "host-0", CheckFail, "host-1"},
		"machine id":      {func(_ []Host, f, _ *Facts) { f.MachineID = "machine-id-3" }, CheckUniqueMachineID, "host-3", CheckFail, "host-1"},
		"no machine id":   {func(_ []Host, f, _ *Facts) { f.MachineID = "" }, CheckUniqueMachineID, "host-1", CheckUnknown, "machine id"},
		"clock warn":      {func(_ []Host, f, _ *Facts) { f.ClockOffsetNanos = seconds(-2) }, CheckClock, "host-1", CheckWarn, "2s"},
		"clock":           {func(_ []Host, f, _ *Facts) { f.ClockOffsetNanos = seconds(3600) }, CheckClock, "host-1", CheckFail, "1h0m0s"},
		"clock unknown":   {func(_ []Host, f, _ *Facts) { f.ClockOffsetNanos = nil }, CheckClock, "host-1", CheckUnknown, "not compared"},
		"dns":             {func(_ []Host, f, _ *Facts) { f.DNSServers = nil }, CheckDNS, "host-1", CheckWarn, "pool.example.com"},
		"overlap": {func(_ []Host, f, _ *Facts) {
			f.Adapters = append(slices.Clone(f.Adapters), AdapterFacts{Name: "docker0", Prefixes: []string{"100.64.1.1/24"}})
		}, CheckCIDROverlap, "host-1", CheckFail, "pod range 100.64.0.0/18 overlaps the network of adapter docker0"},
		"overlap dns":    {func(_ []Host, f, _ *Facts) { f.DNSServers = []string{"100.64.64.10"} }, CheckCIDROverlap, "host-1", CheckFail, "service range"},
		"vip":            {func(_ []Host, f, _ *Facts) { f.VIPAnswer = "02:ff:00:00:00:01" }, CheckVIPFree, "host-1", CheckFail, "02:ff:00:00:00:01 answers"},
		"vip on host":    {func(_ []Host, f, _ *Facts) { f.VIPAnswer = "02:00:00:00:00:03" }, CheckVIPFree, "host-1", CheckFail, "host host-3"},
		"vip unprobed":   {func(_ []Host, f, _ *Facts) { f.VIPProbed = false }, CheckVIPFree, "host-1", CheckUnknown, "not probed"},
		"port":           {func(_ []Host, f, _ *Facts) { f.PortsBusy["6443/tcp"] = "k3s" }, CheckPortsFree, "host-1", CheckFail, "6443/tcp (Kubernetes API server): k3s"},
		"ports untried":  {func(_ []Host, f, _ *Facts) { f.PortsBusy = nil }, CheckPortsFree, "host-1", CheckUnknown, "not tried"},
		"reach":          {func(_ []Host, f, _ *Facts) { f.Reach["id-3"]["4789/udp"] = "no answer" }, CheckPortsReachable, "host-1", CheckFail, "cannot reach host-3: 4789/udp (pod network (VXLAN)): no answer"},
		"reach untried":  {func(_ []Host, f, _ *Facts) { delete(f.Reach["id-3"], "4789/udp") }, CheckPortsReachable, "host-1", CheckUnknown, "not tried towards host-3: 4789/udp"},
		"content":        {func(_ []Host, f, _ *Facts) { f.ContentMissing, f.ContentMissingBytes = 1, 3<<20 }, CheckContent, "host-1", CheckFail, "1 of 1 blobs (3.0 MiB)"},
		"disk":           {func(_ []Host, f, _ *Facts) { f.DiskFreeBytes[DiskEtcd] = gib }, CheckDiskSpace, "host-1", CheckFail, "etcd has 1.0 GiB free and needs 2.0 GiB"},
		"disk tight":     {func(_ []Host, f, _ *Facts) { f.DiskFreeBytes[DiskPool] = 5 * gib }, CheckDiskSpace, "host-1", CheckWarn, "pool has only"},
		"disk unknown":   {func(_ []Host, f, _ *Facts) { delete(f.DiskFreeBytes, DiskKubelet) }, CheckDiskSpace, "host-1", CheckUnknown, "kubelet"},
		"images":         {func(_ []Host, f, _ *Facts) { f.DiskFreeBytes[DiskContainerd] = 1400 << 20 }, CheckDiskSpace, "host-1", CheckFail, "containerd"},
		"pool drive":     {func(h []Host, _, _ *Facts) { h[1].PoolDrive.Path = "/dev/sdc" }, CheckStorageDrive, "host-1", CheckFail, "is on /dev/sdc, not on /dev/sdb"},
		"no pool drive":  {func(h []Host, _, _ *Facts) { h[3].PoolDrive = nil }, CheckStorageDrive, "host-3", CheckFail, "a folder of the system disk, not /dev/sdb"},
		"registry port":  {func(_ []Host, f, _ *Facts) { f.PortsBusy["30003/tcp"] = "nginx" }, CheckPortsFree, "host-1", CheckFail, "30003/tcp (in-cluster registry): nginx"},
		"registry way":   {func(_ []Host, _, f *Facts) { f.Reach["id-0"]["30003/tcp"] = "refused" }, CheckPortsReachable, "host-3", CheckFail, "30003/tcp (in-cluster registry)"},
		"memory":         {func(_ []Host, f, _ *Facts) { f.MemoryBytes = gib }, CheckMemory, "host-1", CheckFail, "1.0 GiB"},
		"memory tight":   {func(_ []Host, _, f *Facts) { f.MemoryBytes = gib }, CheckMemory, "host-3", CheckWarn, "only 1.0 GiB"},
		"cpu":            {func(_ []Host, f, _ *Facts) { f.CPUs = 1 }, CheckCPU, "host-1", CheckFail, "needs 2"},
		"cpu worker":     {func(_ []Host, _, f *Facts) { f.CPUs = 1 }, CheckCPU, "host-3", CheckWarn, "only 1"},
		"cpu unknown":    {func(_ []Host, _, f *Facts) { f.CPUs = 0 }, CheckCPU, "host-3", CheckUnknown, "not counted"},
		"cgroups":        {func(_ []Host, f, _ *Facts) { f.CgroupControllers = []string{"cpu", "cpuset", "pids"} }, CheckCgroups, "host-1", CheckFail, "missing: memory"},
		"cgroup v1":      {func(_ []Host, f, _ *Facts) { f.CgroupVersion = 1 }, CheckCgroups, "host-1", CheckWarn, "version 1"},
		"kernel":         {func(_ []Host, f, _ *Facts) { f.Kernel[KernelVXLAN] = false }, CheckKernel, "host-1", CheckFail, "lacks vxlan"},
		"kernel unknown": {func(_ []Host, f, _ *Facts) { delete(f.Kernel, KernelOverlay) }, CheckKernel, "host-1", CheckUnknown, "overlay"},
		"kernel wanted":  {func(_ []Host, f, _ *Facts) { f.Kernel[KernelBrNetfilter] = false }, CheckKernel, "host-1", CheckWarn, "br_netfilter"},
		"swap":           {func(_ []Host, f, _ *Facts) { f.Swap = true }, CheckSwap, "host-1", CheckWarn, "swap is on"},
		"leftovers":      {func(_ []Host, f, _ *Facts) { f.Leftovers = []string{"/etc/kubernetes is not empty"} }, CheckLeftovers, "host-1", CheckFail, "/etc/kubernetes"},
		"unmeasured":     {func(_ []Host, f, _ *Facts) { f.Unmeasured = map[string]string{CheckSwap: "no /proc"} }, CheckSwap, "host-1", CheckUnknown, "no /proc"},
		"no facts":       {func(_ []Host, f, _ *Facts) { *f = Facts{} }, CheckMemory, "host-1", CheckUnknown, "not answered"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			hosts := testHosts(4)
			spec := testPools(1)
			spec.NTPServers = []string{"pool.example.com"}
			stack := testStack()
			for name, value := range map[string]string{VarStorageDrive: "/dev/sdb", VarInClusterRegistry: "true", VarRegistryPort: "30003"} {
				stack.Variables[name] = value
			}
			p, err := MakePlan(spec, stack, hosts)
			if err != nil {
				t.Fatal(err)
			}
			facts := goodFacts(p, hosts)
			one, worker := facts["id-1"], facts["id-3"]
			tt.change(hosts, &one, &worker)
			facts["id-1"], facts["id-3"] = one, worker
			checks := Checks(p, hosts, facts)
			i := slices.IndexFunc(checks, func(c Check) bool { return c.ID == tt.id && c.Host == tt.host && c.Status != CheckOK })
			if i < 0 {
				t.Fatalf("not found: %s on %s", tt.id, tt.host)
			}
			if c := checks[i]; c.Status != tt.status || !strings.Contains(c.Message, tt.want) || c.Fix == "" {
				t.Errorf("%+v, want %s with %q", c, tt.status, tt.want)
			}
			if stops := tt.status == CheckFail || tt.status == CheckUnknown; stops != (len(Blocked(checks, nil)) > 0) {
				t.Errorf("stops the cluster: %v", !stops)
			}
		})
	}
}

// A port that is busy on the peer shows once, on the peer, not again for every host that could not reach it.
func TestBusyPortIsNotHeldAgainstTheWay(t *testing.T) {
	hosts := testHosts(3)
	p := mustPlan(t, testPools(0), hosts)
	facts := goodFacts(p, hosts)
	facts["id-1"].PortsBusy["6443/tcp"] = "k3s"
	facts["id-0"].Reach["id-1"]["6443/tcp"] = "another program answered"
	if b := Blocked(Checks(p, hosts, facts), nil); len(b) != 1 || b[0].ID != CheckPortsFree {
		t.Errorf("blocked by %+v", b)
	}
}

func TestBlockedIgnores(t *testing.T) {
	checks := []Check{{ID: CheckClock, Host: "a", Status: CheckFail}, {ID: CheckClock, Host: "b", Status: CheckUnknown},
		{ID: CheckSwap, Host: "a", Status: CheckWarn}, {ID: CheckHostReady, Host: "a", Status: CheckFail}, {ID: CheckCPU, Status: CheckOK}}
	for _, tt := range []struct {
		ignore []string
		want   int
	}{{nil, 3}, {[]string{CheckClock}, 1}, {[]string{"clock/a"}, 2}, {[]string{CheckHostReady, "host-ready/a"}, 3}} {
		if got := Blocked(checks, tt.ignore); len(got) != tt.want {
			t.Errorf("ignoring %v: %v", tt.ignore, got)
		}
	}
}

func TestSizeText(t *testing.T) {
	for n, want := range map[int64]string{0: "0 bytes", 1023: "1023 bytes", 1536: "1.5 KiB", 3 * gib: "3.0 GiB", 5 << 50: "5120.0 TiB"} {
		if got := sizeText(n); got != want {
			t.Errorf("%d = %s, want %s", n, got, want)
		}
	}
}
