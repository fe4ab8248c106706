package linking

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"testing"
)

func newKey(t testing.TB) (*ecdsa.PrivateKey, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return key, PinOfSPKI(der)
}

func uuid(i int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012x", i) }

func member(i int) Member {
	return Member{ID: uuid(i), Name: fmt.Sprintf("host-%d", i), Addresses: []string{fmt.Sprintf("10.0.%d.%d", i/250, i%250+1)}, Port: 5080,
		Pin: fmt.Sprintf("%s%064x", pinPrefix, i), Role: RoleFollower, JoinedAt: testTime}
}

func group(t testing.TB) (Roster, *ecdsa.PrivateKey, string) {
	key, pin := newKey(t)
	leader := member(0)
	leader.Pin = pin
	return NewRoster(uuid(900), leader, testTime).With(member(2)).With(member(1)), key, pin
}

func TestRosterSigned(t *testing.T) {
	r, key, pin := group(t)
	signed, err := Sign(r, key)
	if err != nil {
		t.Fatal(err)
	}
	got, err := signed.Verify(pin)
	if err != nil || fmt.Sprint(got) != fmt.Sprint(r) || got.Epoch != 3 {
		t.Fatalf("got %+v, %v", got, err)
	}

	other, otherPin := newKey(t)
	if _, err := Sign(r, other); err == nil {
		t.Error("another host signed the leader's roster")
	}
	if _, err := signed.Verify(otherPin); err == nil {
		t.Error("verified against another pin")
	}
	for name, tamper := range map[string]func(*SignedRoster){
		"payload":   func(s *SignedRoster) { s.Payload = append([]byte(nil), s.Payload...); s.Payload[20] ^= 1 },
		"signature": func(s *SignedRoster) { s.Signature = append([]byte(nil), s.Signature...); s.Signature[9] ^= 1 },
		"key":       func(s *SignedRoster) { s.PublicKey, _ = x509.MarshalPKIXPublicKey(other.Public()) },
		"no context": func(s *SignedRoster) {
			sum := sha256.Sum256(s.Payload)
			s.Signature, _ = ecdsa.SignASN1(rand.Reader, key, sum[:])
		},
		"empty": func(s *SignedRoster) { *s = SignedRoster{} },
	} {
		bad := signed
		tamper(&bad)
		if _, err := bad.Verify(pin); err == nil {
			t.Errorf("tampered %s: verified", name)
		}
	}
}

func TestRosterOfAnotherLeaderUnderTheSameKeyIsRefused(t *testing.T) {
	r, key, pin := group(t)
	r.Leader = uuid(1)
	r.Members[0].Role, r.Members[1].Role = RoleFollower, RoleLeader
	payload, _ := json.Marshal(r)
	spki, _ := x509.MarshalPKIXPublicKey(key.Public())
	sig, err := ecdsa.SignASN1(rand.Reader, key, rosterSum(payload))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (SignedRoster{Payload: payload, PublicKey: spki, Signature: sig}).Verify(pin); err == nil {
		t.Error("a roster verified whose leader is not the one that signed it")
	}
}

func TestRosterFollows(t *testing.T) {
	r, _, _ := group(t)
	next := r.Without(uuid(1))
	elsewhere, usurped := next, next
	elsewhere.Group, usurped.Leader = uuid(901), uuid(2)
	for name, c := range map[string]struct {
		next Roster
		want bool
	}{"next": {next, true}, "same": {r, false}, "other group": {elsewhere, false}, "other leader": {usurped, false}} {
		if c.next.Follows(r) != c.want {
			t.Errorf("%s: not %v", name, c.want)
		}
	}
	if r.Follows(next) {
		t.Error("an older roster brings a removed host back")
	}
}

func TestRosterChanges(t *testing.T) {
	r, _, _ := group(t)
	if _, ok := r.Without(uuid(1)).ByID(uuid(1)); ok || len(r.Members) != 3 {
		t.Error("Without left the host in, or changed its receiver")
	}
	if len(r.Followers()) != 2 || len(r.Members) != 3 {
		t.Error("Followers counts wrong, or changed its receiver")
	}
	self := member(1)
	if _, changed := r.Moved(self); changed {
		t.Error("nothing moved, but it says so")
	}
	self.Role, self.ID, self.Addresses = RoleLeader, uuid(5), []string{"10.9.9.9"}
	moved, changed := r.Moved(self)
	got, _ := moved.ByPin(self.Pin)
	if !changed || moved.Epoch != r.Epoch+1 || got.Addresses[0] != "10.9.9.9" || got.Role != RoleFollower || got.ID != uuid(1) {
		t.Errorf("moved: %v %+v", changed, got)
	}
	self.Addresses = nil
	if _, changed := r.Moved(self); changed {
		t.Error("a host without address lost its last one")
	}
	stranger := member(7)
	if _, changed := r.Moved(stranger); changed {
		t.Error("a stranger moved into the roster")
	}
}

func TestRosterValidate(t *testing.T) {
	for name, spoil := range map[string]func(*Roster){
		"group":         func(r *Roster) { r.Group = "x" },
		"epoch":         func(r *Roster) { r.Epoch = 0 },
		"no host":       func(r *Roster) { r.Members = nil },
		"no leader":     func(r *Roster) { r.Leader = uuid(77) },
		"two leaders":   func(r *Roster) { r.Members[1].Role = RoleLeader },
		"same pin":      func(r *Roster) { r.Members[1].Pin = r.Members[2].Pin },
		"same id":       func(r *Roster) { r.Members[1].ID = r.Members[2].ID },
		"order":         func(r *Roster) { r.Members[1], r.Members[2] = r.Members[2], r.Members[1] },
		"id":            func(r *Roster) { r.Members[1].ID = "../../etc" },
		"name":          func(r *Roster) { r.Members[1].Name = "a b\n" },
		"no name":       func(r *Roster) { r.Members[1].Name = "" },
		"port":          func(r *Roster) { r.Members[1].Port = 70000 },
		"pin":           func(r *Roster) { r.Members[1].Pin = "sha256:zz" },
		"role":          func(r *Roster) { r.Members[1].Role = "boss" },
		"address":       func(r *Roster) { r.Members[1].Addresses = []string{"evil.example"} },
		"address count": func(r *Roster) { r.Members[1].Addresses = make([]string, MaxAddresses+1) },
		"too many": func(r *Roster) {
			for i := 3; i <= MaxMembers; i++ {
				*r = r.With(member(i))
			}
		},
	} {
		r, _, _ := group(t)
		if err := r.Validate(); err != nil {
			t.Fatal(err)
		}
		spoil(&r)
		if r.Validate() == nil {
			t.Errorf("%s: valid", name)
		}
	}
}

func FuzzSignedRoster(f *testing.F) {
	r, key, pin := group(f)
	signed, err := Sign(r, key)
	if err != nil {
		f.Fatal(err)
	}
	raw, _ := json.Marshal(signed)
	f.Add(raw)
	f.Fuzz(func(t *testing.T, raw []byte) {
		var s SignedRoster
		if json.Unmarshal(raw, &s) != nil {
			return
		}
		if got, err := s.Verify(pin); err == nil && fmt.Sprint(got) != fmt.Sprint(r) {
			t.Fatalf("the leader never signed %+v", got)
		}
	})
}

func FuzzRosterPayload(f *testing.F) {
	r, _, _ := group(f)
	raw, _ := json.Marshal(r)
	f.Add(raw)
	f.Fuzz(func(t *testing.T, raw []byte) {
		var r Roster
		if json.Unmarshal(raw, &r) != nil || r.Validate() != nil {
			return
		}
		if leader, ok := r.ByID(r.Leader); !ok || leader.Role != RoleLeader || len(r.Followers()) != len(r.Members)-1 {
			t.Fatalf("valid without one leader: %+v", r)
		}
	})
}
