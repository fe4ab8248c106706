package tui

import (
	"strings"
	"testing"
)

// Feature 28: whose password has ended chooses another one at the console, and is in.
func TestEndedPassword(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		f := newFake(t)
		withUser(f)
		f.ended = true
		d := sit(t, f, 80, 24)
		d.sees("3f9a1c52")
		d.press("<f2>", "ada", "<tab>", "correct horse", "<tab>", "<enter>")
		d.sees("The password of ada has ended or was preset.")
		d.press("quiet harbour", "<tab>", "quiet", "<tab>", "<enter>")
		d.sees("The two passwords differ.", "Type the new password twice.")
		d.press("<up>", "<clear>", "quiet harbour", "<tab>", "<enter>")
		d.sees("Logged in as ada")
		if !strings.Contains(f.made(), `"newPassword":"quiet harbour","password":"correct horse","user":"ada"`) {
			t.Errorf("calls:\n%s", f.made())
		}
	})
}
