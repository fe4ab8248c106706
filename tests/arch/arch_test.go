// Package arch holds the layering of the tree: who may import whom, each rule with its reason.
package arch

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const module = "github.com/slipway-os/slipway/"

type pkg struct {
	ImportPath   string
	Dir          string
	Imports      []string
	TestImports  []string
	XTestImports []string
	GoFiles      []string
}

func packages(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Dir,Imports,TestImports,XTestImports,GoFiles", "./...")
	cmd.Dir = root(t)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []pkg
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if len(all) < 10 {
		t.Fatalf("only %d packages found: the walk is wrong", len(all))
	}
	return all
}

func root(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Dir(strings.TrimSpace(string(out)))
}

// subjects are the pure packages: rules about one subject, no effects.
var subjects = []string{"agent/network", "agent/content", "agent/cluster", "agent/profile", "agent/host", "linking"}

// leaves are packages of the project without knowledge of it, which subjects may use like a library.
var leaves = map[string]string{
	"agent/strictyaml": "one bounded, strict YAML decoder for everything that comes from outside",
}

// effectful are libraries that only effect packages may touch.
var effectful = []string{"os/exec", "net/http", "github.com/vishvananda/netlink", "github.com/coreos/go-systemd", "go.etcd.io/bbolt", "github.com/labstack/echo"}

func TestSubjectsArePure(t *testing.T) {
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, module)
		if !contains(subjects, name) {
			continue
		}
		for _, imp := range p.Imports {
			for _, e := range effectful {
				if imp == e || strings.HasPrefix(imp, e+"/") {
					t.Errorf("%s imports %s: a subject package decides, an effect package (%s/...) acts, so that every rule can be tested without a machine", name, imp, name)
				}
			}
			own, ok := strings.CutPrefix(imp, module)
			if !ok || leaves[own] != "" {
				continue
			}
			t.Errorf("%s imports %s: subjects know no other package of the project; declare the interface you need and let package agent wire it", name, own)
		}
	}
}

func TestOneOwnerPerLibrary(t *testing.T) {
	owners := map[string]struct {
		of  []string
		why string
	}{
		"go.etcd.io/bbolt":                       {[]string{"agent/state"}, "one place owns the schema, its version and its migrations"},
		"github.com/vishvananda/netlink":         {[]string{"agent/network/rtnl", "tests/lab", "agent/cluster/preflight", "agent/cluster/kubeadm"}, "addresses are networkd's; others only look"},
		"github.com/mdlayher/packet":             {[]string{"agent/arp"}, "one place asks a network who has an address"},
		"github.com/labstack/echo":               {[]string{"agent/api", "agent/apiserver", "localui"}, "HTTP routing is the server's business"},
		"github.com/coreos/go-systemd":           {[]string{"agent/systemd", "agent/network/networkd", "cmd/slipway"}, "units are driven in one place; the command says it is ready"},
		"github.com/pquerna/otp":                 {[]string{"linking"}, "the one-time password is a rule of linking"},
		"github.com/tus/tusd":                    {[]string{"agent/content/tus"}, "resumable uploads have one implementation"},
		"github.com/diskfs/go-diskfs":            {[]string{"iso", "tests/boot"}, "images are laid out in one place; the tests of machines have USB sticks of their own"},
		"github.com/rivo/tview":                  {[]string{"tui"}, "screens live in the console"},
		"cuelabs.dev/go/oci/ociregistry":         {[]string{"agent/content/registry"}, "one registry"},
		"github.com/klauspost/compress":          {[]string{"agent/content", "agent/content/bundlewriter", "cmd/slipway-build", "iso"}, "compression is part of a format, formats have owners"},
		"github.com/google/go-containerregistry": {[]string{"agent/content/bundlewriter", "agent/content/registry", "cmd/slipway-build"}, "images are built on the workstation, not on a host"},
	}
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, module)
		for _, imp := range p.Imports {
			for lib, o := range owners {
				if (imp == lib || strings.HasPrefix(imp, lib+"/")) && !below(o.of, name) {
					t.Errorf("%s imports %s: only %v may, because %s", name, imp, o.of, o.why)
				}
			}
		}
	}
}

func TestClientsKnowOnlyTheAPI(t *testing.T) {
	ok := []string{"agent/api", "agent/apiclient"}
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, module)
		if !below([]string{"tui", "localui"}, name) {
			continue
		}
		for _, imp := range p.Imports {
			if own, is := strings.CutPrefix(imp, module); is && !contains(ok, own) && !below([]string{"tui", "localui"}, own) {
				t.Errorf("%s imports %s: the screens are clients of the API, so that whatever they do a script can do", name, own)
			}
		}
	}
}

func TestOnlyCommandsImportTheAgent(t *testing.T) {
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, module)
		for _, imp := range p.Imports {
			if imp == module+"agent" && !strings.HasPrefix(name, "cmd/") {
				t.Errorf("%s imports agent: the wiring knows every package, nobody but a command may know the wiring", name)
			}
			if strings.HasPrefix(imp, module+"tests/") && !strings.HasPrefix(name, "tests/") {
				t.Errorf("%s imports %s: product code never needs the tests", name, imp)
			}
		}
	}
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	for _, p := range packages(t) {
		if len(p.GoFiles) == 0 {
			continue
		}
		found := false
		for _, f := range p.GoFiles {
			b, err := os.ReadFile(filepath.Join(p.Dir, f))
			if err != nil {
				t.Fatal(err)
			}
			text := "\n" + string(b)
			found = found || strings.Contains(text, "\n// Package ") || strings.Contains(text, "\n// Command ")
		}
		if !found {
			t.Errorf("%s has no package comment: a newcomer starts reading there", p.ImportPath)
		}
	}
}

func TestTopLevel(t *testing.T) {
	want := strings.Fields("cmd agent tui localui linking iso systemd tests go.mod go.sum Makefile README.md LICENSE")
	entries, err := os.ReadDir(root(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") && !contains(want, e.Name()) && e.Name() != "bin" {
			t.Errorf("%s at the top level: the tree is fixed to %v", e.Name(), want)
		}
	}
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

func below(list []string, s string) bool {
	for _, x := range list {
		if s == x || strings.HasPrefix(s, x+"/") {
			return true
		}
	}
	return false
}
