package tui

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gdamore/tcell/v2"

	"github.com/slipway-os/slipway/agent/api"
)

// The first boot: from the setup code to a host name, with the code that the console read by itself.
// Feature 28, Feature 30 and Feature 39.
func TestFirstBootWalk(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		f := newFake(t)
		f.setup = true
		d := sit(t, f, 80, 24)
		d.sees("Setup code ABCD2345")
		d.press("<f2>", "ada", "<tab>", "correct horse", "<tab>", "correct horse", "<tab>", "2027-01-31", "<tab>", "<enter>")
		d.sees("Logged in as ada")
		d.pick("Hostname")
		d.sees("The name of this host")
		d.press("<clear>", "edge-1", "<tab>", "<enter>")
		d.sees("The host is now called edge-1", "Configuration")
		d.press("<esc>")
		d.sees("Log out and go back")
		d.press("<tab>", "<enter>")
		d.sees("Device information")
		want := []string{`POST /setup {"code":"ABCD2345","password":"correct horse","passwordEnds":"2027-01-31","user":"ada"}`, "POST /login", `PUT /network/hostname {"hostname":"edge-1"}`, "POST /logout"}
		for _, w := range want {
			if !strings.Contains(f.made(), w) {
				t.Errorf("no call %s in\n%s", w, f.made())
			}
		}
	})
}

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

// What others wrote reaches no terminal as it is: it could move the cursor, or worse.
func TestLogIsCleaned(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		f := newFake(t)
		f.process.Role = "admin"
		f.log = []string{"red \x1b[31mherring\x07\u202e"}
		d := sit(t, f, 80, 24)
		d.sees("3f9a1c52")
		open("Diagnostics")(d)
		d.pick("Agent's log")
		d.sees("red [31mherring")
		if strings.ContainsAny(d.text(), "\x1b\x07\u202e") {
			t.Errorf("%q", d.text())
		}
	})
}

func TestAgentDownAndBack(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		f := newFake(t)
		f.down = true
		d := sit(t, f, 80, 24, func(o *Options) {
			o.Journal = func(context.Context) []string { return []string{"slipway-agent: the state file is damaged \x1b[31m"} }
		})
		d.sees("goes on by itself", "the state file is damaged")
		d.press("<f2>")
		d.sees("does not answer yet")
		f.set(func() { f.down = false })
		d.sees("https://10.77.0.11:5080")
		f.set(func() { f.down = true })
		d.sees("goes on by itself", "https://10.77.0.11:5080") // what was known stays
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

// Feature 27.
func TestPowerNeedsALoginAndAsksTwice(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		f := newFake(t)
		withUser(f)
		d := sit(t, f, 80, 24)
		d.sees("3f9a1c52")
		d.press("<f12>")
		d.sees("User login")
		d.press("ada", "<tab>", "correct horse", "<tab>", "<enter>")
		d.sees("Shut down")
		d.pick("Shut down")
		d.sees("Shut down host h1?", "Nobody else is affected")
		if strings.Contains(f.made(), "power") {
			t.Error("switched off before the confirmation")
		}
		d.press("<enter>") // the first choice is Back
		d.sees("switch this host off")
		d.pick("Restart")
		d.sees("Restart host h1?")
		d.press("<tab>", "<enter>")
		d.sees("The host follows")
		if made := f.made(); !strings.Contains(made, `POST /host/power {"action":"reboot"}`) {
			t.Errorf("calls:\n%s", made)
		}
		f.set(func() { f.outcome = "failed" })
		d.press("<f12>")
		d.sees("switch this host off and on")
		d.pick("Shut down")
		d.sees("Shut down host h1?")
		d.press("<tab>", "<enter>")
		d.sees("link.join failed") // the fake's only kind
	})
}

func TestPastedTokenLosesItsLineBreaks(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		f := newFake(t)
		f.process.Role = "admin"
		d := sit(t, f, 80, 24)
		d.sees("3f9a1c52")
		open("Link this host")(d)
		d.post(tcell.NewEventPaste(true))
		for _, r := range "abc\r\ndef\n" {
			key := tcell.KeyRune
			if r == '\n' || r == '\r' {
				key = tcell.Key(r)
			}
			d.post(tcell.NewEventKey(key, r, tcell.ModNone))
		}
		d.post(tcell.NewEventPaste(false))
		d.sees("[abcdef")
		d.pick("Link to the leader")
		d.sees("Done.")
		if made := f.made(); !strings.Contains(made, `POST /link/join {"token":"abcdef"}`) {
			t.Errorf("calls:\n%s", made)
		}
	})
}

// The page of a token shows the one that is valid now.
func TestTokenIsFollowed(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		f := newFake(t)
		f.process.Role = "admin"
		d := sit(t, f, 80, 24)
		d.sees("3f9a1c52")
		open("Link this host")(d)
		d.pick("Show a token")
		d.sees("within 100 s", "eyJ2IjoxLCJh")
		d.waits(40 * time.Second)
		d.sees("within 60 s")
		f.set(func() {
			f.linkToken = api.LinkToken{Token: "another-token", ExpiresAt: time.Now().Add(120 * time.Second)}
		})
		d.sees("within 118 s", "another-token") // two seconds later
		d.pick("Stop making tokens")
		d.sees("Configuration")
		if made := f.made(); !strings.HasSuffix(made, "DELETE /link/token") {
			t.Errorf("calls:\n%s", made)
		}
	})
}

// Feature 36.
func TestTimeServers(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		f := newFake(t)
		f.process.Role = "admin"
		d := sit(t, f, 80, 24)
		d.sees("3f9a1c52")
		open("NTP Configuration", "10.77.0.1 ntp.site.example")(d)
		d.sees("ntp.site.example")
		d.pick("Apply")
		d.sees("The time servers are set.")
		if made := f.made(); !strings.Contains(made, `PUT /host/ntp {"servers":["10.77.0.1","ntp.site.example"]}`) {
			t.Errorf("calls:\n%s", made)
		}
	})
}

// Feature 34 and Feature 60.
func TestManagementInterface(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		f := newFake(t)
		f.process.Role = "admin"
		d := sit(t, f, 80, 24)
		d.sees("3f9a1c52")
		open("Management interface", "<right>")(d)
		d.sees("< eth0 >")
		d.press("<tab>", "<enter>")
		d.sees("The management interface is eth0.")
		f.set(func() { f.host.ManagementAdapter = "eth0" })
		d.sees("Management interface eth0")
		d.pick("Management interface")
		d.sees("< eth0 >")
		d.press("<left>", "<tab>", "<enter>")
		d.sees("The management interface is automatic.")
		if made := f.made(); !strings.Contains(made, `PUT /host/management {"adapter":"eth0"}`) || !strings.Contains(made, `{"adapter":""}`) {
			t.Errorf("calls:\n%s", made)
		}
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

// In a shell the console can be left; the machine's own cannot.
// Feature 24.
func TestLeavingAShellsConsole(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		for name, key := range map[string]string{"q": "q", "ctrl-c": "<ctrl-c>"} {
			f := newFake(t)
			d := &driver{t: t, screen: newScreen()}
			ended := d.run(t.Context(), Options{Client: f.client(), Screen: d.screen})
			d.sees("q: leave")
			d.press(key)
			select {
			case err := <-ended:
				if err != nil {
					t.Errorf("%s: %v", name, err)
				}
			default:
				t.Errorf("%s does not leave", name)
			}
		}
		d := sit(t, newFake(t), 80, 24)
		d.sees("3f9a1c52")
		d.press("q", "<ctrl-c>", "<f2>")
		d.sees("User login")
	})
}

// Who waits on the leader's page for a host to be linked sees it come.
func TestLeaderSeesAHostCome(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		f := newFake(t)
		f.process.Role = "admin"
		f.link = api.Link{Role: api.Leader, Leader: f.host.Id, Epoch: 1, Hosts: []api.LinkedHost{{Id: f.host.Id, Name: "h1", Address: "10.77.0.11", Role: "leader"}}}
		d := sit(t, f, 80, 24)
		d.sees("3f9a1c52")
		open("Link this host")(d)
		d.sees("This host is the leader")
		f.set(func() {
			f.link.Hosts = append(f.link.Hosts, api.LinkedHost{Id: "b", Name: "h2", Address: "10.77.0.12", Status: "Ready", Content: "Synced", Health: "Healthy"})
		})
		d.sees("h2 10.77.0.12, Ready, Synced, Healthy")
	})
}

// A bridge over the only adapter takes its address over in one change; step by step the host would be cut off.
// Feature 64.
func TestBridgeTakesTheAddressOfItsMember(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		f := newFake(t)
		f.process.Role = "admin"
		f.network.Confirmed = []api.AdapterSettings{{Name: "eth0", Addresses: []string{"10.77.0.50/24"}, Gateway: "10.77.0.1", Dns: []string{"10.77.0.1"}, Mtu: 9000}}
		withDifference(f)
		d := sit(t, f, 80, 24)
		d.sees("3f9a1c52")
		open("Host Network Adapters")(d)
		d.pick("Create bridge")
		d.sees("Spanning tree")
		d.press("<tab>", "<tab>", "<right>")
		d.sees("< Static >", "IP address [10.77.0.50 ]", "MTU [9000 ]")
		d.pick("[ Create ]")
		d.sees("[ Try it ]")
		d.press("<tab>", "<enter>")
		d.sees("Checking link")
		want := `"set":[{"addresses":["10.77.0.50/24"],"bridge":{"members":["eth0"],"stp":true},"dhcp":false,"dns":["10.77.0.1"],"gateway":"10.77.0.1","ipv6":"auto","mtu":9000,"name":"br0"},{"dhcp":false,"mtu":9000,"name":"eth0"}]`
		if made := f.made(); !strings.Contains(made, want) {
			t.Errorf("calls:\n%s", made)
		}
	})
}

// No size and no storm of sizes breaks a page, and Ctrl-C does not end the console.
func TestResizeStorm(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		f := newFake(t)
		f.process.Role = "admin"
		d := sit(t, f, 80, 24)
		d.sees("3f9a1c52")
		open("Host Network Adapters", "<enter>", "<right>")(d)
		for i := range 200 {
			w, h := 1+(i*37)%300, 1+(i*17)%80
			d.screen.SetSize(w, h)
			for _, e := range []tcell.Event{tcell.NewEventResize(w, h), tcell.NewEventKey(tcell.KeyTab, 0, tcell.ModNone), tcell.NewEventKey(tcell.KeyCtrlC, 0, tcell.ModNone)} {
				for d.screen.PostEvent(e) != nil { // in a storm nobody waits before the queue is full
					synctest.Wait()
				}
			}
		}
		d.resize(40, 8)
		d.press("<esc>")
		d.sees("Choose an adapter")
		d.press("<enter>")
		d.sees("Adapter eth0", "(more)")
		d.press("<right>", "<right>", "<left>", "<tab>", "<clear>")
		d.sees("needs an IP address")
		// What does not fit scrolls: the row in use is always seen.
		d.pick("Apply")
		d.sees("not right yet")
	})
}
