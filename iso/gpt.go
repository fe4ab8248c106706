package iso

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// readESPPartition checks both partition tables (UEFI 2.10, 5.3) and returns the first and last sector, of 512 bytes, of
// the first partition.
func readESPPartition(image io.ReaderAt, size int64) (first, last uint64, err error) {
	main, err := readGPT(image, 1)
	if err != nil {
		return 0, 0, fmt.Errorf("partition table: %w", err)
	}
	backup, err := readGPT(image, size/diskSector-1)
	if err != nil {
		return 0, 0, fmt.Errorf("backup partition table: %w", err)
	}
	if !bytes.Equal(main, backup) {
		return 0, 0, errors.New("the two partition tables differ")
	}
	return binary.LittleEndian.Uint64(main[32:]), binary.LittleEndian.Uint64(main[40:]), nil
}

// readGPT returns the partition entries of the table whose header is at sector.
func readGPT(image io.ReaderAt, sector int64) ([]byte, error) {
	var header [92]byte
	if _, err := image.ReadAt(header[:], sector*diskSector); err != nil {
		return nil, err
	}
	sum := binary.LittleEndian.Uint32(header[16:])
	copy(header[16:20], []byte{0, 0, 0, 0})
	if string(header[:8]) != "EFI PART" || crc32.ChecksumIEEE(header[:]) != sum {
		return nil, errors.New("its header is missing or damaged")
	}
	at, count, each := binary.LittleEndian.Uint64(header[72:]), binary.LittleEndian.Uint32(header[80:]), binary.LittleEndian.Uint32(header[84:])
	if count == 0 || count > 128 || each != 128 {
		return nil, fmt.Errorf("it has %d entries of %d bytes", count, each)
	}
	entries := make([]byte, count*each)
	if _, err := image.ReadAt(entries, int64(at)*diskSector); err != nil {
		return nil, err
	}
	if crc32.ChecksumIEEE(entries) != binary.LittleEndian.Uint32(header[88:]) {
		return nil, errors.New("its entries are damaged")
	}
	return entries, nil
}
