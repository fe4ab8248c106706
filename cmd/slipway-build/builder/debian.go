package builder

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/slipway-os/slipway/agent/content/bundlewriter"
	"github.com/slipway-os/slipway/cmd/slipway-build/recipe"
)

// debianTree downloads packages and unpacks them into a folder of their own,
// never onto this machine: over a merged /usr, unpacking would replace links by
// folders. The versions are what the machine's apt sources offer now; they are
// part of the key.
func (b *Builder) debianTree(ctx context.Context, packages []string) (string, bool, error) {
	pins, err := b.debianPins(ctx, packages)
	if err != nil {
		return "", false, err
	}
	return b.cache.dir("debian", key("debian 1", pins), func(tmp string) error {
		debs, err := os.MkdirTemp(b.cache.path("tmp"), "debs-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(debs)
		// apt would give up root for the download and then miss the folder.
		args := append([]string{"-o", "APT::Sandbox::User=root", "download"}, packages...)
		if _, err := output(command(ctx, debs, "apt-get", args...)); err != nil {
			return err
		}
		files, err := filepath.Glob(filepath.Join(debs, "*.deb"))
		if err != nil {
			return err
		}
		for _, deb := range files {
			if _, err := output(command(ctx, debs, "dpkg-deb", "-x", deb, tmp)); err != nil {
				return err
			}
		}
		return nil
	})
}

// debianPins asks apt for the exact files: name, size and digest of each.
func (b *Builder) debianPins(ctx context.Context, packages []string) ([]string, error) {
	if _, err := exec.LookPath("apt-get"); err != nil {
		return nil, fmt.Errorf("files of Debian packages need a Debian machine to build on: %w", err)
	}
	ask := append([]string{"download", "--print-uris"}, packages...)
	out, err := output(command(ctx, "", "apt-get", ask...))
	if err != nil && os.Geteuid() == 0 {
		// A fresh machine has no package lists yet.
		if _, err := output(command(ctx, "", "apt-get", "update")); err != nil {
			return nil, err
		}
		out, err = output(command(ctx, "", "apt-get", ask...))
	}
	if err != nil {
		return nil, fmt.Errorf("apt does not know the packages; run apt-get update as root: %w", err)
	}
	return parsePins(string(out)), nil
}

// parsePins reads lines of 'URI' FILE SIZE DIGEST and drops the URI: which
// mirror is asked does not change what is built.
func parsePins(printed string) []string {
	var pins []string
	for line := range strings.Lines(printed) {
		if f := strings.Fields(line); len(f) == 4 && strings.HasPrefix(f[0], "'") {
			pins = append(pins, strings.Join(f[1:], " "))
		}
	}
	slices.Sort(pins)
	return pins
}

// debianEntries makes layer entries of the files that d takes and of every
// library that they need.
func debianEntries(tree string, d recipe.Debian) ([]bundlewriter.Entry, error) {
	entries := map[string]bundlewriter.Entry{}
	var programs []string
	for _, pattern := range d.Take {
		found, err := filepath.Glob(filepath.Join(tree, pattern))
		if err != nil || len(found) == 0 {
			return nil, fmt.Errorf("no file %s in the packages %s", pattern, strings.Join(d.Packages, ", "))
		}
		for _, file := range found {
			path := strings.TrimPrefix(file, tree)
			if entries[path], err = entryOf(file, path); err != nil {
				return nil, err
			}
			if entries[path].Link == "" {
				programs = append(programs, path)
			}
		}
	}
	libraries, err := resolveLibraries(tree, programs)
	if err != nil {
		return nil, err
	}
	for path, file := range libraries {
		blob, err := bundlewriter.HashFile(file)
		if err != nil {
			return nil, err
		}
		entries[path] = bundlewriter.Entry{Path: path, Mode: 0o755, Data: blob}
	}
	return sortedEntries(entries), nil
}

func entryOf(file, path string) (bundlewriter.Entry, error) {
	info, err := os.Lstat(file)
	if err != nil {
		return bundlewriter.Entry{}, err
	}
	if info.Mode()&os.ModeSymlink != 0 {
		target, err := os.Readlink(file)
		return bundlewriter.Entry{Path: path, Link: target}, err
	}
	if !info.Mode().IsRegular() {
		return bundlewriter.Entry{}, fmt.Errorf("%s is not a file", path)
	}
	blob, err := bundlewriter.HashFile(file)
	return bundlewriter.Entry{Path: path, Mode: int64(info.Mode().Perm()), Data: blob}, err
}
