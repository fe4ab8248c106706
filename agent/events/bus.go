// Package events is the agent's in-process bus: what changed, told to everybody who watches (the event stream of the
// API, the console). A subscriber first gets a snapshot of every topic it asked for, then deltas.
//
//	Subscribe --> snapshots (one per topic) --> deltas ... --> channel closed
//	                                             \-- reader too slow --> resync, channel closed: subscribe again
//
// A delta carries the whole new value of one object, so one that a snapshot already contains does no harm when it is
// applied again. Nothing is kept for a reader that is away: it subscribes again and gets a new snapshot.
package events

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
)

const (
	// bufferSize is how many deltas a reader may be behind before it is dropped.
	bufferSize = 256
	// maxSubscribers bounds what open browser tabs and scripts can cost.
	maxSubscribers = 128
)

// The types of an event.
const (
	Snapshot = "snapshot" // Data is everything of the topic
	Delta    = "delta"    // Data is one changed object of the topic
	Resync   = "resync"   // the reader missed events; the last event of a subscription
)

// ErrUnknownTopic is wrapped by Subscribe for a topic that nobody provides.
var ErrUnknownTopic = errors.New("there is no such topic")

// ErrTooMany is returned by Subscribe when maxSubscribers are watching.
var ErrTooMany = errors.New("too many clients watch this host; close some browser tabs and try again")

// Event is one message. ID grows with every delta in the life of this agent; a snapshot has the ID of the last delta
// that it surely contains.
type Event struct {
	ID    uint64          `json:"id"`
	Topic string          `json:"topic"`
	Type  string          `json:"type"`
	Data  json.RawMessage `json:"data"`
}

// Bus connects publishers and subscribers. Safe for concurrent use.
type Bus struct {
	log *slog.Logger

	mu     sync.Mutex
	lastID uint64
	topics map[string]func() any
	subs   map[*subscription]struct{}
}

type subscription struct {
	topics []string
	ch     chan Event
	held   []Event // deltas that came while the snapshots were taken
	live   bool
}

// New makes a bus without topics.
func New(log *slog.Logger) *Bus {
	return &Bus{log: log, topics: map[string]func() any{}, subs: map[*subscription]struct{}{}}
}

// Provide declares a topic. snapshot gives everything of the topic as a value that encodes to JSON; it must not call
// the bus. Nil is a topic without memory. Call it before the first Subscribe.
func (b *Bus) Provide(topic string, snapshot func() any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.topics[topic] = snapshot
}

// Publish tells the subscribers of topic that an object has a new value. It never blocks on a reader.
func (b *Bus) Publish(topic string, data any) {
	raw, err := json.Marshal(data)
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, ok := b.topics[topic]; !ok || err != nil {
		b.log.Error("an event cannot be published", "topic", topic, "known", ok, "err", err)
		return
	}
	b.lastID++
	for s := range b.subs {
		if slices.Contains(s.topics, topic) {
			b.send(s, Event{b.lastID, topic, Delta, raw})
		}
	}
}

// Subscribe returns the snapshots of the topics (all topics when none is named) and then their deltas. The channel is
// closed when ctx is done, or after an event of type Resync when the reader fell behind.
func (b *Bus) Subscribe(ctx context.Context, topics ...string) (<-chan Event, error) {
	s, snapshots, id, err := b.add(topics)
	if err != nil {
		return nil, err
	}
	first := make([]Event, 0, len(s.topics))
	for i, snapshot := range snapshots {
		raw := json.RawMessage("null")
		if snapshot != nil {
			if raw, err = json.Marshal(snapshot()); err != nil {
				b.remove(s)
				return nil, fmt.Errorf("the snapshot of %s: %w", s.topics[i], err)
			}
		}
		first = append(first, Event{id, s.topics[i], Snapshot, raw})
	}
	b.start(s, first)
	context.AfterFunc(ctx, func() { b.remove(s) })
	return s.ch, nil
}

// add registers a subscription that holds its deltas back until start.
func (b *Bus) add(topics []string) (*subscription, []func() any, uint64, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.subs) >= maxSubscribers {
		return nil, nil, 0, ErrTooMany
	}
	known := slices.Sorted(maps.Keys(b.topics))
	if len(topics) == 0 {
		topics = known
	}
	topics = slices.Compact(slices.Sorted(slices.Values(topics)))
	snapshots := make([]func() any, len(topics))
	for i, t := range topics {
		snapshot, ok := b.topics[t]
		if !ok {
			return nil, nil, 0, fmt.Errorf("%w: %q; there are %v", ErrUnknownTopic, t, known)
		}
		snapshots[i] = snapshot
	}
	// One slot more than snapshots and buffer need, for the resync marker.
	s := &subscription{topics: topics, ch: make(chan Event, len(topics)+bufferSize+1)}
	b.subs[s] = struct{}{}
	return s, snapshots, b.lastID, nil
}

func (b *Bus) start(s *subscription, first []Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range first {
		s.ch <- e
	}
	s.live = true
	for _, e := range s.held {
		b.send(s, e)
	}
	s.held = nil
}

// send queues e for s, or drops s when it is too far behind. Called with mu held; only send, start and remove touch
// the channel, so its length can only shrink meanwhile.
func (b *Bus) send(s *subscription, e Event) {
	if _, ok := b.subs[s]; !ok {
		return
	}
	if !s.live {
		if len(s.held) <= bufferSize { // one more than fits: start then drops the reader
			s.held = append(s.held, e)
		}
		return
	}
	if len(s.ch) < cap(s.ch)-1 {
		s.ch <- e
		return
	}
	s.ch <- Event{ID: e.ID, Topic: e.Topic, Type: Resync, Data: json.RawMessage("null")}
	close(s.ch)
	delete(b.subs, s)
}

func (b *Bus) remove(s *subscription) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, ok := b.subs[s]; ok {
		delete(b.subs, s)
		close(s.ch)
	}
}
