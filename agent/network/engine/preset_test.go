package engine

import (
	"testing"
	"testing/synctest"

	"github.com/slipway-os/slipway/agent/network"
)

// The first start of a host takes the preset; later ones keep what was confirmed since.
func TestPreset(t *testing.T) {
	onPaper(t, func(t *testing.T, p *paper) {
		disk := &memory{}
		first := network.Settings{Hostname: "dock-1", Adapters: []network.Adapter{eth7(given, gateway)}}
		if err := New(p.deps(t), disk).Preset(first); err != nil {
			t.Fatal(err)
		}
		a := start(t, p, disk)
		synctest.Wait()
		if p.name != "dock-1" || len(p.running.Adapters) != 1 {
			t.Errorf("the host is %q and runs %+v", p.name, p.running)
		}
		if err := a.SetHostname(t.Context(), "mine"); err != nil {
			t.Fatal(err)
		}
		a.die()
		if err := New(p.deps(t), disk).Preset(first); err != nil {
			t.Fatal(err)
		}
		start(t, p, disk)
		synctest.Wait()
		if p.name != "mine" {
			t.Errorf("a preset undid what the owner set: the host is %q", p.name)
		}
	})
}
