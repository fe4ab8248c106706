package rootfs

import (
	"os"
	"path/filepath"
	"strings"
)

// The rest of this file is the layout contract with immucore
// (https://kairos.io/docs/advanced/customizing/, "Bind mounts"): the root is
// read-only, what RWPaths names is an overlay in memory, and of that only what
// PersistentPaths names is still there after a reboot.

// RWPaths are writable and forgotten at every boot.
func RWPaths() []string { return []string{"/etc", "/srv", "/var"} }

// PersistentPaths survive a reboot: directories of the persistent partition,
// bound over the tree. On their first boot they start as the tree's own content.
func PersistentPaths() []string {
	return []string{
		"/etc/cni",
		"/etc/kubernetes",
		"/etc/slipway",
		"/etc/ssh",
		"/etc/systemd/network",
		"/home",
		"/opt",
		"/root",
		"/usr/libexec/kubernetes", // the volume plug-ins that kubeadm's controller manager mounts
		"/var/lib/calico",
		"/var/lib/cni",
		"/var/lib/containerd",
		"/var/lib/etcd",
		"/var/lib/kubelet",
		"/var/lib/private",
		"/var/lib/slipway",
		"/var/lib/systemd",
		"/var/log",
	}
}

// mountPoints must exist in the tree, for nothing can make them on a read-only root.
func mountPoints() []string {
	return append([]string{"/oem", "/usr/local", "/run/initramfs"}, append(RWPaths(), PersistentPaths()...)...)
}

func makeMountPoints(dir string) error {
	for _, path := range mountPoints() {
		if err := os.MkdirAll(filepath.Join(dir, path), 0o755); err != nil {
			return err
		}
	}
	return nil
}

// layoutStage is the yip file that tells immucore the layout.
func layoutStage() []byte {
	return []byte(`# The layout of an installed host: what is writable and what survives a reboot.
name: Slipway layout
stages:
  rootfs:
    - name: Read-only root, writable overlays, persistent directories
      if: '[ -e /run/cos/active_mode ] || [ -e /run/cos/passive_mode ]'
      environment_file: /run/cos/cos-layout.env
      environment:
        VOLUMES: "LABEL=COS_PERSISTENT:/usr/local"
        OVERLAY: "tmpfs:25%"
        RW_PATHS: "` + strings.Join(RWPaths(), " ") + `"
        PERSISTENT_STATE_TARGET: "/usr/local/.state"
        PERSISTENT_STATE_PATHS: "` + strings.Join(PersistentPaths(), " ") + `"
        PERSISTENT_STATE_BIND: "true"
    - name: Recovery and reset leave the disks alone, all writing goes to memory
      if: '[ -e /run/cos/recovery_mode ] || [ -e /run/cos/autoreset_mode ]'
      environment_file: /run/cos/cos-layout.env
      environment:
        OVERLAY: "tmpfs:25%"
        RW_PATHS: "` + strings.Join(append(RWPaths(), "/home", "/opt", "/root", "/usr/local"), " ") + `"
  rootfs.after:
    - name: Directories of the appliance's own, which kairos-agent noted in a file that immucore does not read
      if: '[ -e /run/cos/custom-layout.env ] && { [ -e /run/cos/active_mode ] || [ -e /run/cos/passive_mode ]; }'
      commands: ["cat /run/cos/custom-layout.env >> /run/cos/cos-layout.env"]
`)
}
