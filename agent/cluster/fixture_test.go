package cluster

import (
	"fmt"
	"testing"
	"time"
)

var t0 = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

// testHosts returns n linked hosts host-0.. on 192.0.2.10.. ; host-0 is the leader.
func testHosts(n int) []Host {
	var hosts []Host
	for i := range n {
		hosts = append(hosts, Host{ID: fmt.Sprintf("id-%d", i), Name: fmt.Sprintf("host-%d", i), Connected: true, Version: "v1", Leader: i == 0,
			DNSServers: []string{"192.0.2.1"}, PoolDrive: &Drive{Path: "/dev/sdb", Serial: fmt.Sprintf("S-%d", i)},
			Adapters: []AdapterFacts{{Name: "mgmt", MAC: fmt.Sprintf("02:00:00:00:01:%02x", i), Prefixes: []string{fmt.Sprintf("198.51.100.%d/24", 10+i)}},
				{Name: "eth0", MAC: fmt.Sprintf("02:00:00:00:00:%02x", i), Prefixes: []string{fmt.Sprintf("192.0.2.%d/24", 10+i)}, DefaultRoute: true}}})
	}
	return hosts
}

func testStack() Stack {
	return Stack{
		Definition: DefinitionRef{Name: "default", Version: "1.0.0"},
		Packs: []Pack{{Name: "kubernetes", Version: "1.32.3", Layer: "kubernetes"}, {Name: "kube-vip", Version: "0.9.2", Layer: "vip"},
			{Name: "calico", Version: "3.28.5", Layer: "cni"}},
		Variables: map[string]string{VarPodCIDR: "100.64.0.0/18", VarServiceCIDR: "100.64.64.0/18", "password": "hunter2"},
		Masked:    []string{"password"},
		Blobs:     []BlobRef{{Digest: "sha256:aa", SizeBytes: 100 << 20}},
	}
}

func testSpec() Spec {
	return Spec{Name: "demo", VIP: "192.0.2.100", Definition: DefinitionRef{Name: "default"}}
}

// testPools is a spec with three control-plane hosts and the others as workers.
func testPools(workers int) Spec {
	s := testSpec()
	s.Pools = []Pool{{Name: "cp", Role: RoleControlPlane, Hosts: []PoolHost{{Host: "host-0"}, {Host: "id-1"}, {Host: "host-2"}}}}
	if workers > 0 {
		p := Pool{Name: "w", Role: RoleWorker, Labels: map[string]string{"example.com/rack": "r1"}}
		for i := range workers {
			p.Hosts = append(p.Hosts, PoolHost{Host: fmt.Sprintf("host-%d", 3+i)})
		}
		s.Pools = append(s.Pools, p)
	}
	return s
}

func mustPlan(t testing.TB, spec Spec, hosts []Host) Plan {
	t.Helper()
	p, err := MakePlan(spec, testStack(), hosts)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func testRecord(t testing.TB, workers int) Record {
	t.Helper()
	spec := testPools(workers)
	secret := Secret{Token: "abcdef.0123456789abcdef", CertificateKey: "00ff"}
	return NewRecord("c1", spec, mustPlan(t, spec, testHosts(3+workers)), secret, t0)
}

// goodStatus is what a healthy cluster of this record shows.
func goodStatus(rec Record, at time.Time) *Status {
	st := &Status{ReadAt: at, VIPHolder: "host-0"}
	for _, m := range rec.Plan.Members {
		st.Nodes = append(st.Nodes, NodeStatus{Name: m.Node.Name, Ready: true, Version: "v1.32.3"})
	}
	for _, p := range rec.Plan.Config.Packs {
		st.Applications = append(st.Applications, Application{Name: p.Name, Layer: p.Layer, Version: p.Version, Status: "Running"})
	}
	return st
}

// goodFacts are facts with which every check of the plan is ok.
func goodFacts(p Plan, hosts []Host) map[string]Facts {
	out := map[string]Facts{}
	for id, req := range p.Requests("run") {
		h, _ := findHost(hosts, id)
		f := Facts{RequestID: "run", HostID: id, HostName: h.Name, MachineID: "machine-" + id, Adapters: h.Adapters, DNSServers: h.DNSServers,
			ClockOffsetNanos: new(int64), CPUs: 4, MemoryBytes: 8 * gib, CgroupVersion: 2, VIPProbed: true,
			CgroupControllers: []string{"cpu", "cpuset", "memory", "pids", "io"},
			DiskFreeBytes:     map[DiskPlace]int64{DiskPool: 50 * gib, DiskContainerd: 50 * gib, DiskKubelet: 50 * gib, DiskEtcd: 50 * gib},
			Kernel:            map[KernelFeature]bool{}, PortsBusy: map[string]string{}, Reach: map[string]map[string]string{}, Leftovers: []string{}}
		for _, k := range append(append([]KernelFeature{}, needKernel...), wantKernel...) {
			f.Kernel[k] = true
		}
		for _, peer := range req.Peers {
			f.Reach[peer.HostID] = map[string]string{}
			for _, port := range peer.Ports {
				f.Reach[peer.HostID][port.Key()] = ""
			}
		}
		out[id] = f
	}
	return out
}
