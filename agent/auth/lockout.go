package auth

import (
	"cmp"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"
)

const (
	backoffFrom = 3 // wrong passwords before the first wait, unless set
	lockAt      = 5 // wrong passwords before the lock, unless set
	lockFor     = 15 * time.Minute
	// maxTracked bounds the memory that guessers can take with invented names and addresses.
	maxTracked = 4096
)

// LockoutLimits is when wrong passwords make people wait; zeros mean 3, 5 and 15.
type LockoutLimits struct {
	// Delay is how many wrong passwords are followed by the first wait of a second, which then doubles. 1 to Attempts.
	Delay int `yaml:"attemptsBeforeDelay"`
	// Attempts is how many wrong passwords lock. 3 to 20.
	Attempts int `yaml:"attemptsBeforeLockout"`
	// Minutes is how long. 1 to 1440.
	Minutes int `yaml:"lockoutMinutes"`
}

// Validate tells what is wrong with the limits.
func (l LockoutLimits) Validate() error {
	switch w := l.withDefaults(); {
	case w.Attempts < 3 || w.Attempts > 20:
		return fmt.Errorf("login.attemptsBeforeLockout is %d; it must be 3 to 20", w.Attempts)
	case w.Delay < 1 || w.Delay > w.Attempts:
		return fmt.Errorf("login.attemptsBeforeDelay is %d; it must be 1 to attemptsBeforeLockout, %d", w.Delay, w.Attempts)
	case w.Minutes < 1 || w.Minutes > 24*60:
		return fmt.Errorf("login.lockoutMinutes is %d; it must be 1 to %d", w.Minutes, 24*60)
	}
	return nil
}

func (l LockoutLimits) withDefaults() LockoutLimits {
	return LockoutLimits{cmp.Or(l.Delay, backoffFrom), cmp.Or(l.Attempts, lockAt), cmp.Or(l.Minutes, int(lockFor/time.Minute))}
}

func (l LockoutLimits) duration() time.Duration { return time.Duration(l.Minutes) * time.Minute }

// LockedError refuses a password without looking at it.
type LockedError struct {
	Wait time.Duration // until the next try is looked at
}

func (e *LockedError) Error() string {
	return "too many wrong passwords; try again in " + inWords(e.Wait)
}

// inWords rounds up, so that whoever waits as long as it says is looked at.
func inWords(d time.Duration) string {
	n, unit := int((d+time.Second-1)/time.Second), "second"
	if n > 60 {
		n, unit = int((d+time.Minute-1)/time.Minute), "minute"
	}
	if n = max(n, 1); n > 1 {
		unit += "s"
	}
	return fmt.Sprintf("%d %s", n, unit)
}

// lockout counts wrong passwords per user and per address. A try is counted before its password is looked at, so that
// a hundred tries at once are not a hundred guesses.
type lockout struct {
	limits LockoutLimits
	store  Store // of locks, so that a restart does not open them
	log    *slog.Logger

	mu    sync.Mutex
	tries map[string]*tries
}

type tries struct {
	Wrong int       `json:"wrong"`
	Until time.Time `json:"until"` // no try is looked at before
	Last  time.Time `json:"last"`
}

func newLockout(store Store, limits LockoutLimits, log *slog.Logger) (*lockout, error) {
	l := &lockout{limits: limits.withDefaults(), store: store, log: log, tries: map[string]*tries{}}
	err := store.Each(func(key string, raw []byte) error {
		t := &tries{}
		if err := json.Unmarshal(raw, t); err != nil {
			return fmt.Errorf("lock of %s: %w", key, err)
		}
		if t.stale(time.Now(), l.limits.duration()) {
			return store.Delete(key)
		}
		l.tries[key] = t
		return nil
	})
	return l, err
}

func (t *tries) stale(now time.Time, after time.Duration) bool {
	return !now.Before(t.Until) && now.Sub(t.Last) >= after
}

func lockKeys(user, address string) []string {
	keys := []string{"user/" + user}
	if address != "" {
		keys = append(keys, "address/"+address)
	}
	return keys
}

// begin counts a try, or refuses it with a *LockedError.
func (l *lockout) begin(user, address string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	keys := lockKeys(user, address)
	for _, k := range keys {
		if t := l.tries[k]; t != nil && now.Before(t.Until) {
			return &LockedError{t.Until.Sub(now)}
		}
	}
	for _, k := range keys {
		l.count(k, now)
	}
	return nil
}

// count adds one wrong password to key; success takes it back. Called with mu held.
func (l *lockout) count(key string, now time.Time) {
	t := l.tries[key]
	if t == nil || t.stale(now, l.limits.duration()) {
		l.forget(key) // a lock that has ended is in the store
		l.makeRoom(now)
		t = &tries{}
		l.tries[key] = t
	}
	t.Wrong++
	t.Last = now
	switch {
	case t.Wrong >= l.limits.Attempts:
		t.Until, t.Wrong = now.Add(l.limits.duration()), 0
		l.log.Warn("locked after too many wrong passwords", "key", key, "for", l.limits.duration())
		if err := l.store.Put(key, t); err != nil {
			l.log.Warn("a lock cannot be saved; a restart of the agent opens it", "key", key, "err", err)
		}
	case t.Wrong >= l.limits.Delay:
		t.Until = now.Add(time.Second << (t.Wrong - l.limits.Delay))
	}
}

// makeRoom forgets what is stale when there is much, or else half of the rest: locks last, and the oldest first.
func (l *lockout) makeRoom(now time.Time) {
	if len(l.tries) < maxTracked {
		return
	}
	for k, t := range l.tries {
		if t.stale(now, l.limits.duration()) {
			l.forget(k)
		}
	}
	if len(l.tries) < maxTracked {
		return
	}
	keys := slices.SortedFunc(maps.Keys(l.tries), func(a, b string) int {
		x, y := l.tries[a], l.tries[b]
		return cmp.Or(x.Until.Compare(y.Until), x.Last.Compare(y.Last))
	})
	for _, k := range keys[:len(keys)/2] {
		l.forget(k)
	}
}

// success forgets the wrong passwords of user and address.
func (l *lockout) success(user, address string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, k := range lockKeys(user, address) {
		l.forget(k)
	}
}

func (l *lockout) forget(key string) {
	t := l.tries[key]
	if t == nil {
		return
	}
	delete(l.tries, key)
	if t.Wrong == 0 { // a lock, so it was saved
		if err := l.store.Delete(key); err != nil {
			l.log.Warn("an old lock cannot be deleted", "key", key, "err", err)
		}
	}
}
