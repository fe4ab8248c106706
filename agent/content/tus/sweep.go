package tus

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// remove takes the record first: a part file without one is stray and swept.
func (d *dataStore) remove(id string) error {
	if !validID(id) {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, name := range []string{filepath.Join(d.o.Dir, id+".json"), d.part(id)} {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove upload: %w", err)
		}
	}
	return syncDir(d.o.Dir)
}

// removeStray removes part files whose record is gone.
func (d *dataStore) removeStray() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	entries, err := os.ReadDir(d.o.Dir)
	if err != nil {
		return fmt.Errorf("list uploads: %w", err)
	}
	for _, e := range entries {
		id, isPart := strings.CutSuffix(e.Name(), ".part")
		if !isPart || !validID(id) || d.active[id] != nil {
			continue
		}
		if _, err := os.Stat(filepath.Join(d.o.Dir, id+".json")); errors.Is(err, fs.ErrNotExist) {
			if err := os.Remove(d.part(id)); err != nil {
				return fmt.Errorf("remove stray upload: %w", err)
			}
		}
	}
	return nil
}

// removeTemporary removes what a kill left of renameio; call it before serving.
func (d *dataStore) removeTemporary() error {
	names, err := filepath.Glob(filepath.Join(d.o.Dir, ".*.json*"))
	for _, n := range names {
		err = errors.Join(err, os.Remove(n))
	}
	return err
}
