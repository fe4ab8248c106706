package lab

import (
	_ "embed"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/google/uuid"

	"github.com/slipway-os/slipway/iso/rootfs"
	"github.com/slipway-os/slipway/systemd"
)

//go:embed scripts/host.sh
var hostScript []byte

//go:embed scripts/net.sh
var netScript []byte

//go:embed scripts/init.sh
var initScript []byte

// agentSettings tell the agent what is different here: the kubelet may not lower
// its OOM score without CAP_SYS_RESOURCE, and the kernel may still have cgroup v1.
const agentSettings = `lab: true
kubelet:
  oomScoreAdj: 0
  failCgroupV1: false
`

const containerdConfig = "/etc/containerd/config.toml"

// criSection is the part of containerd's settings that takes the lab's own.
const criSection = `[plugins."io.containerd.grpc.v1.cri"]` + "\n"

// seed is the content of the layer that lies over the root file system of a host.
func (h *Host) seed(containerd string) (map[string]string, error) {
	if strings.Count(containerd, criSection) != 1 {
		return nil, fmt.Errorf("the root file system's %s has no section %s", containerdConfig, strings.TrimSpace(criSection))
	}
	files := map[string]string{
		"/etc/hostname":           h.Name() + "\n",
		"/etc/slipway/agent.yaml": agentSettings,
		// Containers cannot get a lower OOM score than this machine gave us.
		containerdConfig: strings.Replace(containerd, criSection, criSection+"  restrict_oom_score_adj = true\n", 1),
		// The kernel is this machine's: Debian's modules do not fit it.
		"/etc/modules-load.d/slipway.conf": "",
	}
	for name, text := range h.lab.options.Files {
		if !path.IsAbs(name) || path.Clean(name) != name {
			return nil, fmt.Errorf("Options.Files: %q is not a clean absolute path", name)
		}
		files[name] = text
	}
	return files, nil
}

// ConsoleFiles are for Options.Files and put the slipway console on the hosts' consoles in
// place of the login prompt: the unit of the real hosts' first terminal.
func ConsoleFiles() (map[string]string, error) {
	unit, err := fs.ReadFile(systemd.Files(), "usr/lib/systemd/system/slipway-console@.service")
	if err != nil {
		return nil, err
	}
	text := strings.NewReplacer("%I", "console", "%i", "console").Replace(string(unit))
	return map[string]string{"/etc/systemd/system/console-getty.service": text}, nil
}

// prepare writes the host's folder; the host is off.
func (h *Host) prepare() error {
	containerd, err := os.ReadFile(filepath.Join(h.lab.rootfs(), containerdConfig))
	if err != nil {
		return fmt.Errorf("the tree %s is no Slipway root file system: %w", h.lab.options.Rootfs, err)
	}
	files, err := h.seed(string(containerd))
	if err != nil {
		return err
	}
	for name, text := range files {
		mode := os.FileMode(0o644)
		if strings.HasPrefix(text, "#!") {
			mode = 0o755
		}
		if err := write(filepath.Join(h.dir, "seed", name), text, mode); err != nil {
			return err
		}
	}
	if err := write(filepath.Join(h.dir, "seed/usr/lib/slipway-lab/init"), string(initScript), 0o755); err != nil {
		return err
	}
	if err := write(filepath.Join(h.dir, "disks"), "", 0o600); err != nil {
		return err
	}
	return write(filepath.Join(h.dir, "host.env"), h.environment(), 0o600)
}

// environment is what host.sh needs to know, as assignments of sh.
func (h *Host) environment() string {
	persistent := append(rootfs.PersistentPaths(), "/oem", "/usr/local")
	var b strings.Builder
	for _, pair := range [][2]string{
		{"HOST", h.Name()},
		{"CGROUP", h.lab.cgroup(h.Name())},
		{"MAC", h.MAC()},
		{"UUID", uuid.NewString()},
		{"LAB_NETNS", h.lab.Netns()},
		{"ROOT", h.lab.rootfs()},
		{"PERSISTENT", strings.Join(persistent, " ")},
		{"WRITABLE", strings.Join(rootfs.RWPaths(), " ")},
	} {
		fmt.Fprintf(&b, "%s=%s\n", pair[0], quote(pair[1]))
	}
	return b.String()
}

func write(name, text string, mode os.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, []byte(text), mode)
}
