package boot

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestLink links two installed machines by a token, on a cable between them where nothing gives addresses. Feature 130.
func TestLink(t *testing.T) {
	long(t)
	q, image, artefacts := setup(t)
	wire := freePort(t)
	var machines []*Machine
	for number := 1; number <= 2; number++ {
		m := start(t, q, Config{UEFI: true, Disks: installed(t, q, image, artefacts), Wire: wire, Number: number}, artefacts)
		machines = append(machines, m)
		wait(t, m, 5*time.Minute, "Booting `Slipway'")
	}
	for i, m := range machines {
		untilShell(t, m, 25*time.Minute, agentUp, `"id"`)
		adapter := shell(t, m, patience, "ls /sys/class/net | grep ^e")
		shell(t, m, patience, fmt.Sprintf("slipway network set --hostname m%d", i+1))
		try := shell(t, m, patience, fmt.Sprintf("slipway network set %s --address 10.9.0.%d/24 --confirm-within 10m", adapter, i+1))
		fields := strings.Fields(try)
		shell(t, m, patience, "slipway network confirm "+fields[len(fields)-1])
	}
	token := shell(t, machines[0], patience, "slipway link token -o json")
	_, token, _ = strings.Cut(token, `"token": "`)
	token, _, _ = strings.Cut(token, `"`)
	shell(t, machines[1], 3*time.Minute, "slipway link join "+token)
	untilShell(t, machines[0], 2*time.Minute, "slipway link list", "m2")
}
