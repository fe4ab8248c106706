package cluster

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// The sizes. CPU and memory of control-plane hosts are kubeadm's own minimums (1700 MB, 2 CPUs); the etcd place must take its
// default quota of 2 GiB (https://etcd.io/docs/v3.5/dev-guide/limit/).
const (
	gib              = int64(1) << 30
	minMemory        = 1700 * 1000 * 1000
	minWorkerMemory  = 1 * gib
	goodMemory       = 4 * gib
	minControlCPUs   = 2
	minKubeletBytes  = 1 * gib
	minEtcdBytes     = 2 * gib
	poolReserveBytes = 1 * gib
	goodDiskBytes    = 10 * gib
	// unpackFactor is how much room a compressed image takes in containerd: itself and what it unpacks to, measured at 4.8.
	unpackFactor = 5
)

// etcd complains about peers whose clocks differ by more than a second; certificates fail when it is minutes.
const (
	clockWarn = time.Second
	clockFail = 30 * time.Second
)

func hostReady(_ run, s subject) []verdict {
	switch {
	case s.host.ID == "":
		return []verdict{fail("Link the host, or take it out of the spec.", "the host is not linked any more")}
	case s.host.InUse || s.facts.InCluster:
		return []verdict{fail("Delete that cluster first, or choose another host.", "the host is in a cluster already")}
	case !s.host.Connected:
		return []verdict{fail("Start the host and check its network; it comes back by itself.", "the host is not connected to the leader")}
	}
	return []verdict{ok("linked and free")}
}

func version(r run, s subject) []verdict {
	for _, h := range r.hosts {
		if h.Leader && h.Version != s.host.Version {
			return []verdict{fail("Bring all hosts to the same version of the appliance.",
				"agent %s, but the leader %s has %s", s.host.Version, h.Name, h.Version)}
		}
	}
	return []verdict{ok("agent %s", s.host.Version)}
}

// sameAs names the other hosts of the run for which value is the same.
func (r run) sameAs(s subject, value func(subject) string) []string {
	var out []string
	for _, o := range r.subjects {
		if o.member.Node.HostID != s.member.Node.HostID && value(o) == value(s) {
			out = append(out, o.member.Node.Name)
		}
	}
	return out
}

func uniqueName(r run, s subject) []verdict {
	if s.facts.HostName == "" {
		return []verdict{unknown("the host did not say its name")}
	}
	twins := r.sameAs(s, func(o subject) string { return strings.ToLower(o.facts.HostName) })
	if len(twins) > 0 {
		return []verdict{fail("Give each host a host name of its own, on its console or with `slipway network set --hostname`.",
			"the host name %s is also that of %s", s.facts.HostName, strings.Join(twins, ", "))}
	}
	return []verdict{ok("host name %s", s.facts.HostName)}
}

func uniqueMachineID(r run, s subject) []verdict {
	if s.facts.MachineID == "" {
		return []verdict{unknown("the host did not say its machine id")}
	}
	twins := r.sameAs(s, func(o subject) string { return o.facts.MachineID })
	if len(twins) > 0 {
		return []verdict{fail("One was cloned from the other: install it anew, or empty /etc/machine-id and restart it.",
			"the machine id is also that of %s", strings.Join(twins, ", "))}
	}
	return []verdict{ok("machine id is its own")}
}

func clock(_ run, s subject) []verdict {
	if s.facts.ClockOffsetNanos == nil {
		return []verdict{unknown("the clock was not compared with the leader's")}
	}
	off := time.Duration(*s.facts.ClockOffsetNanos)
	text := fmt.Sprintf("clock differs by %s from the leader's", off.Abs().Round(time.Millisecond))
	switch {
	case off.Abs() > clockFail:
		return []verdict{fail("Set the clock, or give the hosts an NTP server that they reach.", "%s", text)}
	case off.Abs() > clockWarn:
		return []verdict{warn("Give the hosts an NTP server that they reach.", "%s", text)}
	}
	return []verdict{ok("%s", text)}
}

func contentPresent(r run, s subject) []verdict {
	if s.facts.ContentMissing > 0 {
		return []verdict{fail("Wait until content is Synced on this host; upload the bundle again if it does not move.",
			"%d of %d blobs (%s) are not on this host yet", s.facts.ContentMissing, len(r.plan.Blobs), sizeText(s.facts.ContentMissingBytes))}
	}
	return []verdict{ok("all %d blobs are on this host", len(r.plan.Blobs))}
}

func diskSpace(r run, s subject) []verdict {
	if s.facts.DiskFreeBytes == nil {
		return []verdict{unknown("the free space was not measured")}
	}
	var images int64
	for _, b := range r.plan.Blobs {
		images += b.SizeBytes
	}
	needs := []struct {
		place DiskPlace
		bytes int64
	}{
		{DiskPool, s.facts.ContentMissingBytes + poolReserveBytes},
		{DiskContainerd, images*unpackFactor + poolReserveBytes},
		{DiskKubelet, minKubeletBytes},
		{DiskEtcd, minEtcdBytes},
	}
	low := verdict{status: CheckOK, message: "enough free space"}
	for _, n := range needs {
		free, measured := s.facts.DiskFreeBytes[n.place]
		if n.place == DiskEtcd && s.member.Role == RoleWorker {
			continue
		}
		fix := "Free space or use a larger disk."
		switch {
		case !measured:
			return []verdict{unknown("the free space of %s was not measured", n.place)}
		case free < n.bytes:
			return []verdict{fail(fix, "%s has %s free and needs %s", n.place, sizeText(free), sizeText(n.bytes))}
		case free < goodDiskBytes && low.status == CheckOK:
			low = warn(fix, "%s has only %s free", n.place, sizeText(free))
		}
	}
	return []verdict{low}
}

func memory(_ run, s subject) []verdict {
	need := minWorkerMemory
	if s.member.Role != RoleWorker {
		need = minMemory
	}
	has := s.facts.MemoryBytes
	switch {
	case has <= 0:
		return []verdict{unknown("the memory was not measured")}
	case has < need:
		return []verdict{fail("Give the host more memory.", "%s of memory; a host of this role needs %s", sizeText(has), sizeText(need))}
	case has < goodMemory:
		return []verdict{warn("Give the host more memory before real work runs on it.", "only %s of memory", sizeText(has))}
	}
	return []verdict{ok("%s of memory", sizeText(has))}
}

func cpu(_ run, s subject) []verdict {
	switch n := s.facts.CPUs; {
	case n <= 0:
		return []verdict{unknown("the CPUs were not counted")}
	case n < minControlCPUs && s.member.Role != RoleWorker:
		return []verdict{fail("Give the host more CPUs.", "%d CPU; a control-plane host needs %d", n, minControlCPUs)}
	case n < minControlCPUs:
		return []verdict{warn("Give the host more CPUs before real work runs on it.", "only %d CPU", n)}
	default:
		return []verdict{ok("%d CPUs", n)}
	}
}

// sizeText prints bytes as people read them, in binary units.
func sizeText(n int64) string {
	units := []string{"bytes", "KiB", "MiB", "GiB", "TiB"}
	f, i := float64(n), 0
	for f >= 1024 && i < len(units)-1 {
		f, i = f/1024, i+1
	}
	if i == 0 {
		return fmt.Sprintf("%d bytes", n)
	}
	return fmt.Sprintf("%.1f %s", f, units[i])
}

// missing returns those of want that are not in has.
func missing(want, has []string) []string {
	return slices.DeleteFunc(slices.Clone(want), func(w string) bool { return slices.Contains(has, w) })
}
