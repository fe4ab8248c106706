package linking

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
)

// Rules of the one-time password.
const (
	OTPDigits = 16                // two HOTP codes of 8 digits: one code of RFC 4226 carries at most 31 bits
	OTPLife   = 120 * time.Second // from issue to expiry, by the leader's clock
	MaxWrong  = 5                 // this many wrong tries burn the password
	SeedBytes = 32                // a fresh random seed per password
	maxSpent  = 16                // remembered passwords, so that an old token is refused with its own reason
	freshLeft = 5 * time.Second   // Generate hands out no password that ends sooner than this
)

// TokenState is the leader's memory of one-time passwords. The zero value is inactive. It is stored together with the
// roster in one record, so that "used" and "the host is in the roster" are one durable write.
type TokenState struct {
	Seed     []byte    `json:"seed,omitempty"` // secret; empty when inactive
	IssuedAt time.Time `json:"issuedAt,omitzero"`
	Wrong    int       `json:"wrong,omitempty"`
	Spent    []Spent   `json:"spent,omitempty"` // oldest first
}

// Spent is a password that is no longer valid. Its sum identifies it without revealing it.
type Spent struct {
	Sum    string    `json:"sum"`
	Reason Code      `json:"reason"`        // CodeUsed, CodeExpired or CodeBurned
	Pin    string    `json:"pin,omitempty"` // of the host that used it
	Until  time.Time `json:"until"`         // when it would have expired
}

// EventKind names what happened to the password.
type EventKind int

// The events of Step.
const (
	Tick     EventKind = iota // time has passed
	Generate                  // an administrator wants a token
	Stop                      // an administrator stops token generation
	Try                       // a host presents OTP and its Pin
)

// Event is one input of Step. Seed is SeedBytes of fresh randomness, used when a new password is due.
type Event struct {
	Kind EventKind
	Now  time.Time
	Seed []byte
	OTP  string
	Pin  string
}

// Accepted says how a Try was accepted.
type Accepted int

// A repeated acceptance is that of the same host with the same password within its validity: the answer to its first
// try may have been lost on the way.
const (
	NotAccepted Accepted = iota
	AcceptedFirst
	AcceptedAgain
)

// Active says whether passwords are being issued.
func (s TokenState) Active() bool { return len(s.Seed) > 0 }

// ExpiresAt returns when the present password ends.
func (s TokenState) ExpiresAt() time.Time { return s.IssuedAt.Add(OTPLife) }

// OTP returns the present password, or "" when inactive.
func (s TokenState) OTP() string {
	if !s.Active() {
		return ""
	}
	secret := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(s.Seed)
	var out strings.Builder
	for counter := range uint64(OTPDigits / 8) {
		code, err := hotp.GenerateCodeCustom(secret, counter, hotp.ValidateOpts{Digits: otp.DigitsEight, Algorithm: otp.AlgorithmSHA256})
		if err != nil { // only for a secret that is not base32, which it is by construction
			panic(fmt.Sprintf("one-time password: %v", err))
		}
		out.WriteString(code)
	}
	return out.String()
}

// Step returns the state after the event. For a Try it also says whether the password was accepted; if not, the error
// is a *Refusal and the new state must be kept all the same, because it counts the wrong tries.
func (s TokenState) Step(ev Event) (TokenState, Accepted, error) {
	s.Spent = append([]Spent(nil), s.Spent...)
	// A clock that was set back would lengthen a password's life: treat that as expired too.
	if s.Active() && (!ev.Now.Before(s.ExpiresAt()) || ev.Now.Before(s.IssuedAt.Add(-time.Second))) {
		s = s.spend(CodeExpired, "").issue(ev)
	}
	switch ev.Kind {
	case Generate:
		if !s.Active() {
			s = s.issue(ev)
		} else if s.ExpiresAt().Sub(ev.Now) < freshLeft {
			s = s.spend(CodeExpired, "").issue(ev)
		}
	case Stop:
		if s.Active() {
			s = s.spend(CodeExpired, "")
		}
	case Try:
		return s.try(ev)
	}
	return s, NotAccepted, nil
}

func (s TokenState) try(ev Event) (TokenState, Accepted, error) {
	if s.Active() && subtle.ConstantTimeCompare([]byte(ev.OTP), []byte(s.OTP())) == 1 {
		return s.spend(CodeUsed, ev.Pin).issue(ev), AcceptedFirst, nil
	}
	sum := otpSum(ev.OTP)
	for _, old := range s.Spent {
		if old.Sum != sum {
			continue
		}
		if old.Reason == CodeUsed && old.Pin == ev.Pin && ev.Now.Before(old.Until) {
			return s, AcceptedAgain, nil
		}
		return s, NotAccepted, Refuse(old.Reason, "")
	}
	if !s.Active() {
		return s, NotAccepted, Refuse(CodeNoToken, "")
	}
	s.Wrong++
	if s.Wrong >= MaxWrong {
		return s.spend(CodeBurned, "").issue(ev), NotAccepted, Refuse(CodeBurned, "")
	}
	return s, NotAccepted, Refuse(CodeWrong, "")
}

// spend moves the present password to the spent ones and leaves the state inactive.
func (s TokenState) spend(reason Code, pin string) TokenState {
	s.Spent = append(s.Spent, Spent{Sum: otpSum(s.OTP()), Reason: reason, Pin: pin, Until: s.ExpiresAt()})
	s.Spent = s.Spent[max(0, len(s.Spent)-maxSpent):]
	s.Seed, s.IssuedAt, s.Wrong = nil, time.Time{}, 0
	return s
}

func (s TokenState) issue(ev Event) TokenState {
	s.Seed, s.IssuedAt, s.Wrong = ev.Seed, ev.Now, 0
	return s
}

func otpSum(text string) string {
	sum := sha256.Sum256([]byte("slipway spent otp\n" + text))
	return hex.EncodeToString(sum[:])
}

func validOTP(s string) bool {
	return len(s) == OTPDigits && strings.Trim(s, "0123456789") == ""
}
