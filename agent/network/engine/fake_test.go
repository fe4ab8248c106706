package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/network"
)

// memory is a store that survives an agent.
type memory struct {
	mu   sync.Mutex
	raw  []byte
	fail error
}

func (m *memory) Get(_ string, v any) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.raw == nil {
		return false, nil
	}
	return true, json.Unmarshal(m.raw, v)
}

func (m *memory) Put(_ string, v any) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return m.fail
	}
	raw, err := json.Marshal(v)
	m.raw = raw
	return err
}

// paper is a host that is made up: it prints what is done to it.
type paper struct {
	mu      sync.Mutex
	lines   []string
	running network.Settings
	name    string
	armed   bool
	fail    map[string]error // by method
}

func newPaper() *paper { return &paper{fail: map[string]error{}} }

func (p *paper) deps(*testing.T) Deps {
	return Deps{Configurer: p, Verifier: p, Watchdog: p, Observer: p, Hostnames: p}
}

// print notes a call and answers what it is to answer.
func (p *paper) print(method, detail string) error {
	p.lines = append(p.lines, fmt.Sprintf("%s %s", method, detail))
	return p.fail[method]
}

func (p *paper) Try(_ context.Context, _, candidate network.Settings) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running = candidate
	return p.print("try", fmt.Sprint(candidate.Adapters))
}

func (p *paper) Settle(_ context.Context, confirmed network.Settings) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.print("settle", fmt.Sprint(confirmed.Adapters)); err != nil {
		return err
	}
	p.running = confirmed
	return nil
}

func (p *paper) Conflicts(_ context.Context, _, candidate network.Settings) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, a := range candidate.Adapters {
		for _, x := range a.Addresses {
			if x.String() == held {
				return fmt.Errorf("the address %s is taken", x.Addr())
			}
		}
	}
	return p.print("conflicts", "")
}

func (p *paper) Verify(ctx context.Context, _, candidate network.Settings) ([]string, error) {
	for _, a := range candidate.Adapters {
		if a.Gateway.IsValid() && a.Gateway.String() != gateway {
			<-ctx.Done()
			return nil, fmt.Errorf("the gateway %s does not answer", a.Gateway)
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return nil, p.print("verify", "")
}

func (p *paper) Arm(context.Context, time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.armed = true
	return p.print("arm", "")
}

func (p *paper) Disarm(context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.armed = false
	return p.print("disarm", "")
}

func (p *paper) SetHostname(_ context.Context, name string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.name = name
	return p.print("name", name)
}

func (p *paper) Observe(context.Context) ([]network.Observed, error) {
	o := network.Observed{Name: "eth7", MAC: "52:54:00:00:00:07", Up: true, Carrier: true}
	return []network.Observed{o}, nil
}

func (p *paper) addresses(*testing.T) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	a, ok := p.running.Adapter("eth7")
	if !ok || a.DHCP {
		return []string{leased}
	}
	var out []string
	for _, x := range a.Addresses {
		out = append(out, x.String())
	}
	return out
}

var errBroken = errors.New("broken")
