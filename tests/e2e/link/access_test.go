package link

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
	"github.com/slipway-os/slipway/tests/e2e/drive"
	"github.com/slipway-os/slipway/tests/e2e/suite"
)

// firstUser: without a user nobody gets in; only who sees the console can create one from the network, and only one.
func (g *group) firstUser(t *testing.T) {
	h := g.Host(1)
	pin := suite.Pin(t, h)
	client, err := apiclient.HTTPS(suite.URL(h), apiclient.Options{Pin: pin, Dial: g.DialContext})
	if err != nil {
		t.Fatal(err)
	}
	_, err = apiclient.Decode[api.Host](client, func() (*http.Response, error) { return client.GetHost(t.Context()) })
	problem := new(apiclient.Problem)
	if !errors.As(err, &problem) || problem.Status != http.StatusUnauthorized {
		t.Fatalf("a stranger asked what the host is and got: %v", err)
	}
	setup := func(code string) suite.Result {
		return suite.Workstation(t, g.Lab, g.Password, "setup", drive.User, "--host", suite.URL(h), "--pin", pin, "--password-file", "-", "--code", code)
	}
	setup("").Refused(t, "setup code is wrong")
	setup("AAAAAAAA").Refused(t, "setup code is wrong")
	code := strings.TrimSpace(suite.On(t, h, "", "setup", "code").OK(t).Stdout)
	setup(code).OK(t)
	setup(code).Refused(t, "set up already")
	for _, h := range g.Hosts()[1:] {
		if err := g.SetUp(t.Context(), h); err != nil {
			t.Fatal(err)
		}
	}
}

// workstation: every host answers the command line from outside, with its pin.
func (g *group) workstation(t *testing.T) {
	for _, h := range g.Hosts() {
		login := suite.Login(t, h)
		outside := suite.Decode[api.Host](t, suite.Workstation(t, g.Lab, g.Password, append(login, "host", "show", "-o", "json")...))
		if inside := suite.OnJSON[api.Host](t, h, "host", "show"); outside.Id != inside.Id || outside.Name != h.Name() {
			t.Errorf("%s over https says it is %s (%s)", h.Name(), outside.Name, outside.Id)
		}
	}
	login := append(suite.Login(t, g.Host(1)), "host", "show")
	suite.Workstation(t, g.Lab, "not the password", login...).Refused(t, "password")
}

// wrongPin: a machine with another key gets neither password nor request.
func (g *group) wrongPin(t *testing.T) {
	login := suite.Login(t, g.Host(1))
	login[3] = suite.Pin(t, g.Host(2))
	suite.Workstation(t, g.Lab, g.Password, append(login, "host", "show")...).Refused(t, "--pin")

	m := standBetween(t, g.Lab)
	login = suite.Login(t, g.Host(1))
	login[1] = "https://" + m.address()
	suite.Workstation(t, g.Lab, g.Password, append(login, "host", "show")...).Refused(t, "--pin")
	if heard := m.heard(); heard != "" {
		t.Errorf("the machine in the middle was told %q", heard)
	}
}

// viewer: a user who is not in group slipway-admin sees all and changes nothing.
func (g *group) viewer(t *testing.T) {
	const password = "seven green parrots"
	h := g.Host(1)
	suite.On(t, h, password, "user", "create", "watcher", "--new-password-file", "-").OK(t)
	login := suite.Login(t, h)
	login[5] = "watcher"
	run := func(args ...string) suite.Result {
		return suite.Workstation(t, g.Lab, password, append(login, args...)...)
	}
	run("link", "list").OK(t)
	run("operation", "list").OK(t)
	for _, change := range [][]string{{"link", "token"}, {"link", "leave"}, {"content", "verify"}, {"power", "reboot"}} {
		run(change...).Refused(t, "may look but not change")
	}
}

// lockOut: the fifth wrong password locks the user for a quarter of an hour, and from then on even the right one is refused.
// The guesses come from another host, so that the workstation's address stays open.
func (g *group) lockOut(t *testing.T) {
	const password = "eleven grey herons"
	h := g.Host(3)
	suite.On(t, h, password, "user", "create", "guest", "--new-password-file", "-").OK(t)
	login := suite.Login(t, h)
	login[5] = "guest"
	try := func(password string) suite.Result {
		return suite.On(t, g.Host(2), password, append(login, "host", "show")...)
	}
	try(password).OK(t)
	wrong := 0
	suite.Until(t, 30*time.Second, func() (bool, error) {
		r := try("wrong password")
		if r.Code != 1 {
			t.Fatalf("a wrong password got exit code %d: %s", r.Code, r.Stderr)
		}
		if !strings.Contains(r.Stderr, "oo many wrong passwords") { // it is not looked at for a second after the third, two after the fourth
			wrong++
		}
		return wrong == 5, fmt.Errorf("%d wrong passwords: %s", wrong, r.Stderr)
	})
	r := try(password)
	r.Refused(t, "too many wrong passwords")
	if !strings.Contains(r.Stderr, "14 minutes") && !strings.Contains(r.Stderr, "15 minutes") {
		t.Errorf("the refusal does not say how long: %s", r.Stderr)
	}
	login[5] = drive.User
	suite.Workstation(t, g.Lab, g.Password, append(login, "host", "show")...).OK(t)
}
