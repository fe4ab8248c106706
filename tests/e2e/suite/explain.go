package suite

import (
	"context"
	"testing"
	"time"

	"github.com/slipway-os/slipway/tests/e2e/drive"
)

// asks tells how a host is, for whoever has to find out why a test failed. An agent that does not answer is made to write its
// goroutines into its journal.
const asks = `
	if timeout 10 slipway host show >/dev/null; then
		slipway operation list; slipway cluster show
	else
		echo "the agent does not answer; it is made to write its stacks"
		systemctl kill --signal=QUIT slipway-agent.service; sleep 2
		journalctl -b --no-pager -o cat -u slipway-agent.service -n 400
	fi
	systemctl list-jobs --no-pager
	ps -e -o etimes=,stat=,wchan:24=,args= | grep -E '[0-9] .*(slipway|kubeadm|kubectl|kubelet|containerd |ctr |umount)' | cut -c -200
	for u in slipway-agent kubelet containerd; do
		echo "--- $u"; journalctl -b --no-pager -o short-precise -u $u.service -n 20 | cut -c -400
	done`

// explain logs how the hosts are and what they said last.
func explain(t *testing.T, d *drive.Lab) {
	for _, h := range d.Hosts() {
		ctx, cancel := context.WithTimeout(context.Background(), 40*time.Second)
		out, err := h.Exec(ctx, "timeout", "30", "sh", "-c", "exec 2>&1;"+asks)
		cancel()
		t.Logf("%s: %v\n%s", h.Name(), err, out)
	}
}
