package rootfs

import (
	"context"
	"debug/buildinfo"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/slipway-os/slipway/agent/sbom"
)

// sbomFile is the list of an "sbom" stage.
const sbomFile = "sbom.json"

// sbom makes the list of what is in the image: a stage, since looking for the licences of some five hundred components takes
// seconds, and they change seldom. An agent is needed only for its modules.
func (b *builder) sbom(kairosDir string, o Options) (stage, error) {
	programs := []string{filepath.Join(kairosDir, "usr/bin/kairos-agent"), filepath.Join(kairosDir, "usr/bin/immucore")}
	if o.Agent != "" {
		programs = append(programs, o.Agent)
	}
	modules, err := modulesOf(programs)
	if err != nil {
		return stage{}, err
	}
	return stage{name: "sbom", digest: digest(filepath.Base(kairosDir), fmt.Sprint(modules, o.Pages), "with licences"), build: func(ctx context.Context, dir string) error {
		components, err := debianComponents(ctx, kairosDir)
		if err != nil {
			return err
		}
		found, err := b.moduleComponents(ctx, modules)
		if err != nil {
			return err
		}
		data, err := sbom.Encode(slices.Concat(components, found, o.Pages))
		if err != nil {
			return err
		}
		return writeFile(dir, sbomFile, data, 0o644)
	}}, nil
}

// components returns the directory of that stage.
func (b *builder) components(ctx context.Context, kairosDir string, o Options) (string, error) {
	s, err := b.sbom(kairosDir, o)
	if err != nil {
		return "", err
	}
	return b.ensure(ctx, s)
}

// modulesOf reads what programs were built from out of themselves: path@version, sorted. One that is no Go program, as in
// tests, has none.
func modulesOf(programs []string) ([]string, error) {
	seen := map[string]bool{}
	for _, program := range programs {
		info, err := buildinfo.ReadFile(program)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("read the modules of %s: %w", program, err)
		}
		if err != nil {
			continue
		}
		for _, module := range append(info.Deps, &info.Main) {
			if module.Replace != nil {
				module = module.Replace
			}
			if strings.HasPrefix(module.Version, "v") { // ours has none: it is the release
				seen[module.Path+"@"+module.Version] = true
			}
		}
		seen["go@"+strings.TrimPrefix(info.GoVersion, "go")] = true
	}
	return slices.Sorted(maps.Keys(seen)), nil
}

// debianComponents are the packages of the tree; a base of another family has none that we can read.
func debianComponents(ctx context.Context, tree string) (out []sbom.Component, err error) {
	if _, err := os.Stat(filepath.Join(tree, "usr/bin/dpkg-query")); err != nil {
		return nil, nil
	}
	text, err := exec.CommandContext(ctx, "chroot", tree, "dpkg-query", "-W", "-f", "${Package} ${Version}\n").Output()
	if err != nil {
		return nil, fmt.Errorf("list the packages: %w", err)
	}
	for line := range strings.Lines(string(text)) {
		name, version, _ := strings.Cut(strings.TrimSpace(line), " ")
		copyright, err := readBelow(tree, filepath.Join("usr/share/doc", name, "copyright"))
		if err != nil {
			copyright = nil // some packages have none, or a link to another package's: the list then says no licence
		}
		out = append(out, sbom.Component{Kind: sbom.Debian, Name: name, Version: version, Licence: debianLicence(copyright)})
	}
	return out, nil
}

// readBelow reads a file of the tree whose links lead within the tree.
func readBelow(tree, name string) ([]byte, error) {
	root, err := os.OpenRoot(tree)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return root.ReadFile(name)
}

// moduleComponents looks for the licences in Go's module cache, after filling it with what it lacks. Without a way to get a
// module its licence stays empty: the list is then not complete, and says so.
func (b *builder) moduleComponents(ctx context.Context, modules []string) (out []sbom.Component, err error) {
	cache, err := exec.CommandContext(ctx, "go", "env", "GOMODCACHE").Output()
	if err != nil {
		return nil, fmt.Errorf("find Go's module cache: %w", err)
	}
	folder := func(module string) string { return filepath.Join(strings.TrimSpace(string(cache)), escape(module)) }
	var missing []string
	for _, m := range modules {
		if _, err := os.Stat(folder(m)); err != nil && !strings.HasPrefix(m, "go@") {
			missing = append(missing, m)
		}
	}
	if len(missing) > 0 {
		fmt.Fprintf(b.log, "rootfs: getting %d Go modules for their licences\n", len(missing))
		cmd := exec.CommandContext(ctx, "go", append([]string{"mod", "download"}, missing...)...)
		cmd.Dir = os.TempDir() // outside any module
		if text, err := cmd.CombinedOutput(); err != nil {
			fmt.Fprintf(b.log, "rootfs: some licences stay unknown: %s\n", strings.TrimSpace(string(text)))
		}
	}
	for _, m := range modules {
		name, version, _ := strings.Cut(m, "@")
		c := sbom.Component{Kind: sbom.Go, Name: name, Version: version, Licence: "BSD-3-Clause"} // of Go itself
		if name != "go" {
			if c.Licence, err = moduleLicence(folder(m)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, err
			}
		}
		out = append(out, c)
	}
	return out, nil
}

// escape writes a module as the module cache does (https://go.dev/ref/mod#module-cache): capitals as ! and the small letter.
func escape(module string) string {
	var b strings.Builder
	for _, r := range module {
		if 'A' <= r && r <= 'Z' {
			b.WriteByte('!')
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}
