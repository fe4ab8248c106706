package rootfs

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/slipway-os/slipway/systemd"
)

// kairosModule pins what is built from Kairos. It is a module of its own, since
// its hundreds of requirements are none of ours; the files are not called go.mod
// and go.sum because a folder that has those cannot be embedded.
//
//go:embed kairos/kairos.mod
var kairosModule []byte

//go:embed kairos/kairos.sum
var kairosSums []byte

//go:embed all:kairos/files
var kairosFiles embed.FS

// kairosPrograms are the parts of Kairos that a host runs. version is the variable
// that a program reports its version from; Kairos' own builds set it the same way.
var kairosPrograms = []struct{ name, pkg, version string }{
	{"kairos-agent", "github.com/kairos-io/kairos-agent/v2", "github.com/kairos-io/kairos-agent/v2/internal/common.VERSION"},
	{"immucore", "github.com/kairos-io/immucore", "github.com/kairos-io/immucore/internal/version.version"},
}

func kairosBinaries(b *builder) stage {
	return stage{
		name:   "kairosbin",
		digest: digest(string(kairosModule), string(kairosSums), fmt.Sprint(kairosPrograms), runtime.Version(), runtime.GOARCH),
		build:  b.buildKairos,
	}
}

func (b *builder) buildKairos(ctx context.Context, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	module, err := os.MkdirTemp(b.cache, "module-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(module)
	if err := writeFile(module, "go.mod", kairosModule, 0o644); err != nil {
		return err
	}
	if err := writeFile(module, "go.sum", kairosSums, 0o644); err != nil {
		return err
	}
	for _, p := range kairosPrograms {
		flags := fmt.Sprintf("-s -w -X %s=%s", p.version, pinned(kairosModule, p.pkg))
		cmd := exec.CommandContext(ctx, "go", "build", "-v", "-mod=readonly", "-buildvcs=false",
			"-trimpath", "-ldflags", flags, "-o", filepath.Join(dir, p.name), p.pkg)
		cmd.Dir = module
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=", "GOWORK=off")
		if err := b.runLogged(cmd, p.name); err != nil {
			return fmt.Errorf("build %s: %w", p.name, err)
		}
	}
	return nil
}

// pinned is the version that a go.mod requires of a module, or nothing.
func pinned(module []byte, path string) string {
	for line := range strings.Lines(string(module)) {
		if version, found := strings.CutPrefix(strings.TrimSpace(line), path+" "); found {
			return version
		}
	}
	return ""
}

// kairosTree turns a Debian tree into a Kairos one: the programs, the stages
// that they run, the units that run them, and the places that get mounted.
func kairosTree(baseDir, binDir string) stage {
	tree, err := fs.Sub(kairosFiles, "kairos/files")
	if err != nil {
		panic(err) // the path is a constant of this package
	}
	return stage{
		name: "kairos",
		digest: digest(filepath.Base(baseDir), filepath.Base(binDir), digestTree(tree),
			string(layoutStage()), fmt.Sprint(mountPoints(), kairosLinks)),
		build: func(ctx context.Context, dir string) error {
			if err := Clone(ctx, baseDir, dir); err != nil {
				return err
			}
			return installKairos(dir, binDir, tree)
		},
	}
}

func installKairos(dir, binDir string, tree fs.FS) error {
	for _, p := range kairosPrograms {
		if err := installFile(dir, "usr/bin/"+p.name, filepath.Join(binDir, p.name), 0o755); err != nil {
			return err
		}
	}
	return installKairosFiles(dir, tree)
}

// installKairosFiles adds what makes any Kairos system one of ours.
func installKairosFiles(dir string, tree fs.FS) error {
	if err := overlayFiles(dir, tree); err != nil {
		return err
	}
	if err := writeFile(dir, "system/oem/10_layout.yaml", layoutStage(), 0o644); err != nil {
		return err
	}
	if err := makeLinks(dir, kairosLinks); err != nil {
		return err
	}
	return makeMountPoints(dir)
}

// digest names a stage by its inputs; 16 hex digits are plenty to tell a
// person's builds apart.
func digest(inputs ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(inputs, "\x00")))
	return hex.EncodeToString(sum[:8])
}

func digestTree(tree fs.FS) string {
	hash := sha256.New()
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(tree, name)
		fmt.Fprintf(hash, "%s %d\n%s", name, len(data), data)
		return err
	})
	if err != nil {
		panic(err) // the tree is embedded: it can always be read
	}
	return hex.EncodeToString(hash.Sum(nil))
}

// kairosLinks enable the stages of a boot.
var kairosLinks = []systemd.Link{
	{Path: "usr/lib/systemd/system/sysinit.target.wants/cos-setup-fs.service", Target: "../cos-setup-fs.service"},
	{Path: "usr/lib/systemd/system/multi-user.target.wants/cos-setup-boot.service", Target: "../cos-setup-boot.service"},
	{Path: "usr/lib/systemd/system/slipway-live.target.wants/slipway-installer.service", Target: "../slipway-installer.service"},
	{Path: "usr/lib/systemd/system/multi-user.target.wants/slipway-reset.service", Target: "../slipway-reset.service"},
	{Path: "usr/lib/systemd/system/timers.target.wants/slipway-trial.timer", Target: "../slipway-trial.timer"},
	{Path: "usr/lib/systemd/system/multi-user.target.wants/slipway-pool.service", Target: "../slipway-pool.service"},
	{Path: "usr/lib/systemd/system/multi-user.target.wants/cos-setup-network.service", Target: "../cos-setup-network.service"},
}
