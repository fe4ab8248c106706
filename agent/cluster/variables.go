package cluster

import "strconv"

// The variables of a definition that the cluster rules read themselves. Those of the two ranges are required; a definition
// without the others has no registry for the cluster and takes the storage pool wherever it is.
const (
	VarPodCIDR     = "podCIDR"
	VarServiceCIDR = "serviceCIDR"
	// VarInClusterRegistry: "true" serves the images of the content on every control-plane host, and so at the VIP.
	VarInClusterRegistry = "inClusterRegistry"
	VarRegistryPort      = "registryPort"
	// VarStorageDrive names the disk, by path or serial number, that has to hold the storage pool of every host.
	VarStorageDrive = "storageDrive"
)

// RegistryPort is where the control-plane hosts serve the images of the content to the cluster; 0 when they do not.
func (c Config) RegistryPort() int {
	if c.Variables[VarInClusterRegistry] != "true" {
		return 0
	}
	port, err := strconv.ParseUint(c.Variables[VarRegistryPort], 10, 16)
	if err != nil {
		return 0
	}
	return int(port)
}

// storageDrive holds a host to the drive that was asked for: volumes live in the storage pool, whose disk was chosen when the
// host was installed, and no disk is ever taken for them afterwards.
func storageDrive(r run, s subject) []verdict {
	want := r.plan.Config.Variables[VarStorageDrive]
	have := s.host.PoolDrive
	const fix = "Leave the storage drive empty to take the storage pool where it is, or install the host with its storage pool on that drive."
	switch {
	case want == "":
		return []verdict{ok("volumes live in the storage pool")}
	case have == nil:
		return []verdict{fail(fix, "its storage pool is a folder of the system disk, not %s", want)}
	case want != have.Path && want != have.Serial:
		return []verdict{fail(fix, "its storage pool is on %s, not on %s", have.Path, want)}
	}
	return []verdict{ok("the storage pool is on %s", have.Path)}
}
