package tui

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
)

// customise goes to next when somebody may: at once for who is logged in or has rights of their own, after a log-in for
// the others, and after the first user is created on a new host.
func (c *console) customise(next func()) {
	switch {
	case c.seen.host.ConsoleDisplayOnly:
		c.message = displayOnly
	case c.seen.silent():
		c.message = notYet
	case c.seen.setup:
		c.createUser(next)
	case c.session.user != "" || c.seen.caller.Role == "admin":
		next()
	default:
		c.login(next)
	}
}

// notYet goes by itself when the agent answers.
const notYet = "The agent of this host does not answer yet; wait a moment."

// displayOnly says what to do instead.
const displayOnly = "This console only shows the host: use the Local UI, or on the host: slipway host console unlock"

// who is the person whose rights count.
func (c *console) who() string {
	if c.session.user != "" {
		return c.session.user
	}
	return c.seen.caller.User
}

func (c *console) login(next func()) {
	f := newForm(c.notice() + "Log in as a user of this host. After wrong passwords the agent makes everybody wait, here as in the Local UI.")
	_, name := f.field("Username", "")
	name.max = 32
	_, password := f.field("Password", "")
	password.secret = true
	f.button("Log in", func() {
		if name.value() == "" {
			c.message = "Type the name of a user of this host."
			return
		}
		c.authenticate(name.value(), string(password.text), next)
	})
	c.pushForm("User login", f)
}

// consentRunes is how much of the consent stands above the fields.
const consentRunes = 600

// notice is what the owner of the host wants people to read before they log in; who logs in agrees to the consent.
func (c *console) notice() string {
	text := ""
	if b := c.seen.theme.Banner; b != "" {
		text = b + "\n\n"
	}
	if consent := c.seen.theme.Consent; consent.Text != "" {
		terms := []rune(consent.Text)
		if len(terms) > consentRunes {
			terms = append(terms[:consentRunes:consentRunes], []rune(" ... (all of it is in the Local UI)")...)
		}
		text += strings.TrimSpace(consent.Title+"\n"+string(terms)) + "\nBy logging in you agree to this.\n\n"
	}
	return text
}

func (c *console) authenticate(user, password string, next func()) {
	ended := false
	c.call("Logging in", func(ctx context.Context) error {
		_, err := c.Client.Authenticate(ctx, user, password, false)
		if ended = mustChange(err); ended {
			return nil
		}
		return err
	}, func() {
		if ended {
			c.newPassword(user, password, next)
			return
		}
		c.loggedIn(user, next)
	})
}

// loggedIn goes on with what somebody wanted to log in for.
func (c *console) loggedIn(user string, next func()) {
	c.session = session{user}
	c.epoch.Add(1)
	c.seen.setup = false
	c.home(1)
	c.again()
	next()
}

func (c *console) createUser(next func()) {
	f := newForm("This host has no user yet. The first one may change everything: here, in the Local UI and over SSH.")
	nameRow, name := f.field("Username", "")
	name.max = 32
	passwordRow, password := f.field("Password", "")
	againRow, again := f.field("Confirm Password", "")
	password.secret, again.secret = true, true
	endsRow, ends := f.field("Password expires", "")
	ends.max = len(time.DateOnly)
	f.changed = func() {
		nameRow.note, passwordRow.note, againRow.note = userProblems(c.seen.rules.Password, name.value(), string(password.text), string(again.text))
		endsRow.note = dayProblem(ends.value(), c.Now())
	}
	f.text("", "Last day of the password, such as "+c.Now().AddDate(1, 0, 0).Format(time.DateOnly)+"; empty for never.")
	f.button("Create user", func() {
		f.changed()
		switch {
		case name.value() == "":
			nameRow.note = "The user needs a name."
		case len(password.text) == 0:
			passwordRow.note = "The user needs a password."
		case string(password.text) != string(again.text):
			againRow.note = "The two passwords differ."
		}
		if nameRow.note+passwordRow.note+againRow.note+endsRow.note != "" {
			return
		}
		user := api.FirstUser{Code: c.seen.code, User: name.value(), Password: string(password.text), PasswordEnds: ends.value()}
		c.call("Creating the user", func(ctx context.Context) error {
			_, err := apiclient.Decode[struct{}](c.Client, func() (*http.Response, error) { return c.Client.PostSetup(ctx, user) })
			return err
		}, func() { c.authenticate(user.User, user.Password, next) })
	})
	p := c.pushForm("Create user", f)
	p.refreshed = func() {
		if !c.seen.setup && !c.busy { // somebody else was first, at another terminal or in a browser
			c.pop()
			c.login(next)
			c.message = "This host has its first user by now. Log in."
		}
	}
}

// dayProblem says what is wrong with the last day of a password; a day that is not typed to its end is not wrong yet.
func dayProblem(text string, now time.Time) string {
	if len(text) < len(time.DateOnly) && strings.Trim(text, "0123456789-") == "" {
		return ""
	}
	day, err := time.Parse(time.DateOnly, text)
	switch {
	case err != nil:
		return "Write the day as year-month-day."
	case day.Before(now.UTC().Truncate(24 * time.Hour)):
		return "That day is over."
	}
	return ""
}

// userProblems says what is wrong so far; empty fields are not wrong yet.
func userProblems(rules api.PasswordRules, name, password, again string) (nameNote, passwordNote, againNote string) {
	for i, r := range name {
		if (r < 'a' || r > 'z') && r != '_' && (i == 0 || (r != '-' && (r < '0' || r > '9'))) {
			nameNote = "Use lower-case letters, digits, - and _, beginning with a letter."
		}
	}
	if least := max(rules.MinLength, 8); password != "" && len([]rune(password)) < least {
		passwordNote = fmt.Sprintf("Use at least %d characters; three or four unrelated words are best.", least)
		if rules.Classes > 1 {
			passwordNote = fmt.Sprintf("Use at least %d characters, and %d of: lower case, upper case, digits, others.", least, rules.Classes)
		}
	}
	if again != "" && again != password {
		againNote = "The two passwords differ."
	}
	return nameNote, passwordNote, againNote
}
