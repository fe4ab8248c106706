package tui

import (
	"strings"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/api"
)

// Feature 44, Feature 45 and Feature 51.
func TestWhatTheOwnerOfTheHostWants(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		f := newFake(t)
		withUser(f)
		f.theme = api.Theme{Banner: "For members only.", Consent: api.Consent{Title: "Terms", Text: "Everything is recorded. " + strings.Repeat("And so on. ", 100)}}
		f.rules, f.hidden = api.PasswordRules{MinLength: 14, Classes: 3}, true
		d := sit(t, f, 132, 43)
		d.sees("Notice", "For members only.")
		d.press("<f2>")
		d.sees("User login", "Everything is recorded.", "all of it is in the Local UI", "By logging in you agree")
		d.press("ada", "<tab>", "correct horse", "<tab>", "<enter>")
		d.sees("Configuration", "Hostname")
		if strings.Contains(d.text(), "Password") {
			t.Error("the password can be changed although that is done elsewhere")
		}
		const want = "at least 14 characters, and 3 of"
		if _, note, _ := userProblems(f.rules, "", "thirteen char", ""); !strings.Contains(note, want) {
			t.Errorf("a short password: %q", note)
		}
	})
}

// Who stands before the form of the first user while somebody else creates it, at another terminal, is asked to log in.
// Feature 28.
func TestFirstUserIsCreatedElsewhere(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		f := newFake(t)
		f.setup = true
		d := sit(t, f, 80, 24)
		d.sees("Setup code ABCD2345")
		d.press("<f2>", "bob")
		d.sees("This host has no user yet")
		f.set(func() { f.setup = false; f.users["ada"] = "correct horse" })
		d.sees("User login", "This host has its first user by now. Log in.")
		d.press("ada", "<tab>", "correct horse", "<tab>", "<enter>")
		d.sees("Logged in as ada")
	})
}

// Feature 29.
func TestWrongPasswordIsSaidAndForgotten(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		f := newFake(t)
		withUser(f)
		d := sit(t, f, 80, 24)
		d.sees("h1")
		d.press("<f2>", "ada", "<tab>", "wrong", "<tab>", "<enter>")
		d.sees("The user name or the password is wrong.", "User login")
		if strings.Contains(d.text(), "wrong \n") || strings.Contains(d.text(), "[wrong") {
			t.Errorf("the password is on the screen:\n%s", d.text())
		}
		d.press("<esc>")
		d.sees("Device information")
	})
}

func TestSessionThatEndsGoesBackToTheLandingPage(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		f := newFake(t)
		withUser(f)
		d := sit(t, f, 80, 24)
		d.sees("3f9a1c52")
		asAda(d)
		f.set(func() { f.token = "another" })
		d.sees("Your session has ended", "Device information")
	})
}

func TestNobodyStaysLoggedInForEver(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		f := newFake(t)
		withUser(f)
		d := sit(t, f, 80, 24)
		d.sees("3f9a1c52")
		asAda(d)
		d.waits(idleLimit + time.Second)
		d.sees("Logged out after 15m0s without a key", "Device information")
		d.press("<f2>")
		d.sees("User login")
	})
}

// Feature 37.
func TestPasswordOfRootNeedsNoCurrentOne(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		f := newFake(t)
		withUser(f)
		d := sit(t, f, 80, 24)
		d.sees("3f9a1c52")
		asAda(d)
		d.pick("Password")
		d.sees("Current password")
		d.press("<right>", "<tab>", "four unrelated words", "<tab>", "four unrelated words", "<tab>", "<enter>")
		d.sees("The password of root is changed.")
		if made := f.made(); !strings.Contains(made, `PUT /users/root/password {"password":"four unrelated words"}`) {
			t.Errorf("calls:\n%s", made)
		}
	})
}
