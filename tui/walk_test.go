package tui

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/gdamore/tcell/v2"
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
		d.until("the agent answers, and nobody is told to wait", func(text string) bool {
			return strings.Contains(text, "https://10.77.0.11:5080") && !strings.Contains(text, "does not answer yet")
		})
		f.set(func() { f.down = true })
		d.sees("goes on by itself", "https://10.77.0.11:5080") // what was known stays
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
		synctest.Wait() // the storm may have left the queue full
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
