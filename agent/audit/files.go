package audit

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

const currentName = "audit.log"

// files gives the full files, oldest first; their names hold the sequence number of their last entry.
func (l *Log) files() ([]string, error) {
	files, err := filepath.Glob(filepath.Join(l.dir, "audit-*.log"))
	slices.Sort(files) // the number has a fixed width
	return files, err
}

// rotate makes the current file a full one and begins the next. A power cut in between leaves no audit.log, which
// Open makes again.
func (l *Log) rotate() error {
	current := filepath.Join(l.dir, currentName)
	err := os.Rename(current, filepath.Join(l.dir, fmt.Sprintf("audit-%016d.log", l.seq)))
	if err != nil && !errors.Is(err, os.ErrNotExist) { // absent: an earlier try got this far
		return err
	}
	next, err := os.OpenFile(current, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	_ = l.file.Close() // every line of it was synced
	l.file, l.size = next, 0
	files, err := l.files()
	if err != nil {
		return err
	}
	for len(files) > l.limits.Keep {
		if err := os.Remove(files[0]); err != nil {
			return err
		}
		files = files[1:]
	}
	return syncDir(l.dir)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
