package tui

import (
	"strings"
	"testing"
)

// Feature 38: a console that is to look at only shows the host, and no key changes anything.
func TestDisplayOnly(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		f := newFake(t)
		f.process.Role = "admin"
		f.host.ConsoleDisplayOnly = true
		d := sit(t, f, 80, 24)
		d.sees("3f9a1c52", "This console is to look at only", "arrows scroll")
		if strings.Contains(d.text(), "F2 or c") {
			t.Errorf("keys that do nothing are offered:\n%s", d.text())
		}
		for _, key := range []string{"<f2>", "c", "<f12>", "p"} {
			d.press("<pgdn>", key)
			d.sees("This console only shows the host", "Device information")
		}
		if f.made() != "" {
			t.Errorf("calls:\n%s", f.made())
		}
	})
}

// Feature 38: who is at work there when it is switched is back on the device information at once.
func TestDisplayOnlyEndsWork(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		f := newFake(t)
		withUser(f)
		d := sit(t, f, 80, 24)
		d.sees("3f9a1c52")
		asAda(d)
		f.set(func() { f.host.ConsoleDisplayOnly = true })
		d.sees("Device information", "only shows the host")
		if !strings.Contains(f.made(), "POST /logout") {
			t.Errorf("the session lives on:\n%s", f.made())
		}
		f.set(func() { f.host.ConsoleDisplayOnly = false })
		d.sees("F2 or c: customise")
	})
}
