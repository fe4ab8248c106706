package iso

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// largeFile is from where a file is placed by us: go-diskfs copies in steps of 2 KiB, the kernel copies a file at once.
const largeFile = 1 << 20

// placeStep is how much is copied before it is asked whether to stop.
const placeStep = 64 << 20

// large says whether a file is placed after the file system is written. GRUB's image for BIOS is not: go-diskfs writes into
// it where it lies.
func (s Spec) large(f File) (bool, error) {
	size, err := sizeOf(f)
	return size >= largeFile && f.Source != "" && f.Path != s.BIOSPath, err
}

// placeLarge appends the contents of the large files and of the EFI system partition, which go-diskfs wrote as empty files,
// and leads their records and the boot catalog there.
func placeLarge(ctx context.Context, image *os.File, s Spec, esp string) error {
	v, err := readVolume(image)
	if err != nil {
		return err
	}
	records, err := v.files()
	if err != nil {
		return err
	}
	end, err := image.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	put := func(f File) (start int64, err error) {
		start = roundUp(end, sectorSize)
		if end, err = place(ctx, image, f, start); err == nil {
			err = leadTo(image, records[f.Path], start, end-start)
		}
		if err != nil {
			return 0, fmt.Errorf("%s: %w", f.Path, err)
		}
		return start, nil
	}
	start, err := put(File{Path: ESPPath, Source: esp})
	if err == nil {
		err = v.leadCatalogTo(image, start/sectorSize)
	}
	if err != nil {
		return err
	}
	for _, f := range s.Files {
		large, err := s.large(f)
		if err == nil && large {
			_, err = put(f)
		}
		if err != nil {
			return err
		}
	}
	if err := image.Truncate(end); err != nil { // the last may end with a hole
		return err
	}
	return writeBoth(image, 16*sectorSize+80, roundUp(end, sectorSize)/sectorSize) // the volume's size, ECMA-119 8.4.8
}

// place copies f to start and returns where it ends. Holes stay holes.
func place(ctx context.Context, image *os.File, f File, start int64) (end int64, err error) {
	size, err := sizeOf(f)
	if err != nil {
		return 0, err
	}
	in, err := os.Open(f.Source)
	if err != nil {
		return 0, err
	}
	defer in.Close()
	for at := f.Offset; at < f.Offset+size; {
		data, hole, err := nextData(in, at, f.Offset+size)
		if err != nil {
			return 0, err
		}
		if data < hole {
			if err := copyRange(ctx, image, in, start+data-f.Offset, data, hole-data); err != nil {
				return 0, err
			}
		}
		at = hole
	}
	return start + size, nil
}

// nextData is where data begins from at on, and where it ends, both at most at limit. A file system that knows no holes says
// that all is data (lseek(2)).
func nextData(in *os.File, at, limit int64) (data, hole int64, err error) {
	data, err = in.Seek(at, unix.SEEK_DATA)
	if errors.Is(err, unix.ENXIO) { // a hole to the end
		return limit, limit, nil
	}
	if err == nil {
		hole, err = in.Seek(data, unix.SEEK_HOLE)
	}
	if errors.Is(err, unix.EINVAL) {
		return at, limit, nil
	}
	return min(data, limit), min(hole, limit), err
}

// copyRange copies size bytes in steps, between which it can be stopped. From file to file, io.CopyN lets the kernel copy.
func copyRange(ctx context.Context, out, in *os.File, to, from, size int64) error {
	if _, err := in.Seek(from, io.SeekStart); err != nil {
		return err
	}
	if _, err := out.Seek(to, io.SeekStart); err != nil {
		return err
	}
	for left := size; left > 0; left -= placeStep {
		if _, err := io.CopyN(out, in, min(left, placeStep)); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

// leadTo makes a directory record (ECMA-119, 9.1) name the contents at start.
func leadTo(image io.WriterAt, r record, start, size int64) error {
	if err := writeBoth(image, r.offset+2, start/sectorSize); err != nil {
		return err
	}
	return writeBoth(image, r.offset+10, size)
}

// leadCatalogTo makes the boot catalog's entry for UEFI name a sector. How much firmware loads stays 0: the partition is
// larger than the 16 bits there can say, and UEFI reads it by its own file system.
func (v *volume) leadCatalogTo(image io.WriterAt, sector int64) error {
	entries, err := v.catalog()
	if err != nil {
		return err
	}
	entry, err := entryFor(entries, platformEFI)
	if err != nil {
		return err
	}
	at := binary.LittleEndian.AppendUint32(nil, uint32(sector))
	_, err = image.WriteAt(at, int64(v.catalogAt)*sectorSize+int64(entry.at)+8)
	return err
}

// writeBoth writes a number in both byte orders (ECMA-119, 7.3.3).
func writeBoth(image io.WriterAt, at, value int64) error {
	var both [8]byte
	binary.LittleEndian.PutUint32(both[:], uint32(value))
	binary.BigEndian.PutUint32(both[4:], uint32(value))
	_, err := image.WriteAt(both[:], at)
	return err
}
