package iso

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// fat finds its way in a FAT32 image (Microsoft's FAT specification 1.03), to set the dates that go-diskfs takes from the
// clock, and what it has wrong: a .. that means the root must say cluster 0.
type fat struct {
	image   rwAt
	cluster int64 // bytes
	tableAt int64
	dataAt  int64
	root    uint32
	limit   int // directory clusters that may still be read
}

const (
	fatEntry    = 32
	fatLongName = 0x0f
	fatIsDir    = 0x10
	fatEnd      = 0x0ffffff8
	fatClusters = 10000
)

// normaliseFAT gives every entry of every directory the time t.
func normaliseFAT(image rwAt, t time.Time) error {
	var b [512]byte
	if _, err := image.ReadAt(b[:], 0); err != nil {
		return err
	}
	sector := int64(binary.LittleEndian.Uint16(b[11:]))
	reserved, tables, tableSectors := int64(binary.LittleEndian.Uint16(b[14:])), int64(b[16]), int64(binary.LittleEndian.Uint32(b[36:]))
	f := &fat{image: image, cluster: sector * int64(b[13]), tableAt: reserved * sector, root: binary.LittleEndian.Uint32(b[44:]), limit: fatClusters}
	f.dataAt = f.tableAt + tables*tableSectors*sector
	if f.cluster == 0 || f.cluster > 1<<20 {
		return errors.New("this is no FAT32 image")
	}
	return f.directory(f.root, dosTime(t))
}

// directory sets the dates of the entries in a directory and in those below it.
func (f *fat) directory(cluster uint32, stamp [4]byte) error {
	data := make([]byte, f.cluster)
	for ; cluster >= 2 && cluster < fatEnd; f.limit-- {
		if f.limit == 0 {
			return errors.New("the FAT directories have no end")
		}
		at := f.dataAt + int64(cluster-2)*f.cluster
		if _, err := f.image.ReadAt(data, at); err != nil {
			return fmt.Errorf("read a FAT directory: %w", err)
		}
		if err := f.entries(data, stamp); err != nil {
			return err
		}
		if _, err := f.image.WriteAt(data, at); err != nil {
			return err
		}
		var next [4]byte
		if _, err := f.image.ReadAt(next[:], f.tableAt+int64(cluster)*4); err != nil {
			return err
		}
		cluster = binary.LittleEndian.Uint32(next[:]) & 0x0fffffff
	}
	return nil
}

func (f *fat) entries(data []byte, stamp [4]byte) error {
	for at := 0; at+fatEntry <= len(data) && data[at] != 0; at += fatEntry {
		e := data[at : at+fatEntry]
		if e[11] == fatLongName {
			continue
		}
		e[13] = 0               // tenths of a second
		copy(e[14:], stamp[:])  // creation: time, date
		copy(e[18:], stamp[2:]) // access: date
		copy(e[22:], stamp[:])  // change: time, date
		child := uint32(binary.LittleEndian.Uint16(e[20:]))<<16 | uint32(binary.LittleEndian.Uint16(e[26:]))
		switch {
		case e[0] == '.' && e[1] == '.' && child == f.root:
			copy(e[20:22], []byte{0, 0})
			copy(e[26:28], []byte{0, 0})
		case e[0] == '.' || e[11]&fatIsDir == 0:
		default:
			if err := f.directory(child, stamp); err != nil {
				return err
			}
		}
	}
	return nil
}

// dosTime is time and date, in two seconds since midnight, and since 1980, before which nothing is.
func dosTime(t time.Time) (stamp [4]byte) {
	t = t.UTC()
	if t.Year() < 1980 {
		t = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	binary.LittleEndian.PutUint16(stamp[:], uint16(t.Hour()<<11|t.Minute()<<5|t.Second()/2))
	binary.LittleEndian.PutUint16(stamp[2:], uint16((t.Year()-1980)<<9|int(t.Month())<<5|t.Day()))
	return stamp
}
