package agent

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
)

// withUserData is a root with this cloud-config, on which it may be edited.
func withUserData(t *testing.T, settings, config string) (root, file string) {
	t.Helper()
	root = shortDir(t)
	write := func(name, text string) {
		if err := errors.Join(os.MkdirAll(filepath.Dir(filepath.Join(root, name)), 0o755), os.WriteFile(filepath.Join(root, name), []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	write("etc/slipway/agent.yaml", settings)
	write(userDataFile, config)
	return root, filepath.Join(root, userDataFile)
}
func (r *running) userData(t *testing.T) api.UserData {
	t.Helper()
	return get[api.UserData](t, r, func() (*http.Response, error) { return r.GetUserData(t.Context()) })
}

func (r *running) setUserData(t *testing.T, text, revision string) error {
	t.Helper()
	_, err := apiclient.Decode[api.UserData](r.Client, func() (*http.Response, error) {
		return r.SetUserData(t.Context(), api.UserDataChange{Text: text, Revision: revision})
	})
	return err
}

const cloudConfig = "#cloud-config\nusers:\n  - name: ann\n    passwd: kettle # old\nslipway:\n  tags: {site: Hamburg}\n"

// Features 55 and 67: the user data is edited with its secrets kept, waits for the next boot, and the host says so.
func TestUserDataIsEdited(t *testing.T) {
	root, file := withUserData(t, "userDataForm: true\n", cloudConfig)
	r := start(t, root)
	before := r.userData(t)
	if !before.Editable || before.Pending || strings.Contains(before.Text, "kettle") || !strings.Contains(before.Text, `passwd: "********" # old`) {
		t.Fatalf("shown: %+v", before)
	}
	if h := r.host(t); !h.UserDataForm || h.Configuration.State != api.HostConfigurationStateConfigured || h.Tags["site"] != "Hamburg" || h.ManagementMode != api.Local {
		t.Errorf("the host says %+v %v %v", h.Configuration, h.Tags, h.ManagementMode)
	}
	wrong := strings.Replace(before.Text, "tags: {site: Hamburg}", "tags: {-: x}", 1)
	check := get[api.UserDataCheck](t, r, func() (*http.Response, error) {
		return r.CheckUserData(t.Context(), api.UserDataChange{Text: wrong})
	})
	if len(check.Problems) != 1 || check.Problems[0].Line != 6 || check.Problems[0].Column != 9 {
		t.Errorf("what is wrong: %+v", check)
	}
	if err := r.setUserData(t, wrong, before.Revision); err == nil || !strings.Contains(err.Error(), "Line 6, column 9: tags: ") {
		t.Errorf("wrong user data: %v", err)
	}
	next := strings.Replace(before.Text, "# old", "# new", 1)
	if err := r.setUserData(t, next, before.Revision); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(file); err != nil || string(b) != strings.Replace(cloudConfig, "kettle # old", `"kettle" # new`, 1) {
		t.Errorf("the file is %s, %v", b, err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file has mode %v, %v", info.Mode(), err)
	}
	if h := r.host(t); h.Configuration.State != api.HostConfigurationStatePending || !r.userData(t).Pending {
		t.Errorf("after the change the host says %+v", h.Configuration)
	}
	var p *apiclient.Problem
	if err := r.setUserData(t, next, before.Revision); !errors.As(err, &p) || p.Type != "urn:slipway:user-data:changed" {
		t.Errorf("a text that somebody else changed: %v", err)
	}
	r.stop()
	if r = start(t, root); !r.userData(t).Pending { // no boot came in between
		t.Error("a restart of the agent forgot that the user data waits")
	}
	for _, e := range get[[]api.AuditEntry](t, r, func() (*http.Response, error) { return r.ListAudit(t.Context(), &api.ListAuditParams{}) }) {
		if strings.Contains(e.Action, "check") {
			t.Errorf("a look is in the audit log: %+v", e)
		}
	}
}

// Feature 67: the gate is shut unless agent.yaml opens it.
func TestUserDataFormIsOffByDefault(t *testing.T) {
	root, file := withUserData(t, "\n", cloudConfig)
	r := start(t, root)
	if d := r.userData(t); d.Editable || !strings.Contains(d.Reason, "userDataForm: true") || r.host(t).UserDataForm {
		t.Errorf("%+v", d)
	}
	var p *apiclient.Problem
	if err := r.setUserData(t, "#cloud-config\n", ""); !errors.As(err, &p) || p.Type != "urn:slipway:user-data:off" {
		t.Errorf("an edit: %v", err)
	}
	if b, err := os.ReadFile(file); err != nil || string(b) != cloudConfig {
		t.Errorf("the file is %s, %v", b, err)
	}
}

// Feature 55: what the appliance got wrong is said where people look.
func TestConfigurationThatFailed(t *testing.T) {
	root, _ := withUserData(t, "\n", "#cloud-config\nslipway: {hostname: not_a_name}\n")
	if c := start(t, root).host(t).Configuration; c.State != api.HostConfigurationStateFailed || !strings.Contains(c.Message, "slipway.hostname") {
		t.Errorf("%+v", c)
	}
	if c := start(t, shortDir(t)).host(t).Configuration; c.State != api.HostConfigurationStateNotConfigured || c.Parts == nil {
		t.Errorf("%+v", c)
	}
}

func (r *running) host(t *testing.T) api.Host {
	t.Helper()
	return get[api.Host](t, r, func() (*http.Response, error) { return r.GetHost(t.Context()) })
}

// Feature 55: tags are checked, kept over a restart, and shown in the group.
func TestTags(t *testing.T) {
	root := shortDir(t)
	r := start(t, root)
	set := func(tags map[string]string) error {
		_, err := apiclient.Decode[struct{}](r.Client, func() (*http.Response, error) {
			return r.SetTags(t.Context(), api.HostTags{Tags: tags})
		})
		return err
	}
	if err := set(map[string]string{"-": "x"}); err == nil || !strings.Contains(err.Error(), "no key of a tag") {
		t.Errorf("a wrong tag: %v", err)
	}
	if err := set(map[string]string{"site": "Hamburg", "rack": "7"}); err != nil {
		t.Fatal(err)
	}
	r.stop()
	r = start(t, root)
	if got := r.host(t).Tags; len(got) != 2 || got["rack"] != "7" {
		t.Errorf("after a restart: %v", got)
	}
	get[api.LinkToken](t, r, func() (*http.Response, error) { return r.StartLinkToken(t.Context()) })
	eventually(t, "the group shows the tags", func() bool { l := r.link(t); return len(l.Hosts) == 1 && l.Hosts[0].Tags["site"] == "Hamburg" })
	if err := set(map[string]string{}); err != nil || len(r.host(t).Tags) != 0 {
		t.Errorf("taken away: %v, %v", err, r.host(t).Tags)
	}
}
