package tus

import (
	"context"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"os"

	"github.com/tus/tusd/v2/pkg/handler"
	"golang.org/x/sys/unix"
)

const (
	// checkpointBytes is what a kill can cost. Every checkpoint is an fsync,
	// and with less than 64 MiB they begin to cost throughput.
	checkpointBytes = 64 << 20
	// windowBytes is written back early, so that an upload of many GiB does
	// not fill the page cache beside etcd and then stall at fdatasync.
	windowBytes = 8 << 20
	bufferBytes = 256 << 10
)

// upload is one upload while tusd holds its lock.
type upload struct {
	d *dataStore
	r record
}

// GetInfo implements handler.Upload.
func (u *upload) GetInfo(context.Context) (handler.FileInfo, error) {
	return handler.FileInfo{ID: u.r.ID, Size: u.r.Size, Offset: u.r.Offset,
		MetaData: handler.MetaData{"filename": u.r.Filename}}, nil
}

// WriteChunk implements handler.Upload. What it returns is durable.
func (u *upload) WriteChunk(_ context.Context, offset int64, src io.Reader) (int64, error) {
	if offset != u.r.Offset {
		return 0, handler.ErrMismatchOffset
	}
	h, err := u.r.hash()
	if err != nil {
		return 0, u.d.failed("resume", u.r.ID, err)
	}
	f, err := os.OpenFile(u.d.part(u.r.ID), os.O_WRONLY, 0)
	if err != nil {
		return 0, u.d.failed("open", u.r.ID, err)
	}
	w := &writer{u: u, f: f, hash: h, n: offset, window: offset, live: u.d.begin(u.r.ID, offset)}
	defer u.d.end(u.r.ID)
	_, err = io.CopyBuffer(w, onlyReader{src}, make([]byte, bufferBytes))
	err = errors.Join(err, w.checkpoint(), f.Close())
	if err != nil {
		err = u.d.failed("write", u.r.ID, err)
	}
	return u.r.Offset - offset, err
}

// FinishUpload implements handler.Upload; the last checkpoint did it all.
func (u *upload) FinishUpload(context.Context) error { return nil }

// Terminate implements handler.TerminatableUpload.
func (u *upload) Terminate(context.Context) error {
	if u.r.Offset == u.r.Size {
		return handler.NewError("ERR_COMPLETE", "the upload is complete and being imported: cancel the operation instead", http.StatusConflict)
	}
	return u.d.remove(u.r.ID)
}

func (d *dataStore) begin(id string, offset int64) *active {
	a := &active{}
	a.offset.Store(offset)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.active[id] = a
	return a
}

func (d *dataStore) end(id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.active, id)
}

// writer appends to the part file, hashes, and makes checkpoints.
type writer struct {
	u      *upload
	f      *os.File
	hash   hash.Hash
	n      int64 // end of what was written
	window int64 // end of what was given to early writeback
	live   *active
}

func (w *writer) Write(p []byte) (int, error) {
	n, err := w.f.WriteAt(p, w.n)
	w.hash.Write(p[:n])
	w.n += int64(n)
	w.live.offset.Store(w.n)
	if err != nil {
		return n, err
	}
	if w.n-w.window >= windowBytes {
		w.writeBack()
	}
	if w.n-w.u.r.Offset >= w.u.d.checkpoint {
		err = w.checkpoint()
	}
	return n, err
}

// writeBack starts writing the last window and drops the one before, which is
// written by now, from the page cache. Both are only hints.
func (w *writer) writeBack() {
	fd := int(w.f.Fd())
	_ = unix.SyncFileRange(fd, w.window, w.n-w.window, unix.SYNC_FILE_RANGE_WRITE)
	if before := w.window - windowBytes; before >= 0 {
		_ = unix.SyncFileRange(fd, before, windowBytes,
			unix.SYNC_FILE_RANGE_WAIT_BEFORE|unix.SYNC_FILE_RANGE_WRITE|unix.SYNC_FILE_RANGE_WAIT_AFTER)
		_ = unix.Fadvise(fd, before, windowBytes, unix.FADV_DONTNEED)
	}
	w.window = w.n
}

func (w *writer) checkpoint() error {
	if w.n == w.u.r.Offset {
		return nil
	}
	if err := unix.Fdatasync(int(w.f.Fd())); err != nil {
		return fmt.Errorf("write upload to disk: %w", err)
	}
	next := w.u.r
	next.Offset, next.Updated = w.n, w.u.d.o.Now().UTC()
	if err := next.setHash(w.hash); err != nil {
		return err
	}
	if err := next.save(w.u.d.o.Dir); err != nil {
		return err
	}
	w.u.r = next
	return nil
}

// onlyReader hides WriteTo, so that every byte passes the writer in buffers.
type onlyReader struct{ io.Reader }
