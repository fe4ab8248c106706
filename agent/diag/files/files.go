// Package files hands out what people and programs left on a host for whoever looks into a fault: the files directly in
// /var/log/files, and the core dumps of systemd. Nothing in a folder leads out of it.
package files

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Folders are what can be looked into, by the names that people see.
var Folders = map[string]string{"files": "var/log/files", "coredumps": "var/lib/systemd/coredump"}

// maxListed bounds the list of one folder.
const maxListed = 1000

// ErrNoFile is returned for what is not in the list.
var ErrNoFile = errors.New("there is no such file; slipway diag files lists those there are")

// File is one of them.
type File struct {
	Folder, Name string
	SizeBytes    int64
	ModifiedAt   time.Time
}

// List names the regular files directly in the folders below root, the newest first. A folder that is not there is empty.
func List(root string) ([]File, error) {
	var out []File
	var all []error
	for folder, dir := range Folders {
		entries, err := os.ReadDir(filepath.Join(root, dir))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			all = append(all, err)
		}
		for _, e := range entries[:min(len(entries), maxListed)] {
			if info, err := e.Info(); err == nil && info.Mode().IsRegular() && shown(e.Name()) {
				out = append(out, File{folder, e.Name(), info.Size(), info.ModTime()})
			}
		}
	}
	slices.SortFunc(out, func(a, b File) int {
		return cmp.Or(b.ModifiedAt.Compare(a.ModifiedAt), strings.Compare(a.Folder, b.Folder), strings.Compare(a.Name, b.Name))
	})
	return out, errors.Join(all...)
}

// shown leaves out names that no header and no command line can carry.
func shown(name string) bool {
	return !strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f || r == '"' || r == '\\' || r == '\ufffd' })
}

// Open opens one file of the list. It is closed by the caller.
func Open(root, folder, name string) (*os.File, File, error) {
	dir, ok := Folders[folder]
	if !ok || name != filepath.Base(name) || !shown(name) {
		return nil, File{}, ErrNoFile
	}
	within, err := os.OpenRoot(filepath.Join(root, dir))
	if err != nil {
		return nil, File{}, ErrNoFile
	}
	defer within.Close()
	if info, err := within.Lstat(name); err != nil || !info.Mode().IsRegular() {
		return nil, File{}, ErrNoFile
	}
	f, err := within.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0) // not to wait should it be a pipe by now
	if err != nil {
		return nil, File{}, ErrNoFile
	}
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		f.Close()
		return nil, File{}, ErrNoFile
	}
	return f, File{folder, name, info.Size(), info.ModTime()}, nil
}
