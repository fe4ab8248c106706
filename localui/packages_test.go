package localui

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

func TestReadPackages(t *testing.T) {
	list, err := readPackages(fstest.MapFS{packageFile: {Data: []byte(`[{"name":"@a/b","version":"1.2.3","licence":"MIT"}]`)}})
	if err != nil || len(list) != 1 || list[0] != (Package{"@a/b", "1.2.3", "MIT"}) {
		t.Errorf("got %+v, %v", list, err)
	}
	if list, err := readPackages(fstest.MapFS{}); err != nil || len(list) != 0 {
		t.Errorf("a binary without pages: %+v, %v", list, err)
	}
	if _, err := readPackages(fstest.MapFS{packageFile: {Data: []byte("{")}}); err == nil {
		t.Error("a list that is cut was read")
	}
}

// What the pages say they are made from is what the lock file pins for production, with a licence each. Without built pages
// there is nothing to compare.
func TestPackagesAreTheLockFiles(t *testing.T) {
	list, err := Packages()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("web/package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	var lock struct {
		Packages map[string]struct {
			Version string
			Dev     bool
		}
	}
	if err := json.Unmarshal(text, &lock); err != nil {
		t.Fatal(err)
	}
	pinned := map[string]bool{}
	for path, p := range lock.Packages {
		parts := strings.Split(path, "node_modules/") // a package may have some of its own
		pinned[parts[len(parts)-1]+"@"+p.Version] = !p.Dev
	}
	names := map[string]bool{}
	for _, p := range list {
		names[p.Name] = true
		if !pinned[p.Name+"@"+p.Version] || p.Licence == "" {
			t.Errorf("%+v: the lock file has no such package for production, or it has no licence", p)
		}
	}
	if files, err := load(embedded, "web/dist"); err == nil && files[index] != nil && (!names["react"] || !names["@patternfly/react-core"]) {
		t.Errorf("the pages are built, and their list lacks React or PatternFly: %+v", list)
	}
}
