package kubeadm

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2"

	"github.com/slipway-os/slipway/agent/cluster"
)

// digestFile, inside a placed version, names the pack it was made from. It is written before the folder gets its name,
// so a folder with a name is whole.
const digestFile = ".digest"

// commandDir is where people find kubectl and kubeadm; it may be read-only.
const commandDir = "/usr/local/bin"

var commands = []string{"kubectl", "kubeadm"}

func (j *job) placeBinaries() step {
	return step{name: "place-binaries", phase: cluster.PhasePrepare, unit: "bytes",
		done: func(context.Context) (bool, error) {
			p, err := j.kubernetesPack()
			return err == nil && j.placed(p), err
		},
		do: func(ctx context.Context, say progress) error {
			p, err := j.kubernetesPack()
			if err != nil {
				return err
			}
			if !j.versionPlaced(p) {
				if err := j.placeVersion(ctx, p, say); err != nil {
					return err
				}
			}
			if err := j.link(p.Version, currentLink); err != nil {
				return err
			}
			for _, c := range commands {
				if err := j.link(j.path(currentBin+"/"+c), commandDir+"/"+c); err != nil {
					j.opt.Log.Info("command not linked, call it by its full path", "command", currentBin+"/"+c, "error", err)
				}
			}
			return nil
		}}
}

func (j *job) kubernetesPack() (pack, error) {
	p, ok := j.packOfLayer("kubernetes")
	if !ok {
		return pack{}, errors.New("the cluster definition has no pack of layer kubernetes")
	}
	return p, nil
}

func versionDir(p pack) string { return kubeDir + "/" + p.Version }

func (e *Engine) placed(p pack) bool {
	to, err := os.Readlink(e.path(currentLink))
	return err == nil && to == p.Version && e.versionPlaced(p)
}

func (e *Engine) versionPlaced(p pack) bool {
	dir := e.path(versionDir(p))
	if b, err := os.ReadFile(filepath.Join(dir, digestFile)); err != nil || string(b) != p.digest {
		return false
	}
	for _, f := range p.files {
		if st, err := os.Lstat(filepath.Join(dir, f.Title)); err != nil || st.Size() != f.SizeBytes {
			return false
		}
	}
	return true
}

// placeVersion writes the pack's files into a nameless folder and gives it its name at the end.
func (e *Engine) placeVersion(ctx context.Context, p pack, say progress) error {
	final := e.path(versionDir(p))
	tmp := filepath.Join(filepath.Dir(final), ".new-"+p.Version)
	if err := os.RemoveAll(tmp); err != nil {
		return err
	}
	var total, done int64
	for _, f := range p.files {
		total += f.SizeBytes
	}
	dirs := map[string]bool{tmp: true}
	for _, f := range p.files {
		if err := ctx.Err(); err != nil {
			return err
		}
		say(f.Title, done, total)
		if err := e.placeFile(p, f, tmp); err != nil {
			return fmt.Errorf("place %s of pack %s: %w", f.Title, p.Name, err)
		}
		dirs[filepath.Dir(filepath.Join(tmp, f.Title))] = true
		done += f.SizeBytes
	}
	for name, target := range p.Links {
		if err := placeLink(p, name, target, tmp); err != nil {
			return err
		}
		dirs[filepath.Dir(filepath.Join(tmp, name))] = true
	}
	if err := renameio.WriteFile(filepath.Join(tmp, digestFile), []byte(p.digest), 0o644); err != nil {
		return err
	}
	for d := range dirs {
		if err := syncDir(d); err != nil {
			return err
		}
	}
	// A folder of this version from another pack: what runs from it goes on running.
	if err := os.RemoveAll(final); err != nil {
		return err
	}
	if err := os.Rename(tmp, final); err != nil {
		return err
	}
	return syncDir(filepath.Dir(final))
}

func placeLink(p pack, name, target, dir string) error {
	if !filepath.IsLocal(name) || path.IsAbs(target) || !filepath.IsLocal(path.Join(path.Dir(name), target)) {
		return fmt.Errorf("pack %s: link %q to %q leads out of the pack", p.Name, name, target)
	}
	at := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
		return err
	}
	return os.Symlink(target, at)
}

func (e *Engine) placeFile(p pack, f PackFile, dir string) (err error) {
	if !filepath.IsLocal(f.Title) || strings.HasPrefix(f.Title, ".") {
		return errors.New("its path leads out of the pack")
	}
	in, err := e.opt.Content.Open(p.digest, f.Title)
	if err != nil {
		return err
	}
	defer in.Close()
	at := filepath.Join(dir, f.Title)
	if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
		return err
	}
	out, err := os.OpenFile(at, os.O_CREATE|os.O_EXCL|os.O_WRONLY, f.Mode.Perm())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	n, err := io.Copy(out, in)
	if err != nil {
		return err
	}
	if n != f.SizeBytes {
		return fmt.Errorf("it has %d bytes, not %d", n, f.SizeBytes)
	}
	if err := out.Chmod(f.Mode.Perm()); err != nil { // whatever the umask
		return err
	}
	return out.Sync()
}

// link makes at a symbolic link to target, replacing a link. A file that is not a link is left alone.
func (e *Engine) link(target, at string) error {
	full := e.path(at)
	if st, err := os.Lstat(full); err == nil && st.Mode()&os.ModeSymlink == 0 {
		return fmt.Errorf("%s is there already and is not a link", at)
	}
	if old, err := os.Readlink(full); err == nil && old == target {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		return err
	}
	if err := renameio.Symlink(target, full); err != nil {
		return err
	}
	return syncDir(filepath.Dir(full))
}
