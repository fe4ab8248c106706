package iso

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os"
)

// largeFile is from where a file is placed by us: go-diskfs copies in steps of 2 KiB, the kernel copies a file at once.
const largeFile = 1 << 20

// placeStep is how much is copied before it is asked whether to stop.
const placeStep = 64 << 20

// large says whether a file is placed after the file system is written. The boot images are not: go-diskfs makes the boot
// catalog from where it puts them.
func (s Spec) large(f File) (bool, error) {
	size, err := sizeOf(f)
	return size >= largeFile && f.Source != "" && f.Path != s.BIOSPath, err
}

// placeLarge appends the contents of the large files, which go-diskfs wrote as empty ones, and leads their records there.
func placeLarge(ctx context.Context, image *os.File, s Spec) error {
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
	for _, f := range s.Files {
		large, err := s.large(f)
		if err != nil || !large {
			if err != nil {
				return fmt.Errorf("%s: %w", f.Path, err)
			}
			continue
		}
		start := roundUp(end, sectorSize)
		if end, err = place(ctx, image, f, start); err != nil {
			return fmt.Errorf("%s: %w", f.Path, err)
		}
		if err := leadTo(image, records[f.Path], start, end-start); err != nil {
			return err
		}
	}
	return writeBoth(image, 16*sectorSize+80, roundUp(end, sectorSize)/sectorSize) // the volume's size, ECMA-119 8.4.8
}

// place copies f to start and returns where it ends.
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
	if _, err := in.Seek(f.Offset, io.SeekStart); err != nil {
		return 0, err
	}
	if _, err := image.Seek(start, io.SeekStart); err != nil {
		return 0, err
	}
	for left := size; left > 0 && err == nil; left -= placeStep {
		if _, err = io.CopyN(image, in, min(left, placeStep)); err == nil {
			err = ctx.Err()
		}
	}
	return start + size, err
}

// leadTo makes a directory record (ECMA-119, 9.1) name the contents at start.
func leadTo(image io.WriterAt, r record, start, size int64) error {
	if err := writeBoth(image, r.offset+2, start/sectorSize); err != nil {
		return err
	}
	return writeBoth(image, r.offset+10, size)
}

// writeBoth writes a number in both byte orders (ECMA-119, 7.3.3).
func writeBoth(image io.WriterAt, at, value int64) error {
	var both [8]byte
	binary.LittleEndian.PutUint32(both[:], uint32(value))
	binary.BigEndian.PutUint32(both[4:], uint32(value))
	_, err := image.WriteAt(both[:], at)
	return err
}
