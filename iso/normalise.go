package iso

import (
	"encoding/binary"
	"io"
	"path"
	"time"
)

// rwAt is an image that is being patched.
type rwAt interface {
	io.ReaderAt
	io.WriterAt
}

// normalise replaces what differs from one build to the next: dates by epoch, owners by root, permissions by read-only,
// link counts (the stage's files are hard links) by one.
func normalise(image rwAt, epoch time.Time) error {
	v, err := readVolume(image)
	if err != nil {
		return err
	}
	long := longDate(epoch)
	for _, at := range []int64{813, 830, 864} { // creation, modification, effective; 847 is the expiry: none
		if _, err := image.WriteAt(long, 16*sectorSize+at); err != nil {
			return err
		}
	}
	if _, err := image.WriteAt(noDate(), 16*sectorSize+847); err != nil {
		return err
	}
	if err := normaliseRecord(image, v.root, epoch); err != nil {
		return err
	}
	return v.walk(func(_ string, r record) error { return normaliseRecord(image, r, epoch) })
}

func normaliseRecord(image io.WriterAt, r record, epoch time.Time) error {
	short := shortDate(epoch)
	if _, err := image.WriteAt(short, r.offset+18); err != nil {
		return err
	}
	for _, e := range r.systemUse {
		switch {
		case e.is("TF") && len(e.data) > 5 && e.data[4]&0x80 == 0: // stamps of seven bytes
			for at := 5; at+7 <= len(e.data); at += 7 {
				copy(e.data[at:], short)
			}
		case e.is("PX") && len(e.data) >= 36:
			normalisePermissions(e.data)
		default:
			continue
		}
		if _, err := image.WriteAt(e.data, e.offset); err != nil {
			return err
		}
	}
	return nil
}

// normalisePermissions sets a PX entry (RRIP 4.1.1): mode, links, user, group, each in both byte orders.
func normalisePermissions(px []byte) {
	const directory = 0o040000
	mode := binary.LittleEndian.Uint32(px[4:])&0o170000 | 0o444
	if mode&0o170000 == directory {
		mode |= 0o111
	}
	for i, value := range []uint32{mode, 1, 0, 0} {
		binary.LittleEndian.PutUint32(px[4+8*i:], value)
		binary.BigEndian.PutUint32(px[8+8*i:], value)
	}
}

// shortDate is a date of ECMA-119, 9.1.5: years since 1900, in UTC.
func shortDate(t time.Time) []byte {
	t = t.UTC()
	return []byte{byte(t.Year() - 1900), byte(t.Month()), byte(t.Day()), byte(t.Hour()), byte(t.Minute()), byte(t.Second()), 0}
}

// longDate is a date of ECMA-119, 8.4.26.1: digits and a time zone, in UTC.
func longDate(t time.Time) []byte {
	return append([]byte(t.UTC().Format("20060102150405")+"00"), 0)
}

func noDate() []byte { return append([]byte("0000000000000000"), 0) }

// find returns the record of a file.
func (v *volume) find(name string) (record, error) {
	var found *record
	err := v.walk(func(at string, r record) error {
		if at == path.Clean(name) {
			found = &r
		}
		return nil
	})
	if err == nil && found == nil {
		err = &missingError{name}
	}
	if err != nil {
		return record{}, err
	}
	return *found, nil
}

type missingError struct{ name string }

func (e *missingError) Error() string { return "the image lacks " + e.name }
