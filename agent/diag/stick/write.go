package stick

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// Writer mounts sticks at Dir, which is its own; one at a time.
type Writer struct{ Dir string }

// Write copies size bytes to a file called name in the root of the stick; an older file of that name is replaced. When it
// returns, whatever happened, the stick is unmounted, and after a nil everything is on it. progress is called with the
// bytes written so far.
func (w Writer) Write(ctx context.Context, s Stick, name string, from io.Reader, size int64, progress func(done int64)) (err error) {
	if err := os.MkdirAll(w.Dir, 0o700); err != nil {
		return err
	}
	for unix.Unmount(w.Dir, 0) == nil { //nolint:revive // what an agent that was killed left
	}
	if err := unix.Mount(s.Device, w.Dir, s.FileSystem, unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC|unix.MS_NOATIME, ""); err != nil {
		return fmt.Errorf("%s cannot be mounted as %s: %w; is it still in the host, and does another computer write to it?", s.Device, s.FileSystem, err)
	}
	defer func() {
		if uerr := unix.Unmount(w.Dir, 0); uerr != nil {
			err = errors.Join(err, fmt.Errorf("%s cannot be unmounted: %w; shut the host down before you pull it", s.Device, uerr))
		}
	}()
	var space unix.Statfs_t
	if err := unix.Statfs(w.Dir, &space); err != nil {
		return err
	}
	if free := int64(space.Bavail) * space.Bsize; free < size+reserve {
		return fmt.Errorf("the stick %s has %d KiB free, %d are needed; delete something from it or take another", s.Device, free>>10, (size+reserve)>>10)
	}
	return place(ctx, w.Dir, name, from, progress)
}

// reserve is what a file takes beside its bytes, at the most.
const reserve = 1 << 20

// place writes the file. Nothing leads out of the stick: os.Root follows no link that does.
func place(ctx context.Context, dir, name string, from io.Reader, progress func(done int64)) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	partial := name + ".partial"
	if err := root.Remove(partial); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	f, err := root.OpenFile(partial, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("the stick cannot be written to: %w", err)
	}
	_, err = io.Copy(f, &watched{ctx: ctx, r: from, progress: progress})
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(fmt.Errorf("the stick cannot be written to: %w", err), root.Remove(partial))
	}
	if err := root.Rename(partial, name); err != nil {
		return err
	}
	d, err := root.Open(".")
	if err != nil {
		return err
	}
	return errors.Join(unix.Syncfs(int(d.Fd())), d.Close())
}

// watched stops with its context and tells how far it is.
type watched struct {
	ctx      context.Context
	r        io.Reader
	done     int64
	progress func(done int64)
}

func (w *watched) Read(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := w.r.Read(p)
	w.done += int64(n)
	w.progress(w.done)
	return n, err
}
