package rootfs

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/google/licensecheck"
)

// maxLicences is how many names one component shows; a package such as the kernel has dozens.
const maxLicences = 12

var (
	// copyrightLicence is the short name of a licence in a copyright file of the format
	// https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/.
	copyrightLicence = regexp.MustCompile(`(?m)^License:[ \t]*(\S[^\n]*)$`)
	commonLicence    = regexp.MustCompile(`/usr/share/common-licenses/([A-Za-z][A-Za-z0-9.-]*[A-Za-z0-9])`)
	licenceFile      = regexp.MustCompile(`(?i)^(un)?(licen[sc]e|copying)([.-].*)?$`)
)

// debianLicence finds the licences in a copyright file: by its format; else by the texts that it refers to; else by the text.
func debianLicence(text []byte) string {
	names := matches(copyrightLicence, text)
	if len(names) == 0 {
		names = matches(commonLicence, text)
	}
	if len(names) == 0 {
		names = known(text)
	}
	return list(names)
}

func matches(form *regexp.Regexp, text []byte) (names []string) {
	for _, m := range form.FindAllSubmatch(text, -1) {
		names = append(names, strings.TrimSpace(string(m[1])))
	}
	return names
}

// known are the SPDX names of the licence texts in a text.
func known(text []byte) (names []string) {
	for _, m := range licensecheck.Scan(text).Match {
		names = append(names, m.ID)
	}
	return names
}

func list(names []string) string {
	slices.Sort(names)
	names = slices.Compact(names)
	if len(names) > maxLicences {
		names = append(names[:maxLicences:maxLicences], "and others")
	}
	return strings.Join(names, ", ")
}

// moduleLicence finds the licences in the folder of a Go module.
func moduleLicence(dir string) (string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", err
	}
	var names []string
	for _, e := range entries {
		if !e.Type().IsRegular() || !licenceFile.MatchString(e.Name()) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return "", err
		}
		names = append(names, known(text)...)
	}
	return list(names), nil
}
