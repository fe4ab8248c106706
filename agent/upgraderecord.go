package agent

import (
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"

	"github.com/slipway-os/slipway/agent/osupgrade"
	"github.com/slipway-os/slipway/agent/state"
)

const upgradePath = "var/lib/slipway/osupgrade"

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

// openState opens the agent's state. On a host that has left a new image without having found it healthy, the state may have
// become one that this older agent does not know: then it goes back to what it was before.
func openState(cfg Config, log *slog.Logger) (*state.DB, error) {
	path := filepath.Join(cfg.stateDir(), "state.db")
	db, err := state.Open(path)
	if !errors.Is(err, state.ErrNewerSchema) {
		return db, err
	}
	r, loadErr := upgradeDir(cfg.path(upgradePath)).load()
	if loadErr != nil || r.Phase != osupgrade.Trying || r.From != installed.Image() {
		return nil, err
	}
	log.Warn("the state is taken from before the upgrade that did not succeed", "version", r.Version)
	if back := state.GoBack(path); back != nil {
		return nil, errors.Join(err, back)
	}
	return state.Open(path)
}

func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
