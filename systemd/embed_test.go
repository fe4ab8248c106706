package systemd

import (
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"
)

// sections are those of systemd.unit(5), systemd.network(5) and the like that our
// files may use; a misspelt one is silently ignored by systemd.
var sections = map[string][]string{
	".service": {"[Unit]", "[Service]", "[Install]"},
	".network": {"[Match]", "[Link]", "[Network]", "[DHCPv4]"},
}

func TestUnitSyntax(t *testing.T) {
	seen := 0
	err := fs.WalkDir(Files(), ".", func(name string, entry fs.DirEntry, err error) error {
		allowed := sections[path.Ext(name)]
		if err != nil || allowed == nil {
			return err
		}
		seen++
		text, err := fs.ReadFile(Files(), name)
		checkUnit(t, name, string(text), allowed)
		return err
	})
	if err != nil || seen < 5 {
		t.Fatalf("%d units read: %v", seen, err)
	}
}

func checkUnit(t *testing.T, name, text string, allowed []string) {
	section := ""
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		switch {
		case line == "", strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "["):
			if section = line; !strings.Contains(strings.Join(allowed, ""), line) {
				t.Errorf("%s: section %s", name, line)
			}
		case section == "" || !strings.Contains(line, "="):
			t.Errorf("%s: stray line %q", name, line)
		}
	}
}

// A link to a unit that is not there enables nothing, and systemd does not say so.
func TestLinks(t *testing.T) {
	debian := map[string]bool{"systemd-networkd.service": true}
	for _, link := range append(Links(), AgentLinks()...) {
		if path.IsAbs(link.Path) {
			t.Errorf("%s is not relative to the tree", link.Path)
		}
		if link.Target == "/dev/null" || debian[path.Base(link.Target)] {
			continue
		}
		unit := path.Join(path.Dir(link.Path), link.Target)
		if _, err := fs.Stat(Files(), unit); err != nil {
			t.Errorf("%s leads nowhere: %v", link.Path, err)
		}
	}
}

// What the agent and the cluster engine rely on.
func TestContracts(t *testing.T) {
	for name, wants := range map[string][]string{
		"usr/lib/systemd/system/slipway-agent.service":       {"Type=notify", "ExecStart=/usr/bin/slipway agent", "StateDirectory=slipway", "StateDirectoryMode=0700"},
		"usr/lib/systemd/system/kubelet.service":             {"/var/lib/slipway/kubernetes/current/bin/kubelet $KUBELET_KUBECONFIG_ARGS $KUBELET_CONFIG_ARGS $KUBELET_KUBEADM_ARGS", "/var/lib/kubelet/kubeadm-flags.env"},
		"usr/lib/systemd/network/70-slipway-default.network": {"DHCP=ipv4", "KeepConfiguration=static"},
		"usr/lib/systemd/system/slipway-console@.service":    {"User=slipway-console", "ExecStart=/usr/bin/slipway tui --console", "MemoryMax=", "CapabilityBoundingSet=\n", "DeviceAllow=/dev/%I rw\n"},
		"usr/lib/sysusers.d/slipway.conf":                    {"m slipway-console slipway\n"},
		"etc/containerd/config.toml":                         {"SystemdCgroup = true", `"registry.k8s.io/pause:3.10"`, `config_path = "/etc/containerd/certs.d"`},
		"etc/containerd/certs.d/_default/hosts.toml":         {`server = "http://127.0.0.1:5081"`, `capabilities = ["pull", "resolve"]`},
	} {
		text, err := fs.ReadFile(Files(), name)
		if err != nil {
			t.Error(err)
		}
		for _, want := range wants {
			if !strings.Contains(string(text), want) {
				t.Errorf("%s lacks %q", name, want)
			}
		}
	}
	kubelet, err := fs.ReadFile(Files(), "usr/lib/systemd/system/kubelet.service")
	if err != nil || strings.Contains(string(kubelet), "[Install]") {
		t.Errorf("the kubelet could be enabled (%v): only the agent starts it", err)
	}
}

// The embedded tree is what is in the folder, files with a leading _ too.
func TestFilesAreComplete(t *testing.T) {
	err := fs.WalkDir(os.DirFS("files"), ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			_, err = fs.Stat(Files(), name)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
