package agent

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"

	"github.com/slipway-os/slipway/agent/osupgrade"
)

// upgradeDir has the record of the last upgrade. The file trial is there while a new image has to prove itself:
// slipway-trial.timer looks for it.
type upgradeDir string

func (d upgradeDir) load() (r osupgrade.Record, err error) {
	text, err := os.ReadFile(filepath.Join(string(d), "record.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return r, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &r)
	}
	return r, err
}

func (d upgradeDir) save(r osupgrade.Record) error {
	if err := os.MkdirAll(string(d), 0o700); err != nil {
		return err
	}
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	trial := filepath.Join(string(d), "trial")
	if r.Phase == osupgrade.Trying { // before the record: the timer does no harm without an upgrade
		err = renameio.WriteFile(trial, []byte(r.To+"\n"), 0o600)
	}
	if err == nil {
		err = renameio.WriteFile(filepath.Join(string(d), "record.json"), text, 0o600)
	}
	if err == nil && r.Phase != osupgrade.Trying {
		if err = os.Remove(trial); errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
	}
	return errors.Join(err, syncDir(string(d)))
}

func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
