package iso

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/slipway-os/slipway/agent/sbom"
)

// Report is what Verify found in an image that is whole.
type Report struct {
	VolumeID string         `json:"volumeId"`
	Release  string         `json:"release"`
	Size     int64          `json:"sizeBytes"`
	BIOS     bool           `json:"bootsBIOS"`
	UEFI     bool           `json:"bootsUEFI"`
	Files    []ManifestFile `json:"files"`
	// Components are the Debian packages of the root file system, the Go modules of its other programs, and the npm packages of
	// the Local UI.
	Components []sbom.Component `json:"components"`
}

// Verify reads an image back: structure, boot entries, partition table, and the digest of every file. The error names all
// that is wrong.
func Verify(ctx context.Context, name string) (Report, error) {
	image, err := os.Open(name)
	if err != nil {
		return Report{}, err
	}
	defer image.Close()
	info, err := image.Stat()
	if err != nil {
		return Report{}, err
	}
	report, err := verify(ctx, image, info.Size())
	if err != nil {
		return Report{}, fmt.Errorf("%s: %w", name, err)
	}
	return report, nil
}

func verify(ctx context.Context, image io.ReaderAt, size int64) (Report, error) {
	v, err := readVolume(image)
	if err != nil {
		return Report{}, err
	}
	if int64(v.sectors)*sectorSize > size {
		return Report{}, fmt.Errorf("the image is cut short: it has %d of %d bytes; copy or download it again", size, int64(v.sectors)*sectorSize)
	}
	records, err := v.files()
	if err != nil {
		return Report{}, err
	}
	manifest, err := v.manifest(records)
	if err != nil {
		return Report{}, err
	}
	report := Report{VolumeID: v.id, Release: manifest.Release, Size: size, Files: manifest.Files}
	err = errors.Join(v.verifyBoot(records, size, &report), v.verifyFiles(ctx, records, manifest))
	if err != nil {
		return Report{}, err
	}
	report.Components, err = v.components(records)
	return report, err
}

// components reads the list of what is in the image; the manifest vouches for it.
func (v *volume) components(records map[string]record) ([]sbom.Component, error) {
	r, ok := records[sbomPath]
	if !ok {
		return nil, &missingError{sbomPath}
	}
	data, err := io.ReadAll(io.LimitReader(v.open(r), sbom.MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", sbomPath, err)
	}
	return sbom.Decode(data)
}

// files are the records of all regular files, by path.
func (v *volume) files() (map[string]record, error) {
	records := map[string]record{}
	err := v.walk(func(name string, r record) error {
		if r.isDir {
			return nil
		}
		if _, twice := records[name]; twice {
			return fmt.Errorf("the image has two files %s", name)
		}
		records[name] = r
		return nil
	})
	return records, err
}

func (v *volume) verifyFiles(ctx context.Context, records map[string]record, m Manifest) error {
	var problems []error
	for _, f := range m.Files {
		if err := ctx.Err(); err != nil {
			return err
		}
		r, ok := records[f.Path]
		if !ok {
			problems = append(problems, &missingError{f.Path})
			continue
		}
		digest, size, err := digestOf(v.open(r))
		switch {
		case err != nil:
			problems = append(problems, fmt.Errorf("read %s: %w", f.Path, err))
		case size != f.Size || digest != f.SHA256:
			problems = append(problems, fmt.Errorf("%s is damaged: its digest differs from the manifest; copy or download the image again", f.Path))
		}
	}
	return errors.Join(problems...)
}

// verifyBoot checks that CD and disk lead to the same boot images.
func (v *volume) verifyBoot(records map[string]record, size int64, report *Report) error {
	entries, err := v.catalog()
	if err != nil {
		return err
	}
	for path, platform := range map[string]byte{biosPath: platformBIOS, ESPPath: platformEFI} {
		sector, err := bootImage(entries, platform)
		if err != nil {
			return err
		}
		if r, ok := records[path]; !ok || r.sector != sector {
			return fmt.Errorf("the boot catalog does not lead to %s", path)
		}
	}
	esp := records[ESPPath]
	start, end, err := readESPPartition(v, size)
	if err != nil {
		return err
	}
	if start != uint64(esp.sector)*perISOSector || end != start+uint64(esp.size)/diskSector-1 {
		return errors.New("the partition table does not lead to the EFI system partition")
	}
	report.BIOS, report.UEFI = true, true
	return nil
}
