package rootfs

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"go.yaml.in/yaml/v3"
)

func TestPackages(t *testing.T) {
	got := packages("# head\na b # c d\n\n  e\n")
	if want := []string{"a", "b", "e"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	list := packages(packageList)
	slices.Sort(list)
	if len(list) != len(slices.Compact(slices.Clone(list))) {
		t.Error("a package is listed twice")
	}
}

func TestMmdebstrap(t *testing.T) {
	got := mmdebstrap("/out", []string{"deb http://m bookworm main"}, []string{`Acquire::http::Proxy "http://p";`})
	if tail := got[len(got)-3:]; !slices.Equal(tail, []string{"bookworm", "/out", "deb http://m bookworm main"}) {
		t.Errorf("the command ends with %q", tail)
	}
	if !slices.Contains(got, `--aptopt=Acquire::http::Proxy "http://p";`) {
		t.Errorf("the proxy is missing in %q", got)
	}
}

// A stage that fails, or a build that is cut, must leave nothing that a later build
// takes for a result.
func TestEnsure(t *testing.T) {
	b := &builder{cache: t.TempDir(), log: t.Output()}
	failed := errors.New("no mirror")
	s := stage{name: "s", digest: "1", build: func(_ context.Context, dir string) error {
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		return failed
	}}
	for range 2 { // the second time with what the first one left
		if _, err := b.ensure(t.Context(), s); !errors.Is(err, failed) {
			t.Fatalf("got %v, want the stage's error", err)
		}
	}
	builds := 0
	s.build = func(_ context.Context, dir string) error {
		builds++
		return os.Mkdir(dir, 0o755)
	}
	for range 2 {
		dir, err := b.ensure(t.Context(), s)
		if err != nil || filepath.Base(dir) != "s-1" {
			t.Fatalf("got %q, %v", dir, err)
		}
	}
	s.digest = "2"
	if _, err := b.ensure(t.Context(), s); err != nil || builds != 2 {
		t.Errorf("%d builds (%v), want one for each digest", builds, err)
	}
	// Three weeks later a change makes another result: the one that was used meanwhile stays, and so does a tree with a like name.
	long := time.Now().Add(-21 * 24 * time.Hour)
	tree := filepath.Join(b.cache, "s-current")
	err := errors.Join(os.Chtimes(filepath.Join(b.cache, "s-1.used"), long, long), os.Mkdir(tree, 0o755), os.Chtimes(tree, long, long))
	if err != nil {
		t.Fatal(err)
	}
	s.digest = "3"
	if _, err := b.ensure(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"s-1": false, "s-1.used": false, "s-2": true, "s-3": true, "s-current": true} {
		if _, err := os.Stat(filepath.Join(b.cache, name)); (err == nil) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Trees share files, so a change in one must not show in the other.
func TestTreesAreIndependent(t *testing.T) {
	first := filepath.Join(t.TempDir(), "first")
	if err := writeFile(first, "etc/hosts", []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	second := first + "-copy"
	if err := Clone(t.Context(), first, second); err != nil {
		t.Fatal(err)
	}
	source := filepath.Join(t.TempDir(), "source")
	if err := os.WriteFile(source, []byte("installed"), 0o600); err != nil {
		t.Fatal(err)
	}
	steps := []struct {
		change func() error
		want   string
	}{
		{func() error { return writeFile(second, "etc/hosts", []byte("new"), 0o644) }, "new"},
		{func() error { return installFile(second, "etc/hosts", source, 0o755) }, "installed"},
		{func() error { return symlink(second, "etc/hosts", "../source") }, ""},
		{func() error { return overlayFiles(second, fstest.MapFS{"etc/hosts": {Data: []byte("#!/bin/sh")}}) }, "#!/bin/sh"},
	}
	for i, step := range steps {
		if err := step.change(); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(second, "etc/hosts"))
		if err == nil && string(got) != step.want {
			t.Errorf("step %d: got %q, want %q", i, got, step.want)
		}
		if old, err := os.ReadFile(filepath.Join(first, "etc/hosts")); err != nil || string(old) != "old" {
			t.Fatalf("step %d changed the other tree: %q, %v", i, old, err)
		}
	}
	if info, err := os.Stat(filepath.Join(second, "etc/hosts")); err != nil || info.Mode() != 0o755 {
		t.Errorf("a script has mode %v (%v), want 0755", info.Mode(), err)
	}
}

func TestLayout(t *testing.T) {
	var file struct {
		Stages map[string][]struct {
			Environment map[string]string
		}
	}
	if err := yaml.Unmarshal(layoutStage(), &file); err != nil {
		t.Fatal(err)
	}
	env := file.Stages["rootfs"][0].Environment
	if got := strings.Fields(env["PERSISTENT_STATE_PATHS"]); !slices.Equal(got, PersistentPaths()) {
		t.Errorf("the stage keeps %q, the list says %q", got, PersistentPaths())
	}
	for _, path := range []string{"/var/lib/slipway", "/var/lib/etcd", "/var/lib/kubelet", "/var/lib/containerd", "/etc/kubernetes"} {
		if !slices.Contains(PersistentPaths(), path) {
			t.Errorf("%s would be lost at a reboot", path)
		}
	}
	dir := t.TempDir()
	if err := makeMountPoints(dir); err != nil {
		t.Fatal(err)
	}
	for _, path := range PersistentPaths() {
		if _, err := os.Stat(filepath.Join(dir, path)); err != nil {
			t.Error(err)
		}
	}
}

func TestKairosFilesAreYAML(t *testing.T) {
	stages, err := kairosFiles.ReadDir("kairos/files/system/oem")
	if err != nil || len(stages) == 0 {
		t.Fatalf("no stages: %v", err)
	}
	for _, entry := range stages {
		text, err := kairosFiles.ReadFile("kairos/files/system/oem/" + entry.Name())
		if err != nil {
			t.Fatal(err)
		}
		var file struct{ Stages map[string][]map[string]any }
		if err := yaml.Unmarshal(text, &file); err != nil || len(file.Stages) == 0 {
			t.Errorf("%s: %v", entry.Name(), err)
		}
	}
	for _, p := range kairosPrograms {
		if version := pinned(kairosModule, p.pkg); !strings.HasPrefix(version, "v") {
			t.Errorf("%s is pinned to %q", p.pkg, version)
		}
	}
}

func TestProgress(t *testing.T) {
	var log strings.Builder
	p := &progress{log: &log, name: "x"}
	for _, part := range []string{"fir", "st\nsecond\nthi", "rd\n"} {
		if n, err := p.Write([]byte(part)); n != len(part) || err != nil {
			t.Fatalf("Write: %d, %v", n, err)
		}
	}
	if want := "rootfs: x: [1] first\n"; log.String() != want {
		t.Errorf("got %q, want %q and nothing within two seconds", log.String(), want)
	}
}
