package state

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// lockTimeout is how long Open waits for another process to let go of the file: longer than an agent that is just
// stopping needs, short enough that a person sees the sentence.
const lockTimeout = 2 * time.Second

// ErrLocked is wrapped by Open when another process holds the file.
var ErrLocked = errors.New("another slipway agent is running")

// ErrDamaged is wrapped by Open when the file is not a readable state file.
var ErrDamaged = errors.New("the state file is damaged")

// ErrNewerSchema is wrapped by Open when a newer agent wrote the file.
var ErrNewerSchema = errors.New("the state file was written by a newer slipway agent")

var errEmpty = errors.New("it is empty")

// DB is an open state file. It is safe for concurrent use; the zero value is not usable.
type DB struct {
	bolt *bbolt.DB
}

// Open opens the state file at path, creating it (0600, its directory 0700) when it is absent, and brings it to this
// agent's schema. It holds an exclusive lock until Close. A damaged or newer file is refused and left untouched.
func Open(path string) (*DB, error) { return open(path, migrations, lockTimeout) }

// Close releases the file after running transactions end. Later calls on the DB fail.
func (db *DB) Close() error {
	if err := db.bolt.Close(); err != nil {
		return fmt.Errorf("closing the state file %s: %w", db.bolt.Path(), err)
	}
	return nil
}

func open(path string, steps []migration, timeout time.Duration) (*DB, error) {
	err := createIfAbsent(path, len(steps))
	if errors.Is(err, errEmpty) {
		return nil, damaged(path, err)
	}
	if err != nil {
		return nil, fmt.Errorf("creating the state file %s: %w", path, err)
	}
	b, err := openBolt(path, timeout)
	if errors.Is(err, bolterrors.ErrTimeout) {
		return nil, fmt.Errorf("%w: it holds %s; stop it first (systemctl stop slipway-agent)", ErrLocked, path)
	}
	if errors.Is(err, os.ErrPermission) {
		return nil, fmt.Errorf("opening the state file %s: %w; run the agent as root or give it a --root of its own", path, err)
	}
	if err != nil {
		return nil, damaged(path, err)
	}
	db := &DB{bolt: b}
	if err := verify(b); err != nil {
		_ = b.Close()
		return nil, damaged(path, err)
	}
	if err := migrate(b, steps); err != nil {
		_ = b.Close()
		return nil, fmt.Errorf("state file %s: %w", path, err)
	}
	return db, nil
}

func damaged(path string, err error) error {
	return fmt.Errorf("%w: %s (%w); it is left as it is: restore it from a backup, or move it away to start as a new host",
		ErrDamaged, path, err)
}

// createIfAbsent makes a complete empty file under another name and links it to path, so that a power cut leaves
// either no file or a whole one, and two agents that start at once cannot replace each other's.
func createIfAbsent(path string, schema int) error {
	if info, err := os.Stat(path); err == nil && info.Size() == 0 {
		return errEmpty // bbolt would take it for a new database
	} else if !errors.Is(err, os.ErrNotExist) {
		return err
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(dir, ".new-*.db") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	if err := tmp.Close(); err != nil {
		return err
	}
	b, err := openBolt(tmp.Name(), lockTimeout)
	if err != nil {
		return err
	}
	err = b.Update(func(tx *bbolt.Tx) error { return writeSchema(tx, schema) })
	if err := errors.Join(err, b.Close()); err != nil {
		return err
	}
	if err := os.Link(tmp.Name(), path); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	return syncDir(dir)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
