package builder

import (
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// treeWith copies files of this machine into a tree of their own.
func treeWith(t *testing.T, files ...string) string {
	t.Helper()
	tree := t.TempDir()
	for _, file := range files {
		from, err := os.Open(file)
		if err != nil {
			t.Skipf("this machine has no %s", file)
		}
		defer from.Close()
		if err := os.MkdirAll(filepath.Dir(filepath.Join(tree, file)), 0o755); err != nil {
			t.Fatal(err)
		}
		to, err := os.Create(filepath.Join(tree, file))
		if err != nil {
			t.Fatal(err)
		}
		_, err = io.Copy(to, from)
		if err := to.Close(); err != nil {
			t.Fatal(err)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return tree
}

const (
	shell  = "/bin/dash"
	libc   = "/lib/x86_64-linux-gnu/libc.so.6"
	linker = "/lib64/ld-linux-x86-64.so.2"
	// libc names the linker again, as a library.
	linkerLibrary = "/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"
)

func TestResolveLibraries(t *testing.T) {
	got, err := resolveLibraries(treeWith(t, shell, libc, linker, linkerLibrary), []string{shell})
	if err != nil {
		t.Fatal(err)
	}
	paths := slices.Sorted(maps.Keys(got))
	if !slices.Contains(paths, libc) || !slices.Contains(paths, linker) {
		t.Errorf("%s needs %v, want %s and %s among them", shell, paths, libc, linker)
	}
}

func TestMissingLibraryIsAnError(t *testing.T) {
	_, err := resolveLibraries(treeWith(t, shell, linker), []string{shell})
	if err == nil || !strings.Contains(err.Error(), "libc.so.6") || !strings.Contains(err.Error(), shell) {
		t.Errorf("a missing libc.so.6 gives %v", err)
	}
	// Through another library, too: libc itself needs the linker.
	_, err = resolveLibraries(treeWith(t, libc), []string{libc})
	if err == nil || !strings.Contains(err.Error(), "ld-linux") {
		t.Errorf("a missing ld-linux of libc gives %v", err)
	}
}

func TestScriptsNeedNothing(t *testing.T) {
	tree := t.TempDir()
	if err := os.WriteFile(filepath.Join(tree, "script"), []byte("#!/bin/sh\nexit 0\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	got, err := resolveLibraries(tree, []string{"/script"})
	if err != nil || len(got) != 0 {
		t.Errorf("a script needs %v, %v", got, err)
	}
}

func TestLinksStayInTheTree(t *testing.T) {
	tree := t.TempDir()
	if err := os.MkdirAll(filepath.Join(tree, "lib"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(tree, "lib", "real.so"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for link, target := range map[string]string{
		"absolute.so": "/lib/real.so", "relative.so": "../lib/real.so", "above.so": "../../../../lib/real.so",
		"outside.so": "/etc/passwd", "loop.so": "loop.so",
	} {
		if err := os.Symlink(target, filepath.Join(tree, "lib", link)); err != nil {
			t.Fatal(err)
		}
	}
	for _, good := range []string{"/lib/absolute.so", "/lib/relative.so", "/lib/above.so"} {
		if file, err := inTree(tree, good); err != nil || file != filepath.Join(tree, "lib", "real.so") {
			t.Errorf("%s leads to %s, %v", good, file, err)
		}
	}
	for _, bad := range []string{"/lib/outside.so", "/lib/loop.so", "/lib/none.so"} {
		if file, err := inTree(tree, bad); err == nil {
			t.Errorf("%s leads to %s", bad, file)
		}
	}
}
