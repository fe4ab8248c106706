package arch

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// Each feature of the console and of the network has a test that names it: "Feature 31" in the comment of a test finds it.
func TestFeaturesOfTheConsoleHaveTests(t *testing.T) {
	name := regexp.MustCompile(`\bFeature (\d+)\b`)
	tested := map[int]bool{}
	err := filepath.WalkDir(root(t)+"/", func(path string, e os.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && (strings.HasPrefix(e.Name(), ".") || e.Name() == "node_modules"):
			return filepath.SkipDir
		case !strings.HasSuffix(path, "_test.go"):
			return nil
		}
		text, err := os.ReadFile(path)
		for _, found := range name.FindAllSubmatch(text, -1) {
			n, _ := strconv.Atoi(string(found[1])) // digits
			tested[n] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, span := range [][2]int{{24, 39}, {60, 65}} {
		for n := span[0]; n <= span[1]; n++ {
			if !tested[n] {
				t.Errorf("no test names Feature %d in its comment", n)
			}
		}
	}
}
