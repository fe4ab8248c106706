package iso

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Platforms of the El Torito boot catalog.
const (
	platformBIOS = 0
	platformEFI  = 0xef
)

// bootEntry is an entry of the boot catalog.
type bootEntry struct {
	at       int // in the catalog, in bytes
	platform byte
	bootable bool
	sectors  uint16 // of 512 bytes that the firmware loads
	sector   uint32 // of 2048 bytes where the boot image starts
}

// catalog reads the boot catalog: a validation entry, the initial entry, then sections of a header and entries.
func (v *volume) catalog() ([]bootEntry, error) {
	if v.catalogAt == 0 {
		return nil, errors.New("the image has no boot record: it cannot boot as a CD")
	}
	var b [sectorSize]byte
	if _, err := v.ReadAt(b[:], int64(v.catalogAt)*sectorSize); err != nil {
		return nil, fmt.Errorf("read the boot catalog: %w", err)
	}
	return parseCatalog(b[:])
}

func parseCatalog(b []byte) ([]bootEntry, error) {
	var sum uint16
	for i := 0; i < 32; i += 2 {
		sum += binary.LittleEndian.Uint16(b[i:])
	}
	if b[0] != 1 || b[30] != 0x55 || b[31] != 0xaa || sum != 0 {
		return nil, errors.New("the boot catalog's validation entry is wrong")
	}
	entries := []bootEntry{parseBootEntry(b, 32, b[1])}
	for at := 64; at+64 <= len(b) && b[at]|1 == 0x91; {
		last, platform, count := b[at] == 0x91, b[at+1], int(binary.LittleEndian.Uint16(b[at+2:]))
		for at += 32; count > 0 && at+32 <= len(b); count, at = count-1, at+32 {
			entries = append(entries, parseBootEntry(b, at, platform))
		}
		if last {
			break
		}
	}
	return entries, nil
}

func parseBootEntry(b []byte, at int, platform byte) bootEntry {
	e := b[at:]
	return bootEntry{at: at, platform: platform, bootable: e[0] == 0x88, sectors: binary.LittleEndian.Uint16(e[6:]), sector: binary.LittleEndian.Uint32(e[8:])}
}

// bootImage is the sector at which the bootable image for a platform starts.
func bootImage(entries []bootEntry, platform byte) (uint32, error) {
	e, err := entryFor(entries, platform)
	return e.sector, err
}

func entryFor(entries []bootEntry, platform byte) (bootEntry, error) {
	for _, e := range entries {
		if e.platform == platform && e.bootable {
			return e, nil
		}
	}
	return bootEntry{}, fmt.Errorf("the boot catalog has no entry for platform %#x", platform)
}
