package linking

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
)

// MaxRosterBytes bounds a signed roster's payload.
const MaxRosterBytes = 1 << 20

// signContext keeps a roster's signature from being taken for a signature of anything else by the same key.
const signContext = "slipway roster v1\n"

// SignedRoster is a roster as it travels and is stored. The signature covers the payload's exact bytes, so that no two
// hosts can disagree about what was signed.
type SignedRoster struct {
	Payload   []byte `json:"payload"`   // JSON of the Roster
	PublicKey []byte `json:"publicKey"` // SubjectPublicKeyInfo (DER) of the leader
	Signature []byte `json:"signature"` // ECDSA P-256 over SHA-256, ASN.1
}

// Sign returns the roster signed by the leader's P-256 key. A roster that is not valid, or that names another key's
// leader, is not signed.
func Sign(r Roster, key crypto.Signer) (SignedRoster, error) {
	if err := r.Validate(); err != nil {
		return SignedRoster{}, err
	}
	spki, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return SignedRoster{}, fmt.Errorf("sign the roster: %w", err)
	}
	if leader, _ := r.ByID(r.Leader); leader.Pin != PinOfSPKI(spki) {
		return SignedRoster{}, errors.New("sign the roster: this host is not its leader")
	}
	payload, err := json.Marshal(r)
	if err != nil {
		return SignedRoster{}, fmt.Errorf("sign the roster: %w", err)
	}
	sig, err := key.Sign(rand.Reader, rosterSum(payload), crypto.SHA256)
	if err != nil {
		return SignedRoster{}, fmt.Errorf("sign the roster: %w", err)
	}
	return SignedRoster{Payload: payload, PublicKey: spki, Signature: sig}, nil
}

// Verify returns the roster if the leader with that pin signed it and its form is right.
func (s SignedRoster) Verify(leaderPin string) (Roster, error) {
	if len(s.Payload) > MaxRosterBytes {
		return Roster{}, errors.New("roster: too large")
	}
	if PinOfSPKI(s.PublicKey) != leaderPin {
		return Roster{}, errors.New("roster: signed by another host than the leader")
	}
	key, err := x509.ParsePKIXPublicKey(s.PublicKey)
	if err != nil {
		return Roster{}, fmt.Errorf("roster: the leader's key: %w", err)
	}
	ec, ok := key.(*ecdsa.PublicKey)
	if !ok || !ecdsa.VerifyASN1(ec, rosterSum(s.Payload), s.Signature) {
		return Roster{}, errors.New("roster: the signature is wrong")
	}
	var r Roster
	if err := json.Unmarshal(s.Payload, &r); err != nil {
		return Roster{}, fmt.Errorf("roster: %w", err)
	}
	if err := r.Validate(); err != nil {
		return Roster{}, err
	}
	if leader, _ := r.ByID(r.Leader); leader.Pin != leaderPin {
		return Roster{}, errors.New("roster: names another leader than the one that signed it")
	}
	return r, nil
}

func rosterSum(payload []byte) []byte {
	h := sha256.New()
	h.Write([]byte(signContext))
	h.Write(payload)
	return h.Sum(nil)
}
