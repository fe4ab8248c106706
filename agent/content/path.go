package content

import (
	"io/fs"
	"strings"
)

// cleanPath says whether p can be joined below a folder without leaving it,
// on any system: fs.ValidPath and no backslash, NUL or over-length.
func cleanPath(p string) bool {
	return fs.ValidPath(p) && p != "." && len(p) <= 255 && !strings.ContainsAny(p, "\\\x00")
}
