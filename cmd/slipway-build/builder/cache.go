package builder

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/renameio/v2"
	"golang.org/x/sys/unix"

	"github.com/slipway-os/slipway/agent/content"
	"github.com/slipway-os/slipway/agent/content/bundlewriter"
	"github.com/slipway-os/slipway/iso/cachedir"
)

// cache is a folder of finished results: dirs/<kind>/<key>/, memos/<key>.json
// and blobs/<hex>. tmp/ holds what is in work. One process at a time uses it.
// What no build has used for two weeks goes at the end of one.
type cache struct {
	root string
	lock *os.File
}

// openCache takes the cache's lock and removes what a killed build left.
func openCache(root string) (*cache, error) {
	for _, dir := range []string{"dirs", "memos", "blobs"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			return nil, err
		}
	}
	lock, err := os.OpenFile(filepath.Join(root, "lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		lock.Close()
		return nil, fmt.Errorf("another build uses the cache %s; wait for it or choose another --cache: %w", root, err)
	}
	c := &cache{root: root, lock: lock}
	if err := os.RemoveAll(c.path("tmp")); err != nil {
		c.Close()
		return nil, err
	}
	return c, os.MkdirAll(c.path("tmp"), 0o755)
}

// Close gives the lock back.
func (c *cache) Close() error { return c.lock.Close() }

func (c *cache) path(elem ...string) string {
	return filepath.Join(append([]string{c.root}, elem...)...)
}

// key is the digest of a step's inputs. The values must encode to JSON without
// loss; maps are encoded sorted.
func key(inputs ...any) string {
	data, err := json.Marshal(inputs)
	if err != nil {
		panic(fmt.Sprintf("builder: inputs %T cannot be a key: %v", inputs, err))
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// dir returns the finished folder of a key; fill makes it in a temporary place
// when it is not there.
func (c *cache) dir(kind, key string, fill func(tmp string) error) (dir string, cached bool, err error) {
	dir = c.path("dirs", kind, key[:32])
	if _, err := os.Stat(dir); err == nil {
		return dir, true, cachedir.Used(dir)
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return "", false, err
	}
	tmp, err := os.MkdirTemp(c.path("tmp"), kind+"-")
	if err != nil {
		return "", false, err
	}
	defer os.RemoveAll(tmp)
	work := filepath.Join(tmp, "out")
	if err := os.Mkdir(work, 0o755); err != nil {
		return "", false, err
	}
	if err := fill(work); err != nil {
		return "", false, err
	}
	// One syncfs instead of an fsync for each of thousands of files.
	if err := syncFileSystem(work); err != nil {
		return "", false, err
	}
	if err := os.Rename(work, dir); err != nil {
		return "", false, err
	}
	return dir, false, errors.Join(cachedir.Used(dir), syncDir(filepath.Dir(dir)))
}

// dropOld removes what no build has used for long. It comes at the end of a build, when all that is needed has been used.
func (c *cache) dropOld() error {
	folders, err := filepath.Glob(c.path("dirs", "*"))
	for _, folder := range append(folders, c.path("memos"), c.path("blobs")) {
		_, derr := cachedir.Drop(folder, time.Now(), func(string) bool { return true })
		err = errors.Join(err, derr)
	}
	return err
}

// memo reads the remembered result of a key, or computes and remembers it. A
// result whose blobs are gone does not count: valid says whether it holds.
func (c *cache) memo(key string, result any, valid func() bool, compute func() error) (cached bool, err error) {
	file := c.path("memos", key+".json")
	data, err := os.ReadFile(file)
	if err == nil && json.Unmarshal(data, result) == nil && valid() {
		return true, cachedir.Used(file)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	if err := compute(); err != nil {
		return false, err
	}
	if data, err = json.Marshal(result); err != nil {
		return false, err
	}
	if err := renameio.WriteFile(file, data, 0o644); err != nil {
		return false, err
	}
	return false, errors.Join(cachedir.Used(file), syncDir(filepath.Dir(file)))
}

// blob returns the blob of a known digest and whether the cache has it.
func (c *cache) blob(known content.Blob) (bundlewriter.Blob, bool) {
	path := c.path("blobs", strings.TrimPrefix(known.Digest, "sha256:"))
	info, err := os.Stat(path)
	there := err == nil && info.Size() == known.SizeBytes && cachedir.Used(path) == nil
	return bundlewriter.KnownFile(path, known), there
}

// addBlob stores what write writes. want, if not empty, is the digest that it
// must have.
func (c *cache) addBlob(want string, write func(w io.Writer) error) (content.Blob, error) {
	f, err := os.CreateTemp(c.path("tmp"), "blob-")
	if err != nil {
		return content.Blob{}, err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	hash := sha256.New()
	if err := write(io.MultiWriter(f, hash)); err != nil {
		return content.Blob{}, err
	}
	size, err := f.Seek(0, io.SeekCurrent)
	if err != nil {
		return content.Blob{}, err
	}
	digest := content.DigestFromSum(hash.Sum(nil))
	if want != "" && digest != want {
		return content.Blob{}, fmt.Errorf("the source sent %s where it promised %s", digest, want)
	}
	if err := errors.Join(f.Chmod(0o644), f.Sync()); err != nil {
		return content.Blob{}, err
	}
	target := c.path("blobs", strings.TrimPrefix(digest, "sha256:"))
	if err := os.Rename(f.Name(), target); err != nil {
		return content.Blob{}, err
	}
	return content.Blob{Digest: digest, SizeBytes: size}, errors.Join(cachedir.Used(target), syncDir(filepath.Dir(target)))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

func syncFileSystem(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return unix.Syncfs(int(d.Fd()))
}
