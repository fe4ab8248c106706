package tus

import (
	"crypto/sha256"
	"encoding"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode"

	"github.com/google/renameio/v2"
)

// record is the checkpoint of an upload. Offset bytes of the part file are
// durable and Hash is the state of SHA-256 after them.
type record struct {
	ID       string    `json:"id"`
	Filename string    `json:"filename"`
	Size     int64     `json:"size"`
	Offset   int64     `json:"offset"`
	Hash     []byte    `json:"hash"`
	Created  time.Time `json:"created"`
	Updated  time.Time `json:"updated"`
}

func (r record) hash() (hash.Hash, error) {
	h := sha256.New()
	if err := h.(encoding.BinaryUnmarshaler).UnmarshalBinary(r.Hash); err != nil {
		return nil, fmt.Errorf("hash state of upload %s: %w", r.ID, err)
	}
	return h, nil
}

func (r *record) setHash(h hash.Hash) (err error) {
	r.Hash, err = h.(encoding.BinaryMarshaler).MarshalBinary()
	return err
}

func (r record) upload() (Upload, error) {
	u := Upload{ID: r.ID, Filename: r.Filename, SizeBytes: r.Size, OffsetBytes: r.Offset, CreatedAt: r.Created, UpdatedAt: r.Updated}
	if !u.Done() {
		return u, nil
	}
	h, err := r.hash()
	if err != nil {
		return u, err
	}
	u.SHA256 = hex.EncodeToString(h.Sum(nil))
	return u, nil
}

// save makes the record durable: file, rename, folder.
func (r record) save(dir string) error {
	raw, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("save upload: %w", err)
	}
	if err := renameio.WriteFile(filepath.Join(dir, r.ID+".json"), raw, 0o600); err != nil {
		return fmt.Errorf("save upload: %w", err)
	}
	return syncDir(dir)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync upload folder: %w", err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("sync upload folder: %w", err)
	}
	return nil
}

// validID accepts the ids this package makes, and so nothing that is a path.
func validID(id string) bool {
	raw, err := hex.DecodeString(id)
	return err == nil && len(raw) == 16 && strings.ToLower(id) == id
}

// maxFilename bounds the file name that is shown, in bytes.
const maxFilename = 255

// cleanFilename keeps what is safe to show of a name that the client chose.
func cleanFilename(name string) string {
	name = strings.Map(func(r rune) rune {
		if r == unicode.ReplacementChar || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, name)
	for len(name) > maxFilename {
		runes := []rune(name)
		name = string(runes[:len(runes)-1-(len(name)-maxFilename)/4])
	}
	return name
}
