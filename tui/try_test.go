package tui

import (
	"strings"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/api"
)

// A static address with everything: preview, difference, try, keep.
// Feature 31 and Feature 61.
func TestTryIsKeptByAKey(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		f := newFake(t)
		f.process.Role = "admin"
		withDifference(f)
		d := sit(t, f, 80, 24)
		d.sees("3f9a1c52")
		toStatic(d)
		d.press("<tab>", "<enter>")
		d.sees("Checking link", "60 s left")
		f.set(func() { f.network.Try.State = api.AwaitingConfirm })
		d.sees("Keep them within 60 s")
		d.waits(12 * time.Second)
		d.sees("Keep them within 48 s")
		d.pick("Keep these settings")
		d.sees("The new settings are kept")
		want := `POST /network/tries {"confirmWithinSeconds":60,"set":[{"addresses":["10.77.0.50/24"],"dhcp":false,"dns":["10.77.0.1"],"gateway":"10.77.0.1","ipv6":"auto","name":"eth0"}]}`
		if made := f.made(); !strings.Contains(made, want) || !strings.Contains(made, "POST /network/tries/try1/confirm") {
			t.Errorf("calls:\n%s", made)
		}
		d.press("<enter>")
		d.sees("Configuration")
	})
}

func TestTryThatFailsSaysWhy(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		f := newFake(t)
		f.process.Role = "admin"
		withDifference(f)
		d := sit(t, f, 80, 24)
		d.sees("3f9a1c52")
		toStatic(d)
		d.press("<tab>", "<enter>")
		d.sees("Checking link")
		f.set(func() {
			f.network.Try.State, f.network.Try.Reason = api.RolledBack, "address 10.77.0.50 is in use by 52:54:00:00:00:01"
		})
		d.sees("back on the settings it had", "in use by 52:54:00:00:00:01")
		if strings.Contains(d.text(), "Keep") {
			t.Errorf("a try that ended can be kept:\n%s", d.text())
		}
		d.press("<esc>")
		d.sees("Configuration")
	})
}

// A try that was under way when the console died, or that the Local UI began, meets whoever logs in.
func TestPendingTryIsShownAfterTheLogin(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		f := newFake(t)
		f.process.Role = "admin"
		f.network.Try = api.Try{Id: "try1", State: api.AwaitingConfirm, Deadline: start.Add(40 * time.Second)}
		d := sit(t, f, 132, 43)
		d.sees("on trial for 40 s more")
		d.press("<f2>")
		d.sees("Keep them within 40 s")
		d.pick("Take them back now")
		d.sees("It was taken back.")
	})
}

func TestAgentsProblemsStandInTheirPlace(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		f := newFake(t)
		f.process.Role = "admin"
		f.verdict.Problems = []api.FieldProblem{{Adapter: "eth0", Field: "gateway", Message: "no address reaches the gateway 10.99.0.1"}}
		d := sit(t, f, 80, 24)
		d.sees("3f9a1c52")
		open("Host Network Adapters", "<enter>")(d)
		d.sees("IP scheme")
		d.press("<right>", "<tab>", "<clear>", "10.77.0.50", "<tab>", "<tab>", "<clear>", "10.99.0.1")
		d.sees("! No address reaches the gateway 10.99.0.1.")
		d.pick("Apply")
		d.sees("not right yet")
		if made := f.made(); strings.Contains(made, "tries") {
			t.Errorf("tried all the same: %s", made)
		}
	})
}
