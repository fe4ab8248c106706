package agent

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
)

// Features 5 and 7. The appliance's look and first user are there at the first start; the user logs in with a new password
// only. The hash is that of "dock and harbour".
func TestPresetUserLogsIn(t *testing.T) {
	root := shortDir(t)
	config := "#cloud-config\nhostname: other\nslipway:\n  user: {name: ann, passwordHash: \"$6$preset$HRQzzM3pvzjkManmPAjJ3wIz9gx3kf2PddfKctKWxWpNef0XfCUKtGpV2W.0pdpmWsaZZmjNuhp5sCYdDEQg9.\"}\n" +
		"  theme: {look: {brandColor: \"#0f5ba7\", pages: [{name: help, title: Help}]}, pages: {help: \"<p>Call us.</p>\"}}\n"
	file := filepath.Join(root, "oem/90_custom.yaml")
	if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(config), 0o600)); err != nil {
		t.Fatal(err)
	}
	r := start(t, root)
	login := func(password, next string) error {
		_, err := apiclient.Decode[api.Session](r.Client, func() (*http.Response, error) {
			return r.Login(t.Context(), api.Login{User: "ann", Password: password, NewPassword: next})
		})
		return err
	}
	var p *apiclient.Problem
	if err := login("dock and harbour", ""); !errors.As(err, &p) || p.Type != "urn:slipway:login:must-change" {
		t.Errorf("the preset password: %v", err)
	}
	if err := login("dock and harbour", "a lighthouse at noon"); err != nil {
		t.Errorf("with a new password: %v", err)
	}
	look := get[api.Theme](t, r, func() (*http.Response, error) { return r.GetTheme(t.Context()) })
	menu := get[api.ThemeMenu](t, r, func() (*http.Response, error) { return r.GetThemeMenu(t.Context()) })
	if look.BrandColor != "#0f5ba7" || len(menu.Pages) != 1 {
		t.Errorf("the preset look: %+v, %+v", look, menu)
	}
	r.stop()
	r = start(t, root)
	if err := login("a lighthouse at noon", ""); err != nil {
		t.Errorf("after a restart: %v", err)
	}
}
