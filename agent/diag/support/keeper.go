package support

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

const (
	prefix  = "slipway-support-"
	suffix  = ".tar.gz"
	partial = ".partial"
)

// Keeper keeps the newest bundle of a host in a directory of its own.
type Keeper struct{ Dir string }

// Kept is the bundle that can be fetched.
type Kept struct {
	Name      string
	SizeBytes int64
	CreatedAt time.Time
}

// ErrNone is wrapped when there is no bundle.
var ErrNone = errors.New("there is no support bundle on this host")

// Make makes a new bundle and deletes the one before. What an earlier, interrupted one left is deleted too.
func (k Keeper) Make(ctx context.Context, m Manifest, sources []Source, progress func(done int)) (kept Kept, err error) {
	if err := os.MkdirAll(k.Dir, 0o700); err != nil {
		return kept, fmt.Errorf("making a support bundle: %w", err)
	}
	folder := prefix + plainName(m.Host) + "-" + m.CreatedAt.UTC().Format("20060102T150405Z")
	path := filepath.Join(k.Dir, folder+suffix)
	if err := k.keepOnly(k.newest()); err != nil {
		return kept, err
	}
	f, err := os.OpenFile(path+partial, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return kept, fmt.Errorf("making a support bundle: %w", err)
	}
	err = write(ctx, f, folder, m, sources, maxTotal, progress)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(path+partial, path)
	}
	if err != nil {
		return kept, errors.Join(fmt.Errorf("making a support bundle: %w", err), ignoreAbsent(os.Remove(path+partial)))
	}
	if err := errors.Join(syncDir(k.Dir), k.keepOnly(filepath.Base(path))); err != nil {
		return kept, err
	}
	return k.Kept()
}

// Kept is the newest bundle, or ErrNone.
func (k Keeper) Kept() (Kept, error) {
	name := k.newest()
	if name == "" {
		return Kept{}, ErrNone
	}
	st, err := os.Stat(filepath.Join(k.Dir, name))
	if err != nil {
		return Kept{}, err
	}
	return Kept{name, st.Size(), st.ModTime().UTC()}, nil
}

// Open opens the newest bundle. One that is replaced meanwhile can be read to its end.
func (k Keeper) Open() (*os.File, Kept, error) {
	kept, err := k.Kept()
	if err != nil {
		return nil, kept, err
	}
	f, err := os.Open(filepath.Join(k.Dir, kept.Name))
	return f, kept, err
}

// newest is the name of the newest whole bundle, or nothing.
func (k Keeper) newest() (name string) {
	entries, err := os.ReadDir(k.Dir)
	if err != nil {
		return ""
	}
	var at time.Time
	for _, e := range entries {
		st, err := e.Info()
		if err != nil || !strings.HasSuffix(e.Name(), suffix) || !st.Mode().IsRegular() || st.ModTime().Before(at) {
			continue
		}
		name, at = e.Name(), st.ModTime()
	}
	return name
}

// keepOnly deletes everything else.
func (k Keeper) keepOnly(name string) error {
	entries, err := os.ReadDir(k.Dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() != name {
			if err := os.Remove(filepath.Join(k.Dir, e.Name())); ignoreAbsent(err) != nil {
				return err
			}
		}
	}
	return nil
}

func ignoreAbsent(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

var unusual = regexp.MustCompile(`[^A-Za-z0-9-]+`)

// plainName makes a host's name fit for a file, on any file system.
func plainName(host string) string {
	host = unusual.ReplaceAllString(host, "-")
	return host[:min(len(host), 63)]
}
