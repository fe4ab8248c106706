package state

import (
	"encoding/json"
	"fmt"

	"go.etcd.io/bbolt"
)

// Bucket is one named set of keys. It exists as soon as something is put into it. Safe for concurrent use.
type Bucket struct {
	db   *DB
	name string
}

// Change is one write of Apply. A nil Value deletes the key.
type Change struct {
	Bucket string
	Key    string // not empty, at most 32768 bytes (bbolt.MaxKeySize)
	Value  any    // stored as JSON
}

// Bucket names a bucket. Names that begin with an underscore belong to this package.
func (db *DB) Bucket(name string) *Bucket { return &Bucket{db: db, name: name} }

// Apply writes all changes or none, durably.
func (db *DB) Apply(changes ...Change) error {
	raw := make([][]byte, len(changes))
	for i, c := range changes {
		if c.Bucket == "" || c.Bucket[0] == '_' || c.Key == "" {
			return fmt.Errorf("state: bucket %q, key %q: neither may be empty or begin a bucket name with _", c.Bucket, c.Key)
		}
		if c.Value == nil {
			continue
		}
		var err error
		if raw[i], err = json.Marshal(c.Value); err != nil {
			return fmt.Errorf("state: encoding %s/%s: %w", c.Bucket, c.Key, err)
		}
	}
	err := db.bolt.Update(func(tx *bbolt.Tx) error {
		for i, c := range changes {
			if err := write(tx, c.Bucket, c.Key, raw[i]); err != nil {
				return fmt.Errorf("%s/%s: %w", c.Bucket, c.Key, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("writing the state file %s: %w", db.bolt.Path(), err)
	}
	return nil
}

func write(tx *bbolt.Tx, bucket, key string, raw []byte) error {
	if raw == nil {
		if b := tx.Bucket([]byte(bucket)); b != nil {
			return b.Delete([]byte(key))
		}
		return nil
	}
	b, err := tx.CreateBucketIfNotExists([]byte(bucket))
	if err != nil {
		return err
	}
	return b.Put([]byte(key), raw)
}

// Put stores v as JSON under key, durably. A nil v is refused: use Delete.
func (b *Bucket) Put(key string, v any) error {
	if v == nil {
		return fmt.Errorf("state: putting nothing under %s/%s", b.name, key)
	}
	return b.db.Apply(Change{Bucket: b.name, Key: key, Value: v})
}

// Delete removes key, durably. An absent key is no error.
func (b *Bucket) Delete(key string) error {
	return b.db.Apply(Change{Bucket: b.name, Key: key})
}

// Get decodes the value of key into v and reports whether there was one; v is untouched otherwise.
func (b *Bucket) Get(key string, v any) (found bool, err error) {
	var raw []byte
	err = b.view(func(bucket *bbolt.Bucket) error {
		raw = append(raw, bucket.Get([]byte(key))...)
		return nil
	})
	if err != nil || raw == nil {
		return false, err
	}
	if err := json.Unmarshal(raw, v); err != nil {
		return false, fmt.Errorf("state: decoding %s/%s: %w", b.name, key, err)
	}
	return true, nil
}

// Each calls fn for every key in byte order, on a snapshot: fn may keep raw and may write to the bucket. The first
// error ends it and is returned.
func (b *Bucket) Each(fn func(key string, raw []byte) error) error {
	type entry struct {
		key string
		raw []byte
	}
	var all []entry
	err := b.view(func(bucket *bbolt.Bucket) error {
		return bucket.ForEach(func(k, v []byte) error {
			all = append(all, entry{string(k), append([]byte(nil), v...)})
			return nil
		})
	})
	for i := 0; err == nil && i < len(all); i++ {
		err = fn(all[i].key, all[i].raw)
	}
	return err
}

func (b *Bucket) view(fn func(*bbolt.Bucket) error) error {
	err := b.db.bolt.View(func(tx *bbolt.Tx) error {
		if bucket := tx.Bucket([]byte(b.name)); bucket != nil {
			return fn(bucket)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("reading the state file: %w", err)
	}
	return nil
}
