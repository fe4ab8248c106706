package ui

import (
	"testing"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/tests/e2e/drive"
	"github.com/slipway-os/slipway/tests/e2e/suite"
)

// TestSettingsOfAHost sets in a browser what one host has beside its adapters. Features 28, 35, 58 to 60, 63, 65, 66, 68 to 70.
func TestSettingsOfAHost(t *testing.T) {
	d := suite.Start(t, "ui-host", 1)
	h := d.Host(1)
	if err := h.AddDisk(t.Context(), "/dev/vdb", 12<<30); err != nil {
		t.Fatal(err)
	}
	journey(t, d, "host.mjs", settings{Hosts: []string{suite.URL(h)}, Names: []string{h.Name()}, User: drive.User, Password: d.Password, Screens: screens(t)})

	host := suite.OnJSON[api.Host](t, h, "host", "show")
	if host.ManagementAdapter != "eth0" || len(host.Disks) != 1 || host.Disks[0].Role != "pool" {
		t.Errorf("in the end the host is %+v", host)
	}
	if p := suite.OnJSON[api.Proxy](t, h, "host", "proxy", "show"); p.Http != "http://ada:********@proxy.site.example:3128" {
		t.Errorf("in the end the proxy is %+v", p)
	}
}
