package tus

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/tus/tusd/v2/pkg/handler"
)

// dataStore is tusd's DataStore over files with checkpoints. tusd holds one
// lock per upload around every call that concerns it.
type dataStore struct {
	o          Options
	checkpoint int64      // bytes between checkpoints
	mu         sync.Mutex // creation, removal and active
	active     map[string]*active
}

// active is an upload that is being written.
type active struct{ offset atomic.Int64 }

func (d *dataStore) part(id string) string { return filepath.Join(d.o.Dir, id+".part") }

// NewUpload implements handler.DataStore. It checks all limits.
func (d *dataStore) NewUpload(_ context.Context, info handler.FileInfo) (handler.Upload, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.admit(info.Size); err != nil {
		return nil, err
	}
	id := make([]byte, 16)
	rand.Read(id)
	now := d.o.Now().UTC()
	r := record{ID: hex.EncodeToString(id), Filename: cleanFilename(info.MetaData["filename"]),
		Size: info.Size, Created: now, Updated: now}
	if err := r.setHash(sha256.New()); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(d.part(r.ID), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, d.failed("create", r.ID, err)
	}
	if err := errors.Join(f.Close(), r.save(d.o.Dir)); err != nil {
		return nil, d.failed("create", r.ID, errors.Join(err, os.Remove(d.part(r.ID))))
	}
	return &upload{d: d, r: r}, nil
}

// admit refuses what does not fit: the file itself, once more as the least it
// unpacks to, and what other uploads still have to bring.
func (d *dataStore) admit(size int64) error {
	records, err := d.list()
	if err != nil {
		return d.failed("list", "", err)
	}
	need, incomplete := 2*size, 0
	for _, r := range records {
		if r.Offset < r.Size {
			incomplete++
			need += r.Size - r.Offset
		}
	}
	if size == 0 {
		return handler.NewError("ERR_EMPTY", "the file is empty: choose a content bundle (.tar.zst)", http.StatusBadRequest)
	}
	if incomplete >= d.o.MaxIncomplete {
		return handler.NewError("ERR_TOO_MANY_UPLOADS",
			fmt.Sprintf("%d uploads are not complete yet: finish or cancel one first", incomplete), http.StatusTooManyRequests)
	}
	if err := d.o.CheckSpace(need); err != nil {
		return handler.NewError("ERR_NO_SPACE", err.Error(), http.StatusInsufficientStorage)
	}
	return nil
}

// failed logs an internal error and hides its paths from the client.
func (d *dataStore) failed(what, id string, err error) error {
	d.o.Log.Error("upload failed", "step", what, "upload", id, "error", err)
	return handler.NewError("ERR_STORAGE", "the storage pool refused to "+what+" the upload: see the agent's log", http.StatusInternalServerError)
}

// GetUpload implements handler.DataStore: it cuts off what was written after
// the last checkpoint.
func (d *dataStore) GetUpload(_ context.Context, id string) (handler.Upload, error) {
	r, err := d.load(id)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, handler.ErrNotFound
	}
	if err != nil {
		return nil, d.failed("open", id, err)
	}
	st, err := os.Stat(d.part(id))
	if err == nil && st.Size() > r.Offset {
		err = os.Truncate(d.part(id), r.Offset)
	}
	if err == nil && st.Size() < r.Offset {
		err = fmt.Errorf("%d bytes are there, the checkpoint says %d", st.Size(), r.Offset)
	}
	if err != nil {
		return nil, d.failed("resume", id, err)
	}
	return &upload{d: d, r: r}, nil
}

func (d *dataStore) load(id string) (record, error) {
	var r record
	if !validID(id) {
		return r, fmt.Errorf("upload %.40q: %w", id, fs.ErrNotExist)
	}
	raw, err := os.ReadFile(filepath.Join(d.o.Dir, id+".json"))
	if err != nil {
		return r, fmt.Errorf("upload: %w", err)
	}
	if err := json.Unmarshal(raw, &r); err != nil {
		return r, fmt.Errorf("record of upload %s: %w", id, err)
	}
	return r, nil
}

func (d *dataStore) list() ([]record, error) {
	names, err := filepath.Glob(filepath.Join(d.o.Dir, "*.json"))
	if err != nil {
		return nil, fmt.Errorf("list uploads: %w", err)
	}
	var all []record
	for _, n := range names {
		r, err := d.load(strings.TrimSuffix(filepath.Base(n), ".json"))
		if errors.Is(err, fs.ErrNotExist) {
			continue // removed meanwhile
		}
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}

func (d *dataStore) writing(id string) *active {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.active[id]
}

// AsTerminatableUpload implements handler.TerminaterDataStore.
func (d *dataStore) AsTerminatableUpload(u handler.Upload) handler.TerminatableUpload {
	return u.(*upload)
}

// GetReader implements handler.Upload; downloads are disabled.
func (u *upload) GetReader(context.Context) (io.ReadCloser, error) {
	return nil, errors.ErrUnsupported
}
