package builder

import (
	"debug/elf"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// libraryFolders is where the dynamic linker of Debian on amd64 looks.
var libraryFolders = []string{"/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib", "/usr/lib"}

// resolveLibraries finds every shared library that the programs (and their
// plugins, which are libraries too) need, directly or through others, and the
// dynamic linker. It maps the path inside an image to the file in the tree.
//
// A missing library does not stop a program from starting: iptables only fails
// when a rule loads the plugin, with all pods Running. So it is an error here.
func resolveLibraries(tree string, programs []string) (map[string]string, error) {
	libraries := map[string]string{}
	queue := programs
	for len(queue) > 0 {
		program := queue[0]
		queue = queue[1:]
		needs, err := neededBy(tree, program)
		if err != nil {
			return nil, err
		}
		for _, need := range needs {
			at, file, err := findLibrary(tree, need)
			if err != nil {
				return nil, fmt.Errorf("%s needs %s: %w", program, need, err)
			}
			if _, known := libraries[at]; !known {
				libraries[at] = file
				queue = append(queue, at)
			}
		}
	}
	return libraries, nil
}

// neededBy lists the dynamic linker (a path) and the libraries (plain names)
// of one ELF file; a file of another kind, such as a script, needs none.
func neededBy(tree, program string) ([]string, error) {
	file, err := inTree(tree, program)
	if err != nil {
		return nil, err
	}
	f, err := elf.Open(file)
	if notELF := new(elf.FormatError); errors.As(err, &notELF) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", program, err)
	}
	defer f.Close()
	needs, err := f.ImportedLibraries()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", program, err)
	}
	for _, segment := range f.Progs {
		if segment.Type != elf.PT_INTERP {
			continue
		}
		linker := make([]byte, segment.Filesz)
		if _, err := segment.ReadAt(linker, 0); err != nil {
			return nil, fmt.Errorf("%s: %w", program, err)
		}
		needs = append(needs, strings.TrimRight(string(linker), "\x00"))
	}
	return needs, nil
}

func findLibrary(tree, need string) (at, file string, err error) {
	if path.IsAbs(need) {
		file, err = inTree(tree, need)
		return need, file, err
	}
	for _, folder := range libraryFolders {
		at = path.Join(folder, need)
		if file, err = inTree(tree, at); err == nil {
			return at, file, nil
		}
	}
	return "", "", errors.New("no package of the layer has it; add the package to the recipe")
}

// inTree finds the regular file behind a path of the tree. Links are followed
// inside the tree only: an absolute one starts at its root.
func inTree(tree, at string) (string, error) {
	for range 16 {
		file := filepath.Join(tree, at)
		info, err := os.Lstat(file)
		if err != nil {
			return "", err
		}
		if info.Mode().IsRegular() {
			return file, nil
		}
		target, err := os.Readlink(file)
		if err != nil {
			return "", err
		}
		if path.IsAbs(target) {
			at = path.Clean(target)
		} else {
			at = path.Join(path.Dir(at), target)
		}
	}
	return "", fmt.Errorf("%s: too many links: %w", at, fs.ErrInvalid)
}
