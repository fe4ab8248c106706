package appliance

import (
	"strings"
	"testing"
)

// Features 3, 5 and 20. What an appliance bakes in and presets becomes Kairos' configuration and the host's preset.
func TestEverythingAnApplianceCanSay(t *testing.T) {
	a, err := Parse([]byte(`version: 1
host:
  hostname: dock
  ntp: [ntp.example.com]
  network:
    - {name: "*", dns: [10.0.0.53]}
content:
  bundles: [default.tar.zst, /srv/other.tar.zst]
  definitions: [definitions/edge.yaml]
storage:
  persistentGiB: 20
  bindMounts: [/var/lib/acme]
  partitions:
    - {name: data, label: ACME_DATA, sizeMiB: 2048, fs: xfs}
`))
	if err != nil {
		t.Fatal(err)
	}
	got, err := a.CloudConfig([]byte("#cloud-config\nstages: {}\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"bind_mounts:\n        - /var/lib/acme\n", "extra-dirs-rootfs:\n        - /var/lib/acme\n", "upgrade:\n    extra-dirs-rootfs:\n",
		"label: ACME_DATA", "persistent:\n            fs: ext4\n            size: 20480\n", "slipway:\n    hostname: dock\n", "- ntp.example.com\n", "- 10.0.0.53\n",
	} {
		if !strings.Contains(string(got), want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
	if n := a.WithRoom(3 << 30).Install.MinimumDiskGiB; n != 16+20+2+3 {
		t.Errorf("the smallest disk has %d GiB", n)
	}
	if n := Default().WithRoom(0).Install.MinimumDiskGiB; n != 16 {
		t.Errorf("without anything the smallest disk has %d GiB", n)
	}
}

func TestStorageAndHostRefused(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"network":         {"host:\n  network:\n    - {name: eth0, addresses: [10.0.0.1]}\n", "line 4, column 31: host.network.0.addresses: \"10.0.0.1\" is not an address with its prefix length"},
		"left out":        {"host:\n  network:\n    - {dhcp: true}\n", "line 4, column 7: host.network.0.name"},
		"ntp":             {"host: {ntp: ['a b']}\n", "line 2, column 13: host.ntp"},
		"proxy":           {"host: {proxy: {http: 'ftp://x'}}\n", "line 2, column 22: host.proxy.http"},
		"bundle above":    {"content: {bundles: [../a.zst]}\n", "line 2, column 21: content.bundles.0"},
		"a name of ours":  {"storage: {partitions: [{name: state, label: A, sizeMiB: 500, fs: ext4}]}\n", "storage.partitions.0.name"},
		"a label of ours": {"storage: {partitions: [{name: a, label: COS_STATE, sizeMiB: 500, fs: ext4}]}\n", "storage.partitions.0.label"},
		"label twice":     {"storage: {partitions: [{name: a, label: A, sizeMiB: 500, fs: ext4}, {name: b, label: A, sizeMiB: 500, fs: ext4}]}\n", "storage.partitions.1.label"},
		"file system":     {"storage: {partitions: [{name: a, label: A, sizeMiB: 500, fs: ntfs}]}\n", "want ext4 or xfs"},
		"two rests":       {"storage: {partitions: [{name: a, label: A, fs: ext4}]}\n", "only when persistentGiB says"},
		"mount":           {"storage: {bindMounts: [/var/lib/slipway/pool]}\n", "line 2, column 24: storage.bindMounts.0"},
		"mount climbs":    {"storage: {bindMounts: [/srv/../etc]}\n", "storage.bindMounts.0"},
		"tiny":            {"storage: {persistentGiB: 1}\n", "line 2, column 26: storage.persistentGiB"},
	} {
		if _, err := Parse([]byte("version: 1\n" + test.text)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %q", name, err, test.want)
		}
	}
}

// Feature 6. The user-data of a second medium gives one machine its own address; what could not be applied is refused there.
func TestCIDataChangesThePreset(t *testing.T) {
	base := "#cloud-config\nslipway:\n  ntp: [10.0.0.1]\n"
	got, err := Override([]byte(base), []byte("#cloud-config\nslipway:\n  hostname: dock7\n"))
	if err != nil || !strings.Contains(string(got), "hostname: dock7") || !strings.Contains(string(got), "10.0.0.1") {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := Override([]byte(base), []byte("#cloud-config\nslipway:\n  hostname: -\n")); err == nil {
		t.Error("a host name that cannot be was taken")
	}
	if _, err := Default().CloudConfig([]byte("#cloud-config\nslipway: {}\n")); err == nil || !strings.Contains(err.Error(), "under host") {
		t.Errorf("two places for one thing: %v", err)
	}
}
