package state

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// GoBack puts the snapshot that a newer agent took before its migration in the place of the state file that this agent
// refuses (ErrNewerSchema). The newer file stays beside it as FILE.newer. What was changed under the newer agent is lost:
// it is for a host that has left a new image which did not prove itself.
func GoBack(path string) error { return goBack(path, len(migrations)) }

func goBack(path string, schema int) error {
	snapshot := fmt.Sprintf("%s.schema%d", path, schema)
	if _, err := os.Stat(snapshot); err != nil {
		return fmt.Errorf("there is no snapshot of the state from before the upgrade: %w", err)
	}
	// There is a state file at every moment: without one an agent would begin as a new host.
	newer := path + ".newer"
	if err := os.Remove(newer); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.Link(path, newer); err != nil {
		return err
	}
	if err := os.Rename(snapshot, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}
