package state

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
	"time"

	"go.etcd.io/bbolt"
)

// openBolt opens the file; bbolt panics or faults on some damaged files, which comes back as an error here.
func openBolt(path string, timeout time.Duration) (b *bbolt.DB, err error) {
	defer catch(&err)()
	return bbolt.Open(path, 0o600, &bbolt.Options{Timeout: timeout, FreelistType: bbolt.FreelistMapType})
}

// verify reads everything once. bbolt has checksums only on its two meta pages, so a torn or overwritten data page
// shows up as a fault, a panic or a value that is not JSON; better now than in the middle of an operation. The file
// holds a few MiB at most.
func verify(b *bbolt.DB) (err error) {
	defer catch(&err)()
	return b.View(func(tx *bbolt.Tx) error {
		info, err := os.Stat(b.Path())
		if err != nil {
			return err
		}
		if info.Size() < tx.Size() {
			return fmt.Errorf("it is cut off: %d of %d bytes", info.Size(), tx.Size())
		}
		if tx.Bucket(metaBucket) == nil {
			return nil // not ours: migrate says so
		}
		return tx.ForEach(func(name []byte, bucket *bbolt.Bucket) error {
			return bucket.ForEach(func(k, v []byte) error {
				if !json.Valid(v) {
					return fmt.Errorf("bucket %q, key %q: the value is not JSON", name, k)
				}
				return nil
			})
		})
	})
}

// catch turns a panic or a memory fault of the calling goroutine into *err until the returned function has run.
// Faults happen because bbolt maps the file: a page past its end raises SIGBUS.
func catch(err *error) func() {
	old := debug.SetPanicOnFault(true)
	return func() {
		debug.SetPanicOnFault(old)
		if r := recover(); r != nil {
			*err = fmt.Errorf("reading it failed: %v", r)
		}
	}
}
