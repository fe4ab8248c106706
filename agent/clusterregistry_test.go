package agent

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"testing"
	"time"
)

// Feature 93. A certificate is kept until a month before its end, and longer when no other can be made.
func TestRenewing(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	made, broken := 0, errors.New("no CA")
	var fail error
	r := &renewing{now: func() time.Time { return now }, make: func() (*tls.Certificate, error) {
		made++
		return &tls.Certificate{Leaf: &x509.Certificate{NotAfter: now.AddDate(1, 0, 0)}}, fail
	}}
	for _, step := range []struct {
		days int
		fail error
		made int
		ok   bool
	}{{0, nil, 1, true}, {300, nil, 1, true}, {40, broken, 2, true}, {1, nil, 3, true}} {
		now, fail = now.AddDate(0, 0, step.days), step.fail
		if _, err := r.get(nil); (err == nil) != step.ok || made != step.made {
			t.Errorf("%+v: made %d, %v", step, made, err)
		}
	}
	fresh := &renewing{now: r.now, make: func() (*tls.Certificate, error) { return nil, broken }}
	if _, err := fresh.get(nil); !errors.Is(err, broken) {
		t.Errorf("no certificate at all: %v", err)
	}
}
