package appliance

import (
	"reflect"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	got, err := Parse([]byte(`version: 1
release: v2.0.1-rc.1
userData: user-data.yaml
consoles: [tty1, "ttyS1,115200n8"]
kernelArguments: [iommu=pt]
install:
  target: /dev/disk/by-id/wwn-0x5000
  minimumDiskGiB: 40
  overwrite: true
  pool: none
  after: poweroff
`))
	want := Appliance{
		Version: 1, Release: "v2.0.1-rc.1", UserData: "user-data.yaml", Consoles: []string{"tty1", "ttyS1,115200n8"},
		KernelArguments: []string{"iommu=pt"},
		Install:         Install{Target: "/dev/disk/by-id/wwn-0x5000", MinimumDiskGiB: 40, Overwrite: true, Pool: "none", After: "poweroff"},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
	got, err = Parse([]byte("version: 1\n"))
	if err != nil || !reflect.DeepEqual(got, Default()) {
		t.Errorf("what is left out: got %+v, %v", got, err)
	}
}

func TestParseRefuses(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"empty":           {"", "is empty"},
		"unknown key":     {"version: 1\ninstal: {}\n", "line 2"},
		"wrong kind":      {"version: 1\ninstall:\n  minimumDiskGiB: many\n", "line 3"},
		"repeated key":    {"version: 1\nversion: 1\n", "version"},
		"later version":   {"version: 2\n", "line 1, column 10: version: this slipway-build knows version 1"},
		"release":         {"version: 1\nrelease: latest\n", "line 2, column 10: release: want a version such as v1.2.0"},
		"after":           {"version: 1\ninstall:\n  after: explode\n", "line 3, column 10: install.after: want reboot, poweroff or nothing"},
		"small":           {"version: 1\ninstall:\n  minimumDiskGiB: 1\n", "line 3, column 19: install.minimumDiskGiB: want 16 to 65536"},
		"target":          {"version: 1\ninstall: {target: /etc/passwd}\n", "line 2, column 19: install.target: want auto"},
		"target climbs":   {"version: 1\ninstall: {target: /dev/../etc/passwd}\n", "install.target"},
		"pool":            {"version: 1\ninstall: {pool: second}\n", "install.pool: want auto, none"},
		"argument":        {"version: 1\nkernelArguments: ['a; reboot']\n", "line 2, column 18: kernelArguments: \"a; reboot\" has characters"},
		"console":         {"version: 1\nconsoles: [../tty1]\n", "is no console"},
		"no console":      {"version: 1\nconsoles: []\n", "one to four"},
		"user data above": {"version: 1\nuserData: ../secret\n", "beside appliance.yaml"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Parse([]byte(test.text)); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

// What slipway-build writes on a medium, the installer reads.
func TestInstallRoundTrip(t *testing.T) {
	want := Install{Target: "/dev/vda", MinimumDiskGiB: 20, Overwrite: true, Pool: "/dev/vdb", After: AfterNothing}
	data, err := want.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := ParseInstall(data); err != nil || got != want {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := ParseInstall([]byte("after: explode\n")); err == nil {
		t.Error("a mistake on the medium was taken")
	}
}

func TestCloudConfig(t *testing.T) {
	a := Default()
	a.KernelArguments = []string{"iommu=pt", "quiet"}
	got, err := a.CloudConfig([]byte("#cloud-config\n{hostname: a}\n"))
	want := "#cloud-config\nhostname: a\ninstall:\n    grub_options:\n        extra_cmdline: iommu=pt quiet\n    nousers: true\n"
	if err != nil || string(got) != want {
		t.Errorf("got %q, %v", got, err)
	}
	if got, err = Default().CloudConfig(nil); err != nil || string(got) != "#cloud-config\ninstall:\n    nousers: true\n" {
		t.Errorf("without user data: got %q, %v", got, err)
	}
}

func TestOverride(t *testing.T) {
	base := "#cloud-config\nhostname: a\nstages:\n  boot: [one]\n  network: [two]\ninstall:\n  nousers: true\n"
	got, err := Override([]byte(base), []byte("#cloud-config\nhostname: b\nstages:\n  boot: [three]\nextra: 1\n"))
	want := "#cloud-config\nextra: 1\nhostname: b\ninstall:\n    nousers: true\nstages:\n    boot:\n        - three\n    network:\n        - two\n"
	if err != nil || string(got) != want {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := Override([]byte(base), []byte("#cloud-config\ninstall: {}\n")); err == nil {
		t.Error("user-data changed how to install")
	}
}

func TestUserData(t *testing.T) {
	for text, want := range map[string]string{
		"#cloud-config\nhostname: a\n":          "",
		"#cloud-config\n":                       "is empty",
		"hostname: a\n":                         "first line",
		"#cloud-config\nhostname: [\n":          "cannot be read",
		"#cloud-config\na: 1\ninstall: {}\n":    "line 3: leave out install",
		"#cloud-config\n- a\n":                  "cannot be read",
		"#cloud-config\nstages: {}\nstages: {}": "stages",
	} {
		_, err := Default().CloudConfig([]byte(text))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("version: 1\ninstall: {target: /dev/sda}\nkernelArguments: [a=b]\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := Parse(data)
		if err != nil {
			return
		}
		// What gets into grub.cfg must not be able to end its line or be read as GRUB's own.
		for _, argument := range append(a.KernelArguments, append(a.Consoles, a.Release)...) {
			if strings.ContainsAny(argument, " \n\t;{}$\"'`\\|&<>#") {
				t.Errorf("%q was taken", argument)
			}
		}
	})
}
