// Package cachedir locks a build cache, and ages it: what no build has used for two weeks goes.
//
//	built, used again (Used) --> not used for Keep, a build ends (Drop) --> gone
//
// The time of the last use stands beside an entry, in NAME.used, since the times of a folder may be part of what is built from it.
package cachedir

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Keep is how long an entry stays after its last use: people come back to a branch within that time.
const Keep = 14 * 24 * time.Hour

const usedSuffix = ".used"

// Used notes that an entry is used now.
func Used(entry string) error {
	f, err := os.OpenFile(entry+usedSuffix, os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	now := time.Now()
	return errors.Join(f.Close(), os.Chtimes(entry+usedSuffix, now, now))
}

// Drop removes the entries of a folder that match and that were not used for Keep before now, and returns their names. One that
// never was counts from when it was made. Only the holder of the cache's lock may call it, after all that its build needs was used.
func Drop(dir string, now time.Time, match func(name string) bool) (dropped []string, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		name := e.Name()
		if strings.HasSuffix(name, usedSuffix) || !match(name) {
			continue
		}
		used, err := lastUse(filepath.Join(dir, name))
		if err != nil || now.Sub(used) <= Keep {
			continue // what cannot be looked at is not ours to remove
		}
		if err := errors.Join(os.RemoveAll(filepath.Join(dir, name)), remove(filepath.Join(dir, name+usedSuffix))); err != nil {
			return dropped, err
		}
		dropped = append(dropped, name)
	}
	return dropped, nil
}

func lastUse(entry string) (time.Time, error) {
	info, err := os.Stat(entry + usedSuffix)
	if errors.Is(err, fs.ErrNotExist) {
		info, err = os.Lstat(entry)
	}
	if err != nil {
		return time.Time{}, err
	}
	return info.ModTime(), nil
}

func remove(file string) error {
	if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
