package localui

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
)

// Package is an npm package of which something is in the pages.
type Package struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Licence string `json:"licence"` // as SPDX names it; empty when the package does not say
}

// packageFile is written by web/packages.ts; its name keeps it from being served.
const packageFile = "web/dist/.packages.json"

// Packages lists them; a binary with the placeholder page has none.
func Packages() ([]Package, error) { return readPackages(embedded) }

func readPackages(from fs.FS) (list []Package, err error) {
	text, err := fs.ReadFile(from, packageFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &list)
	}
	if err != nil {
		return nil, fmt.Errorf("read the list of the npm packages in the Local UI: %w", err)
	}
	return list, nil
}
