package iso

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

// Bounds for reading an image that somebody hands us.
const (
	maxDirectory = 4 << 20
	maxRecords   = 20000
	maxArea      = 64 << 10 // of a continuation area
)

var errNoISO = errors.New("this is not an ISO9660 image: it has no primary volume descriptor")

// volume reads an ISO9660 volume with Rock Ridge names. It is our own reader, so that what go-diskfs wrote is not checked
// with go-diskfs.
type volume struct {
	io.ReaderAt
	id        string
	sectors   uint32
	root      record
	catalogAt uint32 // sector of the boot catalog, 0 without one
}

// record is a directory record (ECMA-119, 9.1) with the entries of its system use area (SUSP).
type record struct {
	offset      int64 // of the record in the image
	sector      uint32
	size        uint32
	isDir       bool
	isoName     string
	systemUse   []entry
	recordBytes int
}

// entry is one system use entry: two letters, a length, a version, data.
type entry struct {
	offset int64 // of the entry in the image
	data   []byte
}

func (e entry) is(signature string) bool { return string(e.data[:2]) == signature }

// readVolume reads the descriptors.
func readVolume(r io.ReaderAt) (*volume, error) {
	var d [sectorSize]byte
	if _, err := r.ReadAt(d[:], 16*sectorSize); err != nil {
		return nil, errNoISO
	}
	if d[0] != 1 || string(d[1:6]) != "CD001" {
		return nil, errNoISO
	}
	v := &volume{ReaderAt: r, id: strings.TrimRight(string(d[40:72]), " \x00"), sectors: binary.LittleEndian.Uint32(d[80:])}
	root, err := v.parseRecord(d[156:190], 16*sectorSize+156)
	if err != nil {
		return nil, fmt.Errorf("root directory: %w", err)
	}
	v.root = root
	if _, err := r.ReadAt(d[:], 17*sectorSize); err != nil {
		return nil, fmt.Errorf("read the second volume descriptor: %w", err)
	}
	if d[0] == 0 && bytes.HasPrefix(d[7:], []byte("EL TORITO SPECIFICATION")) {
		v.catalogAt = binary.LittleEndian.Uint32(d[71:])
	}
	return v, nil
}

// parseRecord reads one record from b, which starts with its length and lies at offset of the image.
func (v *volume) parseRecord(b []byte, offset int64) (record, error) {
	if len(b) < 34 || int(b[0]) > len(b) || b[0] < 34 || 33+int(b[32]) > int(b[0]) {
		return record{}, fmt.Errorf("bad directory record at byte %d", offset)
	}
	r := record{
		offset: offset, sector: binary.LittleEndian.Uint32(b[2:]), size: binary.LittleEndian.Uint32(b[10:]),
		isDir: b[25]&2 != 0, isoName: string(b[33 : 33+int(b[32])]), recordBytes: int(b[0]),
	}
	if b[25]&0x80 != 0 {
		return record{}, fmt.Errorf("record at byte %d continues in another extent, which is not supported", offset)
	}
	area := 33 + int(b[32])
	area += 1 - int(b[32])%2 // padding after a name of even length
	if area < int(b[0]) {
		var err error
		if r.systemUse, err = v.parseArea(b[area:b[0]], offset+int64(area), 0); err != nil {
			return record{}, err
		}
	}
	return r, nil
}

// parseArea reads system use entries, and those of the continuation area that a CE entry names.
func (v *volume) parseArea(b []byte, offset int64, depth int) ([]entry, error) {
	var entries []entry
	for len(b) >= 4 && b[0] != 0 {
		n := int(b[2])
		if n < 4 || n > len(b) {
			return nil, fmt.Errorf("bad system use entry at byte %d", offset)
		}
		e := entry{offset: offset, data: b[:n]}
		entries = append(entries, e)
		if e.is("CE") {
			more, err := v.parseContinuation(e, depth)
			if err != nil {
				return nil, err
			}
			entries = append(entries, more...)
		}
		b, offset = b[n:], offset+int64(n)
	}
	return entries, nil
}

func (v *volume) parseContinuation(e entry, depth int) ([]entry, error) {
	if len(e.data) < 28 || depth > 4 {
		return nil, fmt.Errorf("bad continuation of a directory record at byte %d", e.offset)
	}
	at := int64(binary.LittleEndian.Uint32(e.data[4:]))*sectorSize + int64(binary.LittleEndian.Uint32(e.data[12:]))
	size := binary.LittleEndian.Uint32(e.data[20:])
	if size > maxArea {
		return nil, fmt.Errorf("continuation area of %d bytes at byte %d", size, e.offset)
	}
	area := make([]byte, size)
	if _, err := v.ReadAt(area, at); err != nil {
		return nil, fmt.Errorf("read the continuation area at byte %d: %w", at, err)
	}
	return v.parseArea(area, at, depth+1)
}

// name is the Rock Ridge name, or the ISO9660 name without its version.
func (r record) name() string {
	var name strings.Builder
	for _, e := range r.systemUse {
		if e.is("NM") && len(e.data) > 5 {
			name.Write(e.data[5:])
		}
	}
	if name.Len() > 0 {
		return name.String()
	}
	plain, _, _ := strings.Cut(r.isoName, ";")
	return strings.TrimSuffix(plain, ".")
}

// walk calls visit for every record of the volume, with its path; the records of a directory for itself and its parent have
// the paths DIR/. and DIR/.. .
func (v *volume) walk(visit func(name string, r record) error) error {
	w := walker{volume: v, visit: visit, seen: map[uint32]bool{}}
	return w.dir(v.root, ".", 0)
}

type walker struct {
	*volume
	visit   func(string, record) error
	records int
	seen    map[uint32]bool
}

func (w *walker) dir(d record, name string, depth int) error {
	if depth > maxDepth || d.size > maxDirectory || w.seen[d.sector] {
		return fmt.Errorf("directory %s is too deep, too long or contains itself", name)
	}
	w.seen[d.sector] = true
	data := make([]byte, d.size)
	start := int64(d.sector) * sectorSize
	if _, err := w.ReadAt(data, start); err != nil {
		return fmt.Errorf("read directory %s: %w", name, err)
	}
	for at := 0; at < len(data); {
		if data[at] == 0 { // a record never spans sectors: the rest of this one is empty
			at = (at/sectorSize + 1) * sectorSize
			continue
		}
		r, err := w.parseRecord(data[at:], start+int64(at))
		if err != nil {
			return fmt.Errorf("directory %s: %w", name, err)
		}
		if err := w.record(r, name, depth); err != nil {
			return err
		}
		at += r.recordBytes
	}
	return nil
}

func (w *walker) record(r record, dir string, depth int) error {
	if w.records++; w.records > maxRecords {
		return fmt.Errorf("more than %d directory records", maxRecords)
	}
	switch r.isoName {
	case "\x00":
		return w.visit(dir+"/.", r)
	case "\x01":
		return w.visit(dir+"/..", r)
	}
	name := r.name()
	if name == "" || name == "." || name == ".." || strings.ContainsAny(name, "/\x00") {
		return fmt.Errorf("directory %s holds the name %q", dir, name)
	}
	name = path.Join(dir, name)
	if err := w.visit(name, r); err != nil || !r.isDir {
		return err
	}
	return w.dir(r, name, depth+1)
}
