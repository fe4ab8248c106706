package agent

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"sync"

	"github.com/google/renameio/v2"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiserver"
	"github.com/slipway-os/slipway/agent/userdata"
)

// userDataFile is the cloud-config that the installer leaves. Kairos runs it at each boot; it may hold the key "slipway".
const userDataFile = "oem/90_custom.yaml"

// userDataKey is where it is kept which user data this boot began with.
const userDataKey = "userData"

// bootData names user data by its digest.
type bootData struct {
	Boot   string `json:"boot"`
	Digest string `json:"digest"`
}

// userDatas shows the user data through the API.
type userDatas struct {
	a  *Agent
	mu *sync.Mutex // one change at a time, or two would not see each other
}

func (a *Agent) readUserData() (string, error) {
	b, err := os.ReadFile(a.cfg.path(userDataFile))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return string(b), err
}

// rememberUserData notes at the first start after a boot what that boot ran.
func (a *Agent) rememberUserData() {
	var was bootData
	text, err := a.readUserData()
	if err == nil {
		_, err = a.hostState.Get(userDataKey, &was)
	}
	if err == nil && was.Boot != bootID() {
		err = a.hostState.Put(userDataKey, bootData{bootID(), revision(text)})
	}
	if err != nil {
		a.log.Warn("which user data this boot began with is not known", "error", err)
	}
}

// userDataPending says that the user data is another one than at the boot.
func (a *Agent) userDataPending() bool {
	var was bootData
	text, err := a.readUserData()
	if err != nil {
		return false
	}
	found, err := a.hostState.Get(userDataKey, &was)
	return err == nil && found && was.Digest != revision(text)
}

func revision(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}

// locked says why the user data cannot be edited, nil when it can.
func (u userDatas) locked() error {
	switch {
	case !u.a.cfg.UserDataForm:
		return apiserver.Errorf(http.StatusForbidden, "user-data:off", "Editing the user data is switched off on this host; userDataForm: true in %s switches it on, after a restart of slipway-agent.", u.a.cfg.path("etc/slipway/agent.yaml"))
	case u.a.inCluster():
		return apiserver.Errorf(http.StatusConflict, "host:in-cluster", "This host is in a cluster, and the next boot could take it out of it: take it out of the cluster first, or delete the cluster.")
	}
	return nil
}

func (u userDatas) Show(context.Context) (api.UserData, error) {
	text, err := u.a.readUserData()
	if err != nil {
		return api.UserData{}, err
	}
	out := api.UserData{Editable: true, Pending: u.a.userDataPending(), File: "/" + userDataFile, Revision: revision(text)}
	if why := u.locked(); why != nil {
		out.Editable, out.Reason = false, why.Error()
	}
	if text == "" {
		text = userdata.Head + "\n"
	}
	if out.Text, err = userdata.Masked(text); err != nil {
		return out, apiserver.Errorf(http.StatusConflict, "user-data:broken", "%s on this host is no YAML, so its secrets cannot be told from the rest and it is not shown: %s. Mend it over SSH.", out.File, err)
	}
	return out, nil
}

// filled is a text of a form with its secrets put back, and all that is wrong with it.
func (u userDatas) filled(text string) (filled string, problems []userdata.Problem, err error) {
	now, err := u.a.readUserData()
	if err != nil {
		return "", nil, err
	}
	filled, problems = userdata.Filled(text, now)
	if len(problems) == 0 {
		problems = userdata.Check(filled, now, u.a.now())
	}
	return filled, problems, nil
}

func (u userDatas) Check(_ context.Context, c api.UserDataChange) (api.UserDataCheck, error) {
	_, problems, err := u.filled(c.Text)
	out := api.UserDataCheck{Problems: []api.TextProblem{}}
	for _, p := range problems {
		out.Problems = append(out.Problems, api.TextProblem{Line: p.Line, Column: p.Column, Message: p.Message})
	}
	return out, err
}

// Set replaces the file in one step: after a power cut there is the old one or the new one.
func (u userDatas) Set(ctx context.Context, c api.UserDataChange) (api.UserData, error) {
	if err := u.locked(); err != nil {
		return api.UserData{}, err
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	now, err := u.a.readUserData()
	if err != nil {
		return api.UserData{}, err
	}
	if c.Revision != "" && c.Revision != revision(now) {
		return api.UserData{}, apiserver.Errorf(http.StatusConflict, "user-data:changed", "Somebody else changed the user data meanwhile; load it again and repeat your change.")
	}
	filled, problems, err := u.filled(c.Text)
	if err != nil {
		return api.UserData{}, err
	}
	if len(problems) > 0 {
		p := problems[0]
		return api.UserData{}, apiserver.Errorf(http.StatusUnprocessableEntity, "user-data:wrong", "Line %d, column %d: %s.", p.Line, p.Column, p.Message)
	}
	file := u.a.cfg.path(userDataFile)
	if _, err := os.Stat(filepath.Dir(file)); err != nil {
		return api.UserData{}, apiserver.Errorf(http.StatusConflict, "user-data:not-installed", "This host has no %s, where an installed host keeps its user data.", filepath.Dir("/"+userDataFile))
	}
	if err := writeDurably(file, []byte(filled)); err != nil {
		return api.UserData{}, fmt.Errorf("the user data could not be saved: %w", err)
	}
	return u.Show(ctx)
}

// writeDurably is for a file that only root reads; its name is on the disk when it returns.
func writeDurably(file string, data []byte) error {
	if err := renameio.WriteFile(file, data, 0o600); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(file))
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}
