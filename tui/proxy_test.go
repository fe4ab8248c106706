package tui

import (
	"strings"
	"testing"

	"github.com/slipway-os/slipway/agent/api"
)

// Feature 58: a typed password goes to the agent and nowhere else; the difference is shown first.
func TestProxyIsSet(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		f := newFake(t)
		f.process.Role = "admin"
		withProxyDifference(f)
		d := sit(t, f, 80, 24)
		d.sees("3f9a1c52")
		open("Proxy", "<tab>", "<tab>", "<tab>", "top secret", "<tab>", "<clear>", ".other.example")(d)
		d.sees("[.other.example ]", "[********** ]")
		d.pick("[ Apply ]")
		d.sees("[ Set the proxy ]")
		if f.made() != "" {
			t.Errorf("before it was asked: %s", f.made())
		}
		d.press("<tab>", "<enter>")
		d.sees("The proxy is set.", "Configuration")
		want := `PUT /host/proxy {"http":"http://ada:top%20secret@proxy.site.example:3128","noProxy":[".other.example"]}`
		if !strings.Contains(f.made(), want) {
			t.Errorf("calls:\n%s", f.made())
		}
		if strings.Contains(d.text(), "secret") {
			t.Errorf("the password is on the screen:\n%s", d.text())
		}
	})
}

// Feature 58: pasted certificates get their line ends back, and what is wrong with them stands in their place.
func TestProxyTakesPastedCertificates(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		f := newFake(t)
		f.process.Role = "admin"
		withProxy(f)
		f.verdict.Problems = []api.FieldProblem{{Field: "ca", Message: "this is no certificate in PEM"}}
		d := sit(t, f, 80, 24)
		d.sees("3f9a1c52")
		open("Proxy", "<up>", "<up>", "<right>", "<down>", "hello")(d)
		d.sees("< paste new ones >", "[hello ]", "This is no certificate in PEM.")
		d.pick("[ Apply ]")
		d.sees("Something above is not right yet.")
	})
}
