// Package appliance tests what an appliance brings to the hosts that are installed from it, at their first start: content,
// and the preset of appliance.yaml. The installation itself is in tests/boot; here the files lie where the installer puts them.
package appliance

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/content/baked"
	"github.com/slipway-os/slipway/tests/e2e/drive"
	"github.com/slipway-os/slipway/tests/e2e/suite"
	"github.com/slipway-os/slipway/tests/lab"
)

const config = `#cloud-config
slipway:
  hostname: dock1
  ntp: [10.77.0.1]
  proxy: {http: "http://proxy.dock.example:3128"}
  network:
    - {name: "*", search: [dock.example]}
    - {mac: "52:54:00:00:00:99", addresses: [192.0.2.9/24]}
  user: {name: ann, passwordHash: "$6$preset$HRQzzM3pvzjkManmPAjJ3wIz9gx3kf2PddfKctKWxWpNef0XfCUKtGpV2W.0pdpmWsaZZmjNuhp5sCYdDEQg9."}
`

// Features 3 and 5. A host that was just installed takes content and preset over; the power goes while it does.
func TestFirstStart(t *testing.T) {
	d := suite.Boot(t, "appliance", 1)
	h := d.Host(1)
	ctx := t.Context()
	do := func(command ...string) {
		t.Helper()
		if _, err := h.Exec(ctx, command...); err != nil {
			t.Fatal(err)
		}
	}
	do("systemctl", "stop", "slipway-agent")
	do("sh", "-c", "rm -rf /var/lib/slipway/* && mkdir -p /oem /usr/local/slipway/content")
	if err := h.PutFile(ctx, []byte(config), "/oem/90_custom.yaml", 0o600); err != nil {
		t.Fatal(err)
	}
	digest := bake(t, h)
	do("systemctl", "start", "slipway-agent")
	if err := h.PowerCut(ctx); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(h.Start(ctx), drive.WaitAgent(ctx, h)); err != nil {
		t.Fatal(err)
	}
	wait(t, "the content is there", func() bool {
		items := suite.OnJSON[[]api.ContentItem](t, h, "content", "list")
		return len(items) == 1 && items[0].Digest == digest
	})
	wait(t, "the baked files take no space", func() bool { // which is a moment after the import
		_, err := h.Exec(ctx, "test", "!", "-e", "/usr/local/slipway/content")
		return err == nil
	})
	network := suite.OnJSON[api.Network](t, h, "network", "show")
	if network.Hostname != "dock1" || len(network.Confirmed) != 1 || !slices.Equal(network.Confirmed[0].Search, []string{"dock.example"}) || !network.Confirmed[0].Dhcp {
		t.Errorf("the network is %+v", network)
	}
	if servers := suite.OnJSON[api.Host](t, h, "host", "show").Clock.Servers; !slices.Equal(servers, []string{"10.77.0.1"}) {
		t.Errorf("time servers are %v", servers)
	}
	if p := suite.OnJSON[api.ProxySettings](t, h, "host", "proxy", "show"); p.Http != "http://proxy.dock.example:3128" {
		t.Errorf("the proxy is %+v", p)
	}
	if shadow, err := h.Exec(ctx, "chage", "-l", "ann"); err != nil {
		t.Errorf("the preset user: %s, %v", shadow, err)
	}

	// From now on the settings are the owner's.
	do("slipway", "network", "set", "--hostname", "mine")
	do("systemctl", "restart", "slipway-agent")
	if err := drive.WaitAgent(ctx, h); err != nil {
		t.Fatal(err)
	}
	if name := suite.OnJSON[api.Network](t, h, "network", "show").Hostname; name != "mine" {
		t.Errorf("the preset came back: the host is %s", name)
	}
}

// bake lays a bundle, cut in parts, where the installer brings it.
func bake(t *testing.T, h *lab.Host) (digest string) {
	t.Helper()
	file, digest := suite.WriteBundle(t, suite.Small("cargo", 8<<20, 8<<20))
	b, err := baked.Describe(file, 3<<20)
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	put := func(name string, data []byte) {
		if err := h.PutFile(t.Context(), data, filepath.Join("/usr/local/slipway/content", name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, p := range b.Parts {
		put(p.File, data[:p.SizeBytes])
		data = data[p.SizeBytes:]
	}
	index, err := baked.Index{Bundles: []baked.Bundle{b}}.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	put(baked.IndexFile, index)
	return digest
}

func wait(t *testing.T, what string, ok func() bool) {
	t.Helper()
	err := drive.Until(t.Context(), time.Minute, func() (bool, error) { return ok(), nil })
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}
