package linknet

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/slipway-os/slipway/linking"
)

func TestTokenIsForOneHost(t *testing.T) {
	leader, one, two := boot(t, "leader"), boot(t, "one"), boot(t, "two")
	text := leader.token()
	if err := one.Join(t.Context(), text); err != nil {
		t.Fatal(err)
	}
	wantCode(t, two.Join(t.Context(), text), linking.CodeUsed)
	if two.role() != linking.RoleNone {
		t.Fatal("a refused host has a role")
	}
	if next := leader.token(); next == text {
		t.Fatal("no new token followed the used one")
	}
	two.joinTo(leader)
}

func TestExpiredToken(t *testing.T) {
	leader, one := boot(t, "leader"), boot(t, "one")
	text := leader.token()
	leader.skew.Store(int64(linking.OTPLife))
	wantCode(t, one.Join(t.Context(), text), linking.CodeExpired)
	one.joinTo(leader)
}

func TestClockOfTheFollowerDoesNotMatter(t *testing.T) {
	leader, one := boot(t, "leader"), boot(t, "one")
	one.skew.Store(int64(48 * time.Hour))
	one.joinTo(leader)
}

func TestFiveGuessesBurnTheToken(t *testing.T) {
	leader, thief, one := boot(t, "leader"), boot(t, "thief"), boot(t, "one")
	text := leader.token()
	guess, err := linking.ParseToken(text)
	if err != nil {
		t.Fatal(err)
	}
	for try := range linking.MaxWrong {
		guess.OTP = strings.Repeat(string(rune('0'+try)), linking.OTPDigits)
		wrong, _ := guess.Encode()
		want := linking.CodeWrong
		if try == linking.MaxWrong-1 {
			want = linking.CodeBurned
		}
		wantCode(t, thief.Join(t.Context(), wrong), want)
	}
	wantCode(t, one.Join(t.Context(), text), linking.CodeBurned)
	one.joinTo(leader)
	for range maxFailures { // guessing on is slowed down, whatever the token
		_ = thief.Join(t.Context(), text)
	}
	wantCode(t, thief.Join(t.Context(), leader.token()), linking.CodeBusy)
	leader.skew.Store(int64(failureWindow))
	thief.joinTo(leader)
}

func TestJoinRefusals(t *testing.T) {
	leader, other, one := boot(t, "leader"), boot(t, "other"), boot(t, "one")
	one.joinTo(leader)
	wantCode(t, one.Join(t.Context(), other.token()), linking.CodeAlreadyLinked)
	wantCode(t, other.Join(t.Context(), leader.token()), linking.CodeAlreadyLinked)
	wantCode(t, one.StopTokens(t.Context()), linking.CodeNotLeader)
	_, err := one.GenerateToken(t.Context())
	wantCode(t, err, linking.CodeNotLeader)

	inCluster := boot(t, "in-cluster")
	inCluster.inCluster.Store(true)
	wantCode(t, inCluster.Join(t.Context(), leader.token()), linking.CodeHostInCluster)

	old := newHost(t, "old")
	old.cfg.Version = "1.1.9"
	before := leader.token()
	wantCode(t, old.start("127.0.0.1:0").Join(t.Context(), before), linking.CodeVersion)
	if leader.token() != before {
		t.Fatal("a host of another version used the token up")
	}

	text := other.token()
	if err := other.StopTokens(t.Context()); err != nil || other.role() != linking.RoleNone {
		t.Fatalf("stop: %v, role %s", err, other.role())
	}
	wantCode(t, inClusterOff(inCluster).Join(t.Context(), text), linking.CodeNoToken)
	wantCode(t, inCluster.Join(t.Context(), "rubbish"), linking.CodeMalformed)
	if r, _, _ := leader.Roster(); len(r.Members) != 2 {
		t.Fatalf("refusals changed the roster: %v", r)
	}
}

func inClusterOff(h *host) *host { h.inCluster.Store(false); return h }

func TestUnreachableLeaderNamesEveryAddress(t *testing.T) {
	one := boot(t, "one")
	closed := one.listen("127.0.0.1:0")
	port := closed.Addr().(*net.TCPAddr).Port
	closed.Close()
	text, err := linking.Token{Addresses: []string{"127.0.0.1", "127.0.0.2"}, Port: port, Pin: one.cfg.Identity.Pin,
		OTP: strings.Repeat("1", linking.OTPDigits), Expires: time.Now()}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	err = one.Join(t.Context(), text)
	wantCode(t, err, linking.CodeLeaderUnreachable)
	for _, address := range linking.HostPorts([]string{"127.0.0.1", "127.0.0.2"}, port) {
		if !strings.Contains(err.Error(), address) {
			t.Errorf("%q does not name %s", err, address)
		}
	}
}

// interceptor is a man in the middle: TLS to both sides, with a certificate of its own, and it keeps what it reads.
type interceptor struct {
	net.Listener
	mu   sync.Mutex
	seen bytes.Buffer
}

func intercept(t *testing.T, leader *host) *interceptor {
	own, err := LoadOrCreate(t.TempDir(), "leader") // even the name is the leader's
	if err != nil {
		t.Fatal(err)
	}
	ln, err := tls.Listen("tcp", "127.0.0.1:0", own.ServerTLS(nil))
	if err != nil {
		t.Fatal(err)
	}
	m := &interceptor{Listener: ln}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			victim, err := ln.Accept()
			if err != nil {
				return
			}
			running.Go(func() {
				defer victim.Close()
				upstream, err := tls.Dial("tcp", leader.addr.String(), own.ClientTLS(leader.cfg.Identity.Pin))
				if err != nil {
					return
				}
				defer upstream.Close()
				running.Go(func() { _, _ = io.Copy(victim, upstream) })
				_, _ = io.Copy(io.MultiWriter(m, upstream), victim)
			})
		}
	})
	t.Cleanup(func() { ln.Close(); running.Wait() })
	return m
}

func (m *interceptor) Write(p []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.seen.Write(p)
}

func TestManInTheMiddleSeesNothing(t *testing.T) {
	leader, one := boot(t, "leader"), boot(t, "one")
	token, err := linking.ParseToken(leader.token())
	if err != nil {
		t.Fatal(err)
	}
	m := intercept(t, leader)
	token.Port = m.Addr().(*net.TCPAddr).Port // the address of the leader leads to the interceptor
	text, _ := token.Encode()
	wantCode(t, one.Join(t.Context(), text), linking.CodeLeaderCertificate)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.seen.Len() > 0 {
		t.Fatalf("the interceptor read %d bytes: %q", m.seen.Len(), m.seen.Bytes())
	}
	if one.role() != linking.RoleNone {
		t.Fatal("the host has a role")
	}
}

// TestInterceptorWorks proves that the test above would see the password: without the pin, the interceptor reads all.
func TestInterceptorWorks(t *testing.T) {
	leader := boot(t, "leader")
	m := intercept(t, leader)
	c, err := tls.Dial("tcp", m.Addr().String(), &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, _ = io.WriteString(c, "secret")
	eventually(t, 3*time.Second, "the interceptor reads", func() bool {
		m.mu.Lock()
		defer m.mu.Unlock()
		return m.seen.String() == "secret"
	})
}

func TestPowerCutBetweenTheTwoWritesOfAJoin(t *testing.T) {
	leader, one := boot(t, "leader"), boot(t, "one")
	text := leader.token()
	disk := one.cfg.Store.(*memory)
	disk.mu.Lock()
	disk.fail = errors.New("power cut")
	disk.mu.Unlock()
	if err := one.Join(t.Context(), text); err == nil || one.role() != linking.RoleNone {
		t.Fatalf("join without a durable write: %v, role %s", err, one.role())
	}
	disk.mu.Lock()
	disk.fail = nil
	disk.mu.Unlock()
	if err := one.Join(t.Context(), text); err != nil {
		t.Fatalf("the same token again: %v", err)
	}
	if err := one.Join(t.Context(), text); err != nil {
		t.Fatalf("once more, when it is linked: %v", err)
	}
	if r, _, _ := leader.Roster(); len(r.Members) != 2 {
		t.Fatalf("the leader lists %d hosts", len(r.Members))
	}
}
