// Package store keeps content in the storage pool: blobs by digest, and the
// items (content bundles) that need them.
//
//	<pool>/blobs/sha256/<hex>   a blob; in this folder only after its digest
//	                            was verified, its bytes fsynced, then renamed
//	<pool>/partial/<hex>        a blob that sync is still fetching
//	<pool>/import-*/<hex>       blobs of an import that is not done
//
//	import:  stage --verified--> record "unfinished" --> rename blobs --> record "done"
//	delete:  record "unfinished" --> remove blobs --> remove record
//	kill -9: Open removes staged files, and unfinished items with their blobs
//
// An item is listed only with its record "done". Item records are in the
// Records seam, everything else in the pool; a pool that was kept while the
// records went, as in a new installation, is looked through for its items. A Store has no goroutines; all
// methods may be called at once from many.
package store

import (
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/slipway-os/slipway/agent/content"
)

// Errors that callers tell apart.
var (
	ErrNotFound = errors.New("not in the content store")
	ErrInUse    = errors.New("in use by the cluster")
	ErrNoSpace  = errors.New("not enough free space in the storage pool")
	ErrDamaged  = errors.New("damaged in the storage pool")
)

// Records persists item records; a *state.Bucket is one.
type Records interface {
	Put(key string, v any) error
	Delete(key string) error
	Each(fn func(key string, raw []byte) error) error
}

// Options configure a Store. Dir and Records are needed.
type Options struct {
	Dir     string // the storage pool
	Records Records
	Log     *slog.Logger
	// Reserve is how many bytes of a pool of total bytes stay free; nil is
	// DefaultReserve.
	Reserve func(total int64) int64
	// InUse lists digests of items, packs, images or definitions that the
	// cluster uses: their items cannot be deleted. nil: none.
	InUse func() []string
	// OnChange is called without locks held after items or blobs came or
	// went. It must not block.
	OnChange func()
	Now      func() time.Time
}

// DefaultReserve keeps the larger of 1 GiB and 2 % free, so that logs and
// etcd on the same disk go on when uploads fill the pool.
func DefaultReserve(total int64) int64 { return max(1<<30, total/50) }

// Store is the content of one host. Make it with Open.
type Store struct {
	o     Options
	mu    sync.RWMutex
	blobs map[string]int64 // digest -> size of what blobs/sha256 has
	items map[string]*item
	// expected are manifests of items that sync is fetching: their blobs are
	// not garbage and their tags resolve already.
	expected map[string]content.Manifest
	version  uint64 // of blobs; with opened the tag of the have list
	opened   string // random per Open
}

type item struct {
	record
	manifest *content.Manifest // nil when the manifest blob is missing or damaged
}

type record struct {
	Digest    string    `json:"digest"`
	Name      string    `json:"name"`
	Version   string    `json:"version"`
	Type      string    `json:"type"`
	SizeBytes int64     `json:"sizeBytes"`
	AddedAt   time.Time `json:"addedAt"`
	// Unfinished: its import is not done yet or its deletion has begun.
	Unfinished bool `json:"unfinished,omitempty"`
}

// Open opens the store in o.Dir, makes its folders and removes what a killed
// import left.
func Open(o Options) (*Store, error) {
	o = o.withDefaults()
	s := &Store{o: o, blobs: map[string]int64{}, items: map[string]*item{}, expected: map[string]content.Manifest{}, opened: rand.Text()}
	for _, dir := range []string{s.blobDir(), s.partialDir()} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, fmt.Errorf("open the storage pool %s: %w", o.Dir, err)
		}
	}
	if err := s.removeStaged(); err != nil {
		return nil, err
	}
	if err := s.loadBlobs(); err != nil {
		return nil, err
	}
	if err := s.loadItems(); err != nil {
		return nil, err
	}
	if err := s.relist(); err != nil {
		return nil, err
	}
	return s, s.rollBack()
}

func (o Options) withDefaults() Options {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Reserve == nil {
		o.Reserve = DefaultReserve
	}
	if o.InUse == nil {
		o.InUse = func() []string { return nil }
	}
	if o.OnChange == nil {
		o.OnChange = func() {}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

func (s *Store) blobDir() string    { return filepath.Join(s.o.Dir, "blobs", "sha256") }
func (s *Store) partialDir() string { return filepath.Join(s.o.Dir, "partial") }

// path returns the file of a blob; digest must be valid.
func (s *Store) path(digest string) string {
	h, _ := content.DigestHex(digest)
	return filepath.Join(s.blobDir(), h)
}
