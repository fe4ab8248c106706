package iso

import (
	"errors"
	"fmt"
	"path"
	"strings"
	"time"
)

const (
	sectorSize = 2048
	// maxFile is the largest file that one ISO9660 extent of whole sectors can hold; go-diskfs would silently cut a larger one.
	maxFile = 1<<32 - sectorSize
	// maxFiles keeps the writer, which holds every source open, below the usual limit of 1024 open files.
	maxFiles = 500
	// maxDepth is the deepest directory that ECMA-119 (6.8.2.1) allows, the root counting as one.
	maxDepth = 8
)

// File is one file of an image: contents from Source, a path of this machine, or Data.
type File struct {
	Path   string // in the image, slash-separated, without a leading slash
	Source string
	// Offset and Length, in bytes, take a section of Source; Length 0 takes it to its end.
	Offset, Length int64
	// SHA256 of the contents in hex, when the caller knows it.
	SHA256 string
	Data   []byte
}

// Spec says what an image holds.
type Spec struct {
	// VolumeID is the label by which the booted system finds the medium; at most 32 of A-Z, 0-9 and _.
	VolumeID string
	// Epoch is the time of every file and of the volume.
	Epoch time.Time
	Files []File
	// ESP holds the files of the EFI system partition, which the image carries as ESPPath.
	ESP []File
	// BIOSPath is the one of Files that a BIOS loads from a CD.
	BIOSPath string
	// MBR is the file with the boot code for BIOS from a disk (GRUB's boot_hybrid.img).
	MBR string
}

// ESPPath is the file of the image that holds the EFI system partition.
const ESPPath = "boot/uefi.img"

// catalogPath is where the boot catalog shows.
const catalogPath = "boot/boot.cat"

// Validate refuses a spec that cannot become an image. size tells the length of a source.
func (s Spec) Validate(size func(File) (int64, error)) error {
	if !validVolumeID(s.VolumeID) {
		return fmt.Errorf("volume id %q: use 1 to 32 of A-Z, 0-9 and _", s.VolumeID)
	}
	if len(s.Files) > maxFiles {
		return fmt.Errorf("%d files: at most %d are allowed in an image", len(s.Files), maxFiles)
	}
	seen := map[string]bool{ESPPath: true, catalogPath: true}
	for _, file := range s.Files {
		if err := validPath(file.Path); err != nil {
			return err
		}
		if key := strings.ToLower(file.Path); seen[key] {
			return fmt.Errorf("two files are called %s", file.Path)
		} else {
			seen[key] = true
		}
		n, err := size(file)
		if err != nil {
			return fmt.Errorf("%s: %w", file.Path, err)
		}
		if n > maxFile {
			return fmt.Errorf("%s is %d bytes long; a file of an image can hold %d: split it in parts", file.Path, n, int64(maxFile))
		}
	}
	if !seen[strings.ToLower(s.BIOSPath)] || s.BIOSPath == "" {
		return fmt.Errorf("the BIOS image %q is not among the files", s.BIOSPath)
	}
	if len(s.ESP) == 0 {
		return errors.New("the EFI system partition has no files")
	}
	for _, file := range s.ESP {
		if err := validPath(file.Path); err != nil {
			return fmt.Errorf("EFI system partition: %w", err)
		}
	}
	return nil
}

func validVolumeID(id string) bool {
	const allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
	return id != "" && len(id) <= 32 && strings.Trim(id, allowed) == ""
}

// validPath also keeps names short enough for one Rock Ridge entry in one directory record.
func validPath(name string) error {
	if name == "" || path.IsAbs(name) || path.Clean(name) != name || strings.HasPrefix(name, "..") {
		return fmt.Errorf("%q is no path inside an image", name)
	}
	parts := strings.Split(name, "/")
	if len(parts) > maxDepth {
		return fmt.Errorf("%s lies too deep: at most %d folders", name, maxDepth-1)
	}
	for _, part := range parts {
		if len(part) > 100 || strings.ContainsFunc(part, func(r rune) bool { return r < 0x21 || r > 0x7e || r == '\\' }) {
			return fmt.Errorf("%q: a name may have 100 printable ASCII characters without blanks", name)
		}
	}
	return nil
}
