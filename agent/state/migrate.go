package state

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"
)

// A migration brings a file from schema i to i+1, where i is its index in the list. It runs in the transaction that
// also writes the new schema number, so a power cut leaves the old schema whole.
type migration struct {
	name  string
	apply func(tx *bbolt.Tx) error
}

// migrations is the history of the schema: append only, never edit an entry that was released.
var migrations = []migration{
	{name: "first schema: buckets of JSON values", apply: func(*bbolt.Tx) error { return nil }},
}

var (
	metaBucket = []byte("_meta")
	schemaKey  = []byte("schema")
)

// migrate runs the missing migrations. Before the first it keeps a snapshot at FILE.schemaN, because a host that falls
// back to its older image (A/B) runs an agent that refuses the newer file.
func migrate(b *bbolt.DB, steps []migration) error {
	var have int
	err := b.View(func(tx *bbolt.Tx) (err error) {
		have, err = readSchema(tx)
		return err
	})
	if err != nil {
		return err
	}
	if have > len(steps) {
		return fmt.Errorf("%w: it has schema %d, this agent knows up to %d; start the newer agent again",
			ErrNewerSchema, have, len(steps))
	}
	if have == len(steps) {
		return nil
	}
	if err := snapshot(b, fmt.Sprintf("%s.schema%d", b.Path(), have)); err != nil {
		return fmt.Errorf("keeping a snapshot before the upgrade from schema %d: %w", have, err)
	}
	return b.Update(func(tx *bbolt.Tx) error {
		for i := have; i < len(steps); i++ {
			if err := steps[i].apply(tx); err != nil {
				return fmt.Errorf("upgrade to schema %d (%s): %w; nothing was changed", i+1, steps[i].name, err)
			}
		}
		return writeSchema(tx, len(steps))
	})
}

func readSchema(tx *bbolt.Tx) (int, error) {
	meta := tx.Bucket(metaBucket)
	if meta == nil {
		return 0, errors.New("it is a database of another program (no schema number); give the agent a directory of its own")
	}
	var n int
	if err := json.Unmarshal(meta.Get(schemaKey), &n); err != nil || n < 1 {
		return 0, fmt.Errorf("%w: its schema number %q is no positive number", ErrDamaged, meta.Get(schemaKey))
	}
	return n, nil
}

func writeSchema(tx *bbolt.Tx, n int) error {
	meta, err := tx.CreateBucketIfNotExists(metaBucket)
	if err != nil {
		return err
	}
	return meta.Put(schemaKey, fmt.Append(nil, n))
}

// snapshot copies the file to path: a temporary file, fsync, rename, fsync of the directory.
func snapshot(b *bbolt.DB, path string) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".snapshot-*.db") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	err = b.View(func(tx *bbolt.Tx) error {
		_, err := tx.WriteTo(tmp)
		return err
	})
	if err := errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}
