package osupgrade

import (
	"strings"
	"testing"
	"time"
)

// Feature 18: what an agent finds when it starts, at every moment at which the power may have gone.
func TestStart(t *testing.T) {
	base := Record{From: "old", To: "new", Boot: "boot1"}
	with := func(p Phase, reason string) Record { r := base; r.Phase, r.Reason = p, reason; return r }
	tests := []struct {
		name          string
		r             Record
		running, boot string
		phase         Phase
		action        Action
		reason        string
	}{
		{"cut while writing", with(Writing, ""), "old", "boot2", Failed, Nothing, "nothing was changed"},
		{"agent died while writing", with(Writing, ""), "old", "boot1", Failed, Nothing, "start the upgrade again"},
		{"cut after the last byte", with(Writing, ""), "new", "boot2", Trying, Try, ""},
		{"agent died before the restart", with(Trying, ""), "old", "boot1", Trying, Restart, ""},
		{"the new image runs", with(Trying, ""), "new", "boot2", Trying, Verify, ""},
		{"the new image's agent was restarted", with(Trying, ""), "new", "boot2", Trying, Verify, ""},
		{"it never came up", with(Trying, ""), "old", "boot3", FellBack, Nothing, "did not start, hung, or was switched off"},
		{"it left the new image", with(Trying, "the adapter eth0 had no link"), "old", "boot3", FellBack, Nothing, "eth0 had no link"},
		{"a third image", with(Trying, ""), "other", "boot3", FellBack, Nothing, "ended before"},
		{"confirmed", with(Confirmed, ""), "new", "boot4", Confirmed, Nothing, ""},
		{"confirmed, then the previous image was chosen by hand", with(Confirmed, ""), "old", "boot4", Confirmed, Nothing, ""},
		{"fell back", with(FellBack, "why"), "old", "boot4", FellBack, Nothing, "why"},
		{"none", Record{}, "old", "boot1", "", Nothing, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r, action := Start(test.r, test.running, test.boot)
			if r.Phase != test.phase || action != test.action || !strings.Contains(r.Reason, test.reason) {
				t.Errorf("got %s %s %q", r.Phase, action, r.Reason)
			}
			if r.Over() == (action != Nothing) {
				t.Errorf("over is %t with the action %s", r.Over(), action)
			}
		})
	}
}

func TestCheck(t *testing.T) {
	r := Record{Phase: Trying, Before: Health{LocalUI: true}}
	for _, test := range []struct {
		ui    bool
		trial time.Duration
		want  Verdict
	}{
		{true, 0, Keep}, {true, TrialTime * 2, Keep}, {false, 0, Wait}, {false, TrialTime - 1, Wait}, {false, TrialTime, Abandon},
	} {
		if got, why := Check(r, Health{LocalUI: test.ui}, test.trial); got != test.want || (got == Keep) != (why == "") {
			t.Errorf("UI %t after %s: got %s %q", test.ui, test.trial, got, why)
		}
	}
}

func TestCompare(t *testing.T) {
	static := Adapter{MAC: "52:54:00:00:00:01", Name: "eth0", Addresses: []string{"10.0.0.1/24", "10.0.1.1/24"}, Gateway: "10.0.0.254", Carrier: true}
	dhcp := Adapter{MAC: "52:54:00:00:00:02", Name: "eth1", DHCP: true, Addresses: []string{"10.0.2.1/24"}, Carrier: true}
	idle := Adapter{MAC: "52:54:00:00:00:03", Name: "eth2"}
	before := Health{LocalUI: true, Adapters: []Adapter{static, dhcp, idle}, Node: "a", NodeReady: true}
	change := func(do func(*Health)) Health {
		now := before
		now.Adapters = []Adapter{static, dhcp, idle}
		do(&now)
		return now
	}
	tests := []struct {
		name   string
		before Health
		now    Health
		want   string // empty: as well as before
	}{
		{"the same", before, before, ""},
		{"no Local UI", before, change(func(h *Health) { h.LocalUI = false }), "Local UI"},
		{"no Local UI, as before", Health{}, Health{}, "Local UI"},
		{"another address by DHCP", before, change(func(h *Health) { h.Adapters[1].Addresses = []string{"10.0.2.9/24"} }), ""},
		{"none by DHCP", before, change(func(h *Health) { h.Adapters[1].Addresses = nil }), "eth1 got no address"},
		{"a fixed address is lost", before, change(func(h *Health) { h.Adapters[0].Addresses = []string{"10.0.0.1/24"} }), "10.0.1.1/24"},
		{"no gateway", before, change(func(h *Health) { h.Adapters[0].Gateway = "" }), "no gateway"},
		{"no link", before, change(func(h *Health) { h.Adapters[0].Carrier = false }), "no link"},
		{"the driver is missing", before, change(func(h *Health) { h.Adapters = h.Adapters[1:] }), "eth0 (52:54:00:00:00:01) was missing"},
		{"another name", before, change(func(h *Health) { h.Adapters[0].Name = "enp1s0" }), ""},
		{"the idle adapter is gone", before, change(func(h *Health) { h.Adapters = h.Adapters[:2] }), ""},
		{"not Ready", before, change(func(h *Health) { h.NodeReady = false }), "not Ready"},
		{"not in the cluster", before, change(func(h *Health) { h.Node = "" }), "not Ready"},
		{"not Ready, as before", Health{LocalUI: true, Node: "a"}, Health{LocalUI: true, Node: "a"}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := strings.Join(Compare(test.before, test.now), "; ")
			if (test.want == "") != (got == "") || !strings.Contains(got, test.want) {
				t.Errorf("got %q", got)
			}
		})
	}
}
