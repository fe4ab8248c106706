package cluster

import (
	"strings"
)

// needControllers are the cgroup controllers that the kubelet needs whatever the cgroup version
// (https://kubernetes.io/docs/concepts/architecture/cgroups/ and kubeadm's system verification).
var needControllers = []string{"cpu", "cpuset", "memory", "pids"}

func cgroups(_ run, s subject) []verdict {
	if s.facts.CgroupControllers == nil {
		return []verdict{unknown("the cgroup controllers were not read")}
	}
	if lost := missing(needControllers, s.facts.CgroupControllers); len(lost) > 0 {
		return []verdict{fail("Boot a kernel with these controllers, or take cgroup_disable= off its command line.",
			"cgroup controllers are missing: %s", strings.Join(lost, ", "))}
	}
	if s.facts.CgroupVersion == 1 {
		return []verdict{warn("Boot with cgroup version 2 (systemd.unified_cgroup_hierarchy=1) when you can.",
			"cgroup version 1, which Kubernetes only maintains")}
	}
	return []verdict{ok("cgroup controllers are there")}
}

// needKernel are the features without which pods or their network do not start; wantKernel only make some set-ups better.
var (
	needKernel = []KernelFeature{KernelOverlay, KernelIPTables, KernelIPForward, KernelConntrack, KernelVXLAN, KernelIPSet}
	wantKernel = []KernelFeature{KernelBrNetfilter}
)

func kernel(_ run, s subject) []verdict {
	var lost, wanted []string
	for _, f := range needKernel {
		has, measured := s.facts.Kernel[f]
		if !measured {
			return []verdict{unknown("kernel feature %s was not measured", f)}
		}
		if !has {
			lost = append(lost, string(f))
		}
	}
	for _, f := range wantKernel {
		if !s.facts.Kernel[f] {
			wanted = append(wanted, string(f))
		}
	}
	fix := "Load the modules or boot a kernel that has them; the appliance image's own kernel does."
	switch {
	case len(lost) > 0:
		return []verdict{fail(fix, "the kernel lacks %s", strings.Join(lost, ", "))}
	case len(wanted) > 0:
		return []verdict{warn(fix, "the kernel lacks %s", strings.Join(wanted, ", "))}
	}
	return []verdict{ok("the kernel has what is needed")}
}

func swap(_ run, s subject) []verdict {
	if s.facts.Swap {
		return []verdict{warn("Nothing to do; take swap out of /etc/fstab to keep it off for good.",
			"swap is on; it is switched off when the cluster is made")}
	}
	return []verdict{ok("swap is off")}
}

func leftovers(_ run, s subject) []verdict {
	if s.facts.Leftovers == nil {
		return []verdict{unknown("the host was not searched for an earlier Kubernetes")}
	}
	if n := len(s.facts.Leftovers); n > 0 {
		return []verdict{fail("Run `slipway host clean` on it.",
			"%d leftovers of an earlier Kubernetes: %s", n, reason(s.facts.Leftovers))}
	}
	return []verdict{ok("nothing is left of an earlier Kubernetes")}
}
