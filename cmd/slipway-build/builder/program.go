package builder

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/slipway-os/slipway/agent/content/bundlewriter"
	"github.com/slipway-os/slipway/cmd/slipway-build/recipe"
)

// goEnvironment pins what would make the same sources give other bytes.
// Modules are read-only: the committed go.sum decides what is compiled.
func goEnvironment() []string {
	return append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH=amd64", "GOAMD64=v1",
		"GOEXPERIMENT=", "GOFLAGS=-mod=readonly", "GOWORK=off")
}

// buildProgram compiles a program and returns its binaries by name.
func (b *Builder) buildProgram(ctx context.Context, name string, p recipe.Program) (map[string]bundlewriter.Blob, bool, error) {
	module := filepath.Join(b.dir, p.Module)
	compiler, err := b.compilerVersion(ctx, module, p)
	if err != nil {
		return nil, false, err
	}
	sources, err := digestTree(module)
	if err != nil {
		return nil, false, err
	}
	dir, cached, err := b.cache.dir("program-"+name, key("program 1", name, compiler, sources, p), func(tmp string) error {
		if p.C != nil {
			return b.compileC(ctx, module, filepath.Join(tmp, name), *p.C)
		}
		for _, binary := range slices.Sorted(maps.Keys(p.Packages)) {
			if err := b.compileGo(ctx, module, filepath.Join(tmp, binary), p.Packages[binary], p.Stamps); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, false, err
	}
	binaries, err := hashFiles(dir)
	return binaries, cached, err
}

func (b *Builder) compilerVersion(ctx context.Context, module string, p recipe.Program) (string, error) {
	cmd := command(ctx, module, "go", "env", "GOVERSION")
	if p.C != nil {
		if err := needTool(ctx, "gcc", "gcc", "libc6-dev"); err != nil {
			return "", err
		}
		cmd = command(ctx, module, "gcc", "-dumpfullversion", "-dumpmachine")
	}
	out, err := output(cmd)
	return strings.TrimSpace(string(out)), err
}

func (b *Builder) compileGo(ctx context.Context, module, out, pkg string, stamps map[string]string) error {
	flags := "-s -w"
	for _, variable := range slices.Sorted(maps.Keys(stamps)) {
		flags += " -X " + variable + "=" + stamps[variable]
	}
	cmd := command(ctx, module, "go", "build", "-v", "-trimpath", "-buildvcs=false", "-ldflags", flags, "-o", out, pkg)
	cmd.Env = goEnvironment()
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	var complaint bytes.Buffer
	compiled, shown := 0, time.Now()
	for lines := bufio.NewScanner(stderr); lines.Scan(); {
		// -v prints the import path of each package when it is compiled.
		if line := lines.Text(); strings.ContainsAny(line, " \t#") {
			complaint.WriteString(line + "\n")
			continue
		}
		compiled++
		if time.Since(shown) > 10*time.Second {
			b.progress.note("%s: %d packages compiled", filepath.Base(out), compiled)
			shown = time.Now()
		}
	}
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("go build %s in %s: %w\n%s", pkg, module, err, tail(complaint.String()))
	}
	return nil
}

func (b *Builder) compileC(ctx context.Context, module, out string, c recipe.CSource) error {
	source, err := b.moduleFile(ctx, module, c.Require, c.File)
	if err != nil {
		return err
	}
	args := []string{"-Os", "-Wall", "-Werror", "-static", "-s", "-Wl,--build-id=none"}
	for _, define := range slices.Sorted(maps.Keys(c.Defines)) {
		args = append(args, "-D"+define+"="+c.Defines[define])
	}
	_, err = output(command(ctx, filepath.Dir(source), "gcc", append(args, "-o", out, filepath.Base(source))...))
	return err
}

// moduleFile finds a file of a module that the go.mod in dir requires.
func (b *Builder) moduleFile(ctx context.Context, dir, module, file string) (string, error) {
	download := command(ctx, dir, "go", "mod", "download", module)
	download.Env = goEnvironment()
	if _, err := output(download); err != nil {
		return "", err
	}
	list := command(ctx, dir, "go", "list", "-m", "-f", "{{.Dir}}", module)
	list.Env = goEnvironment()
	out, err := output(list)
	if err != nil {
		return "", err
	}
	return filepath.Join(strings.TrimSpace(string(out)), filepath.FromSlash(file)), nil
}

// digestTree maps each regular file under dir to its digest.
func digestTree(dir string) (map[string]string, error) {
	digests := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		blob, err := bundlewriter.HashFile(path)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(dir, path)
		digests[filepath.ToSlash(relative)] = blob.Digest
		return err
	})
	return digests, err
}

func hashFiles(dir string) (map[string]bundlewriter.Blob, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	blobs := map[string]bundlewriter.Blob{}
	for _, e := range entries {
		if blobs[e.Name()], err = bundlewriter.HashFile(filepath.Join(dir, e.Name())); err != nil {
			return nil, err
		}
	}
	return blobs, nil
}
