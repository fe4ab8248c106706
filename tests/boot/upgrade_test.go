package boot

import (
	"encoding/json"
	"testing"
	"time"
)

// TestUpgrade brings an installed host to a new image, and then to one that does not come up, from which it must return by
// itself and say why. State, keys, users and name stay. Features 18, 132.
func TestUpgrade(t *testing.T) {
	long(t)
	q, image, artefacts := setup(t)
	c := Config{UEFI: true, Disks: installed(t, q, image, artefacts), Data: osBundles(t, image), Port: freePort(t)}
	m := start(t, q, c, artefacts)
	wait(t, m, 5*time.Minute, "Booting `Slipway'")
	before := settle(t, m)
	shell(t, m, patience, "mkdir -p /run/data && mount -o ro /dev/disk/by-id/virtio-data /run/data")
	digests := map[string]string{}
	for _, name := range []string{"good", "bad"} {
		shell(t, m, 15*time.Minute, "slipway content upload /run/data/"+name+".tar.zst | tail -n 1")
		var items []struct{ Name, Digest string }
		if err := json.Unmarshal([]byte(shell(t, m, patience, "slipway content list -o json")), &items); err != nil {
			t.Fatal(err)
		}
		for _, item := range items {
			if item.Name == "slipway-os-"+name {
				digests[name] = item.Digest
			}
		}
	}

	shell(t, m, patience, "slipway host upgrade --digest "+digests["good"]+" > /run/upgrade.log 2>&1 &")
	wait(t, m, 30*time.Minute, "Booting `Slipway'")
	untilShell(t, m, 20*time.Minute, "slipway host upgrade", "confirmed")
	untilShell(t, m, patience, "cat /usr/lib/slipway/image; ls /run/cos | grep mode", "good\nactive_mode")
	if after := shell(t, m, patience, identity); after != before {
		t.Errorf("after the upgrade %s\nbefore %s", after, before)
	}
	shell(t, m, patience, "grub-editenv /oem/grubenv list; slipway operation list")

	shell(t, m, patience, "slipway host upgrade --digest "+digests["bad"]+" > /run/upgrade.log 2>&1 &")
	m.MayFail = true
	wait(t, m, 30*time.Minute, "Booting `Slipway'")
	wait(t, m, 30*time.Minute, "Booting `Slipway, previous image'")
	m.MayFail = false
	untilShell(t, m, 20*time.Minute, "slipway host upgrade", "fellBack")
	untilShell(t, m, patience, "cat /usr/lib/slipway/image; ls /run/cos | grep mode", "good\npassive_mode")
	untilShell(t, m, patience, "slipway operation list", "failed")
	if after := shell(t, m, patience, identity); after != before {
		t.Errorf("after the return %s\nbefore %s", after, before)
	}
}
