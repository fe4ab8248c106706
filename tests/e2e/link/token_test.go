package link

import (
	"strings"
	"testing"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/linking"
	"github.com/slipway-os/slipway/tests/e2e/suite"
	"github.com/slipway-os/slipway/tests/lab"
)

// token is the present token of a leader, as text and in parts.
func token(t *testing.T, leader *lab.Host) (string, linking.Token) {
	t.Helper()
	text := suite.OnJSON[api.LinkToken](t, leader, "link", "token").Token
	parts, err := linking.ParseToken(text)
	if err != nil {
		t.Fatal(err)
	}
	return text, parts
}

// join hands a host a token by standard input.
func join(t *testing.T, h *lab.Host, text string) suite.Result {
	t.Helper()
	return suite.On(t, h, text, "link", "join", "-")
}

func encode(t *testing.T, parts linking.Token) string {
	t.Helper()
	text, err := parts.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// otherOTP is a one-time password that differs from the right one in its n-th digit.
func otherOTP(right string, n int) string {
	digit := "0"
	if right[n] == '0' {
		digit = "1"
	}
	return right[:n] + digit + right[n+1:]
}

// role asks a host what it is.
func role(t *testing.T, h *lab.Host) string {
	t.Helper()
	return string(suite.OnJSON[api.Link](t, h, "link", "list").Role)
}

func notLinked(t *testing.T, h *lab.Host) {
	t.Helper()
	if got := role(t, h); got != "none" {
		t.Fatalf("%s has the role %s after a refusal", h.Name(), got)
	}
}

func (g *group) malformed(t *testing.T) {
	text, _ := token(t, g.Host(1))
	for _, bad := range []string{"hello", text[:len(text)/2], "{}", strings.Repeat("A", 5000)} {
		r := join(t, g.Host(2), bad)
		if r.Code != 1 || r.Stderr == "" || strings.Contains(r.Stderr, "panic") {
			t.Errorf("a token of %d bytes got exit code %d: %s", len(bad), r.Code, r.Stderr)
		}
	}
	join(t, g.Host(2), "hello").Refused(t, "not a link token")
	notLinked(t, g.Host(2))
}

// manInTheMiddle answers in the leader's place. It has another key than the token says, so it is told nothing.
func (g *group) manInTheMiddle(t *testing.T) {
	m := standBetween(t, g.Lab)
	_, parts := token(t, g.Host(1))
	parts.Addresses, parts.Port = []string{"10.77.0.1"}, m.port()
	join(t, g.Host(2), encode(t, parts)).Refused(t, "certificate differs")
	if heard := m.heard(); heard != "" {
		t.Fatalf("the machine in the middle was told %q", heard)
	}
	notLinked(t, g.Host(2))

	// The same with a token that names its key: what it hears then proves that it could have heard.
	parts.Pin, parts.OTP = m.identity.Pin, otherOTP(parts.OTP, 0)
	if r := join(t, g.Host(2), encode(t, parts)); r.Code != 1 || !strings.Contains(m.heard(), parts.OTP) {
		t.Fatalf("the machine in the middle hears nothing even from those who trust it: %q (%d %s)", m.heard(), r.Code, r.Stderr)
	}
}

func (g *group) unreachable(t *testing.T) {
	_, parts := token(t, g.Host(1))
	parts.Addresses = []string{"10.77.0.98"}
	r := join(t, g.Host(2), encode(t, parts))
	r.Refused(t, "the leader does not answer")
	if !strings.Contains(r.Stderr, "10.77.0.98:5080") {
		t.Errorf("the refusal does not say what was tried: %s", r.Stderr)
	}
	notLinked(t, g.Host(2))
}

// guessed: five wrong passwords burn the right one, and the next follows by itself.
func (g *group) guessed(t *testing.T) {
	right, parts := token(t, g.Host(1))
	for n := range 5 {
		wrong := parts
		wrong.OTP = otherOTP(parts.OTP, n)
		words := "does not know this link token"
		if n == 4 {
			words = "withdrawn after five wrong tries"
		}
		join(t, g.Host(3), encode(t, wrong)).Refused(t, words)
	}
	join(t, g.Host(3), right).Refused(t, "withdrawn after five wrong tries")
	notLinked(t, g.Host(3))
	if next, _ := token(t, g.Host(1)); next == right {
		t.Error("the burned token is still shown")
	}
}

// stopped: a host that stops before anybody joined leads nobody, and its token is void.
func (g *group) stopped(t *testing.T) {
	text, _ := token(t, g.Host(1))
	suite.On(t, g.Host(1), "", "link", "stop").OK(t)
	notLinked(t, g.Host(1))
	join(t, g.Host(2), text).Refused(t, "issues no link tokens")
	notLinked(t, g.Host(2))
}

// stoppedLater: a leader that stops keeps its followers, and the token that was there ends.
func (g *group) stoppedLater(t *testing.T) {
	text, _ := token(t, g.Host(1))
	suite.On(t, g.Host(1), "", "link", "stop").OK(t)
	join(t, g.Host(3), text).Refused(t, "expired")
	notLinked(t, g.Host(3))
	g.agree(t, 2)
}

// otherVersion: a host that runs another release is not let in, and its try does not count as a guess.
func (g *group) otherVersion(t *testing.T) {
	_, parts := token(t, g.Host(1))
	if code := suite.Stranger(t, g.Lab).Join(t, g.Host(1), parts.OTP, "99.9.9"); code != linking.CodeVersion {
		t.Errorf("refused with %q", code)
	}
}

// join links h2; both sides then tell the same.
func (g *group) join(t *testing.T) {
	g.used, _ = token(t, g.Host(1))
	join(t, g.Host(2), g.used).OK(t)
	g.agree(t, 2)
}

// agree waits until leader and followers list the same n hosts as Ready and Healthy.
func (g *group) agree(t *testing.T, n int) {
	t.Helper()
	for _, h := range g.Hosts()[:n] {
		suite.Until(t, waitGroup, func() (bool, error) {
			l := suite.OnJSON[api.Link](t, h, "link", "list")
			good := 0
			for _, x := range l.Hosts {
				if x.Status == "Ready" && x.Health == "Healthy" && x.Address != "" {
					good++
				}
			}
			return good == n && len(l.Hosts) == n && l.Leader != "", errSees(h, l)
		})
	}
}

func (g *group) usedToken(t *testing.T) {
	join(t, g.Host(3), g.used).Refused(t, "already used")
	notLinked(t, g.Host(3))
}

// alreadyLinked: a linked host is not taken over by another leader; the same leader's token changes nothing and stays good.
func (g *group) alreadyLinked(t *testing.T) {
	other, _ := token(t, g.Host(3))
	join(t, g.Host(2), other).Refused(t, "already linked")
	join(t, g.Host(1), other).Refused(t, "it is a leader")
	suite.On(t, g.Host(3), "", "link", "stop").OK(t)
	notLinked(t, g.Host(3))

	same, _ := token(t, g.Host(1))
	join(t, g.Host(2), same).OK(t)
	if still, _ := token(t, g.Host(1)); still != same {
		t.Error("a host that was linked already used up a token")
	}
	g.agree(t, 2)
}

// followersToken: a follower issues no tokens, and takes no host with another's.
func (g *group) followersToken(t *testing.T) {
	suite.On(t, g.Host(2), "", "link", "token").Refused(t, "not the leader")
	_, parts := token(t, g.Host(1))
	parts.Addresses, parts.Pin = []string{g.Host(2).Address().String()}, suite.Pin(t, g.Host(2))
	join(t, g.Host(3), encode(t, parts)).Refused(t, "issues no link tokens")
	notLinked(t, g.Host(3))
}

// joinFromWorkstation links h3 with nothing but https.
func (g *group) joinFromWorkstation(t *testing.T) {
	leader := suite.Workstation(t, g.Lab, g.Password, append(suite.Login(t, g.Host(1)), "link", "token", "-o", "json")...)
	text := suite.Decode[api.LinkToken](t, leader).Token
	suite.Workstation(t, g.Lab, g.Password, append(suite.Login(t, g.Host(3)), "link", "join", text)...).OK(t)
	g.agree(t, 3)
}
