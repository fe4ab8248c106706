package rootfs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"

	"github.com/slipway-os/slipway/systemd"
)

// Clone copies a tree so that both share the contents of their files, which
// takes a fraction of a second. On another file system it is a real copy. to
// must not exist.
func Clone(ctx context.Context, from, to string) error {
	args := []string{"-a"}
	same, err := sameFileSystem(from, filepath.Dir(to))
	if err != nil {
		return err
	}
	if same {
		args = append(args, "--link")
	}
	args = append(args, "--", from, to)
	if out, err := exec.CommandContext(ctx, "cp", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("copy the tree %s to %s: %w: %s", from, to, err, out)
	}
	return nil
}

func sameFileSystem(a, b string) (bool, error) {
	var dev [2]uint64
	for i, path := range []string{a, b} {
		info, err := os.Stat(path)
		if err != nil {
			return false, err
		}
		dev[i] = info.Sys().(*syscall.Stat_t).Dev
	}
	return dev[0] == dev[1], nil
}

// writeFile makes a new file in the tree dir, whatever stood there before; the
// old contents may be shared with another tree and stay as they are.
func writeFile(dir, name string, data []byte, mode fs.FileMode) error {
	path, err := freeName(dir, name)
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, data, mode); err != nil {
		return err
	}
	return os.Chmod(path, mode) // the umask does not decide what the image holds
}

// installFile copies a file of this machine into the tree.
func installFile(dir, name, source string, mode fs.FileMode) error {
	in, err := os.Open(source)
	if err != nil {
		return err
	}
	defer in.Close()
	path, err := freeName(dir, name)
	if err != nil {
		return err
	}
	out, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Chmod(mode), out.Close())
}

func symlink(dir, name, target string) error {
	path, err := freeName(dir, name)
	if err != nil {
		return err
	}
	return os.Symlink(target, path)
}

// freeName makes name's directory and removes what name is.
func freeName(dir, name string) (string, error) {
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return "", err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	return path, nil
}

// overlayFiles lays tree over dir. Scripts keep their bit by their first line,
// since an embedded file has no mode of its own.
func overlayFiles(dir string, tree fs.FS) error {
	return fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		mode := fs.FileMode(0o644)
		if len(data) > 1 && string(data[:2]) == "#!" {
			mode = 0o755
		}
		return writeFile(dir, name, data, mode)
	})
}

func makeLinks(dir string, links []systemd.Link) error {
	for _, link := range links {
		if err := symlink(dir, link.Path, link.Target); err != nil {
			return err
		}
	}
	return nil
}
