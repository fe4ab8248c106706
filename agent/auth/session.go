package auth

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// How long a session lasts from its login or renewal, used or not.
const (
	SessionFor         = 2 * time.Hour
	ExtendedSessionFor = 24 * time.Hour
)

// maxSessions bounds the sessions of one user; the oldest ends when there would be more.
const maxSessions = 32

// idLen is how many hex digits of a token's hash name the session for people and the API.
const idLen = 16

// ErrNoSession is returned for a token that opens nothing: never given, expired or revoked.
var ErrNoSession = errors.New("you are not logged in, or the session has ended; log in again")

// ErrNoSuchSession is returned by Revoke.
var ErrNoSuchSession = errors.New("there is no such session; it may have ended already")

// Session is one login, without the token that opens it.
type Session struct {
	ID        string    `json:"id"`
	User      string    `json:"user"`
	Address   string    `json:"address"`
	CreatedAt time.Time `json:"createdAt"`
	ExpiresAt time.Time `json:"expiresAt"`
	Extended  bool      `json:"extended,omitempty"`
}

// stored is a session as the host keeps it. It is good only as long as the user has the password of Fingerprint, so
// that a password changed by whatever tool ends it, even when the power goes in between.
type stored struct {
	Session
	Fingerprint string `json:"fingerprint"` // account.fingerprint
}

// sessions is the table of open sessions by tokenKey; the store follows it.
type sessions struct {
	store Store

	mu  sync.Mutex
	all map[string]stored
}

func newSessions(store Store) (*sessions, error) {
	s := &sessions{store: store, all: map[string]stored{}}
	err := store.Each(func(key string, raw []byte) error {
		var one stored
		if err := json.Unmarshal(raw, &one); err != nil {
			return fmt.Errorf("session %.16s: %w", key, err)
		}
		s.all[key] = one
		return nil
	})
	if err != nil {
		return nil, err
	}
	return s, s.drop(func(_ string, one Session) bool { return one.ended() })
}

func (s Session) ended() bool { return !time.Now().Before(s.ExpiresAt) }

// open starts a session. It also clears away what has ended.
func (s *sessions) open(u account, address string, extended bool) (string, Session, error) {
	if err := s.drop(func(_ string, one Session) bool { return one.ended() }); err != nil {
		return "", Session{}, err
	}
	token := newToken()
	key := tokenKey(token)
	now := time.Now().UTC()
	one := Session{ID: key[:idLen], User: u.name, Address: address, CreatedAt: now, ExpiresAt: now.Add(SessionFor), Extended: extended}
	if extended {
		one.ExpiresAt = now.Add(ExtendedSessionFor)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.put(key, stored{one, u.fingerprint()}); err != nil {
		return "", Session{}, fmt.Errorf("starting a session: %w", err)
	}
	return token, one, s.limit(u.name)
}

// put is called with mu held.
func (s *sessions) put(key string, one stored) error {
	if err := s.store.Put(key, one); err != nil {
		return err
	}
	s.all[key] = one
	return nil
}

// keep lets the session with this id live on with the user's new password.
func (s *sessions) keep(id string, u account) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, one := range s.all {
		if one.ID == id && one.User == u.name {
			return s.put(key, stored{one.Session, u.fingerprint()})
		}
	}
	return nil
}

// limit ends the oldest sessions of user beyond maxSessions. Called with mu held.
func (s *sessions) limit(user string) error {
	var keys []string
	for k, one := range s.all {
		if one.User == user {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b string) int { return s.all[b].CreatedAt.Compare(s.all[a].CreatedAt) })
	for len(keys) > maxSessions {
		if err := s.end(keys[len(keys)-1]); err != nil {
			return err
		}
		keys = keys[:len(keys)-1]
	}
	return nil
}

// end removes one session: from memory first, so that it is over even when the disk fails. Called with mu held.
func (s *sessions) end(key string) error {
	delete(s.all, key)
	if err := s.store.Delete(key); err != nil {
		return fmt.Errorf("the session is ended, but a restart of the agent may open it again: %w", err)
	}
	return nil
}

func (s *sessions) find(token string) (stored, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one, ok := s.all[tokenKey(token)]
	if !ok || one.ended() {
		return stored{}, ErrNoSession
	}
	return one, nil
}

// drop ends every session that match names.
func (s *sessions) drop(match func(key string, one Session) bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for k, one := range s.all {
		if match(k, one.Session) {
			errs = append(errs, s.end(k))
		}
	}
	return errors.Join(errs...)
}

// list gives the open sessions, newest first.
func (s *sessions) list() []Session {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []Session{}
	for _, one := range s.all {
		if !one.ended() {
			out = append(out, one.Session)
		}
	}
	slices.SortFunc(out, func(a, b Session) int {
		if c := b.CreatedAt.Compare(a.CreatedAt); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return out
}
