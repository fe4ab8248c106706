package linking

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"time"
)

func seed(i int) []byte { return bytes.Repeat([]byte{byte(i), byte(i >> 8)}, SeedBytes/2) }

func issued(t *testing.T, at time.Time) TokenState {
	t.Helper()
	s, _, err := TokenState{}.Step(Event{Kind: Generate, Now: at, Seed: seed(1)})
	if err != nil || !s.Active() || !validOTP(s.OTP()) {
		t.Fatalf("generate: %v, password %q", err, s.OTP())
	}
	return s
}

func try(s TokenState, otp, pin string, at time.Time) (TokenState, Accepted, error) {
	return s.Step(Event{Kind: Try, Now: at, Seed: seed(99), OTP: otp, Pin: pin})
}

// TestOTPIsHOTP works the password out once more from RFC 4226 section 5.3, with SHA-256 as RFC 6238 allows.
func TestOTPIsHOTP(t *testing.T) {
	for i := 1; i < 50; i++ {
		want := ""
		for counter := range uint64(2) {
			mac := hmac.New(sha256.New, seed(i))
			_ = binary.Write(mac, binary.BigEndian, counter)
			sum := mac.Sum(nil)
			code := binary.BigEndian.Uint32(sum[sum[len(sum)-1]&15:]) & 0x7fffffff
			want += fmt.Sprintf("%08d", code%100_000_000)
		}
		if got := (TokenState{Seed: seed(i)}).OTP(); got != want {
			t.Fatalf("seed %d: got %s, want %s", i, got, want)
		}
	}
}

func TestRightPasswordOnceOnly(t *testing.T) {
	s := issued(t, testTime)
	otp := s.OTP()
	s, accepted, err := try(s, otp, "pin-a", testTime.Add(time.Second))
	if err != nil || accepted != AcceptedFirst || !s.Active() || s.OTP() == otp {
		t.Fatalf("first: %v %v, next active %v", accepted, err, s.Active())
	}
	if _, _, err := try(s, otp, "pin-b", testTime.Add(2*time.Second)); CodeOf(err) != CodeUsed {
		t.Errorf("another host: %v", err)
	}
	if _, accepted, err := try(s, otp, "pin-a", testTime.Add(3*time.Second)); err != nil || accepted != AcceptedAgain {
		t.Errorf("the same host: %v %v", accepted, err)
	}
	if _, _, err := try(s, otp, "pin-a", testTime.Add(OTPLife)); CodeOf(err) != CodeUsed {
		t.Errorf("the same host, too late: %v", err)
	}
}

func TestExpiry(t *testing.T) {
	s := issued(t, testTime)
	otp := s.OTP()
	if _, accepted, _ := try(s, otp, "p", testTime.Add(OTPLife-time.Nanosecond)); accepted != AcceptedFirst {
		t.Error("refused before its end")
	}
	next, _, err := try(s, otp, "p", testTime.Add(OTPLife))
	if CodeOf(err) != CodeExpired || !next.Active() || next.OTP() == otp || next.Wrong != 0 {
		t.Errorf("at its end: %v, %+v", err, next)
	}
	if _, _, err := try(s, otp, "p", testTime.Add(-time.Hour)); CodeOf(err) != CodeExpired {
		t.Errorf("with the clock set back: %v", err)
	}
}

func TestFiveWrongTriesBurn(t *testing.T) {
	s := issued(t, testTime)
	otp := s.OTP()
	for i := 1; i <= MaxWrong; i++ {
		var err error
		s, _, err = try(s, fmt.Sprint(i), "p", testTime)
		want := CodeWrong
		if i == MaxWrong {
			want = CodeBurned
		}
		if CodeOf(err) != want {
			t.Fatalf("try %d: %v", i, err)
		}
	}
	if _, _, err := try(s, otp, "p", testTime); CodeOf(err) != CodeBurned {
		t.Errorf("the right password after that: %v", err)
	}
	if !s.Active() || s.OTP() == otp || s.Wrong != 0 {
		t.Error("no fresh password followed")
	}
}

func TestGenerateAndStop(t *testing.T) {
	s := issued(t, testTime)
	if same, _, _ := s.Step(Event{Kind: Generate, Now: testTime.Add(OTPLife - freshLeft), Seed: seed(2)}); same.OTP() != s.OTP() {
		t.Error("generate withdrew a password that is still good")
	}
	if fresh, _, _ := s.Step(Event{Kind: Generate, Now: testTime.Add(OTPLife - freshLeft + 1), Seed: seed(2)}); fresh.OTP() == s.OTP() {
		t.Error("generate handed out a password that is about to end")
	}
	stopped, _, _ := s.Step(Event{Kind: Stop, Now: testTime})
	if stopped.Active() || stopped.OTP() != "" {
		t.Error("still active after stop")
	}
	if _, _, err := try(stopped, s.OTP(), "p", testTime); CodeOf(err) != CodeExpired {
		t.Errorf("the stopped password: %v", err)
	}
	if _, _, err := try(stopped, "x", "p", testTime); CodeOf(err) != CodeNoToken {
		t.Errorf("any password after stop: %v", err)
	}
	if idle, _, _ := stopped.Step(Event{Kind: Tick, Now: testTime.Add(time.Hour), Seed: seed(3)}); idle.Active() {
		t.Error("time alone made it active")
	}
}

// FuzzTokenState runs any order of events and holds it to the rules: one acceptance per password, never after its end,
// and no more than MaxWrong tries.
func FuzzTokenState(f *testing.F) {
	f.Add([]byte("gttswwwwwgtx"))
	f.Add([]byte("gwwwwrtu9gtt"))
	f.Fuzz(func(t *testing.T, events []byte) {
		var s TokenState
		now, first, wrong := testTime, map[string]bool{}, map[string]int{}
		var known []string
		for i, e := range events {
			ev := Event{Kind: EventKind(e % 4), Now: now, Seed: seed(i + 1)}
			now = now.Add(time.Duration(e>>2) * time.Second)
			ev.Now = now
			if ev.Kind == Try {
				ev.Pin, ev.OTP = string('a'+rune(e>>2&1)), "guess"
				if n := len(known); n > 0 && e&0x10 == 0 {
					ev.OTP = known[n-1-int(e>>6)%n]
				}
			}
			before := s
			next, accepted, err := s.Step(ev)
			if accepted == AcceptedFirst {
				if first[ev.OTP] || ev.OTP != before.OTP() || !now.Before(before.ExpiresAt()) {
					t.Fatalf("event %d: accepted against the rules", i)
				}
				first[ev.OTP] = true
			}
			if (accepted == NotAccepted) != (err != nil) && ev.Kind == Try {
				t.Fatalf("event %d: accepted %v with %v", i, accepted, err)
			}
			if c := CodeOf(err); c == CodeWrong || c == CodeBurned && next.OTP() != before.OTP() {
				wrong[before.OTP()]++
			}
			if wrong[before.OTP()] > MaxWrong || len(next.Spent) > maxSpent {
				t.Fatalf("event %d: %d wrong tries, %d spent", i, wrong[before.OTP()], len(next.Spent))
			}
			if next.Active() && next.OTP() != s.OTP() {
				known = append(known, next.OTP())
			}
			s = next
		}
	})
}

func TestSpentListIsBounded(t *testing.T) {
	s := issued(t, testTime)
	for i := range 3 * maxSpent {
		s, _, _ = s.Step(Event{Kind: Tick, Now: testTime.Add(time.Duration(i+1) * OTPLife), Seed: seed(i + 2)})
	}
	if len(s.Spent) != maxSpent || strings.Contains(fmt.Sprint(s.Spent), s.OTP()) {
		t.Errorf("%d spent passwords", len(s.Spent))
	}
}
