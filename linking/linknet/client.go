package linknet

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/slipway-os/slipway/linking"
)

const (
	dialTimeout   = 3 * time.Second
	answerTimeout = holdFor + 10*time.Second // for the headers of an answer, a held poll included
)

// peerClient is the pinned client of one member, kept for its open connections.
type peerClient struct {
	http      *http.Client
	transport *http.Transport
}

func (id Identity) newClient(pin string) *peerClient {
	transport := &http.Transport{
		DialContext:           (&net.Dialer{Timeout: dialTimeout, KeepAlive: 5 * time.Second}).DialContext,
		TLSClientConfig:       id.ClientTLS(pin),
		TLSHandshakeTimeout:   dialTimeout,
		ResponseHeaderTimeout: answerTimeout,
		IdleConnTimeout:       time.Minute,
		MaxIdleConnsPerHost:   4,
	}
	return &peerClient{transport: transport, http: &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// PeerClient returns a client that talks to that member only (pinned, with this host's certificate) and the member's
// base URLs, best first, such as https://10.0.0.7:5080. The client has no overall timeout: use a context.
func (n *Node) PeerClient(hostID string) (*http.Client, []string, error) {
	m, ok := n.present.Load().roster.ByID(hostID)
	if !ok {
		return nil, nil, linking.Refuse(linking.CodeNotMember, "host "+hostID)
	}
	return n.client(m.Pin), baseURLs(m), nil
}

func (n *Node) client(pin string) *http.Client {
	n.mu.Lock()
	defer n.mu.Unlock()
	c := n.clients[pin]
	if c == nil {
		c = n.cfg.Identity.newClient(pin)
		n.clients[pin] = c
	}
	return c.http
}

// dropClients closes the connections to every pin for which keep is nil or false.
func (n *Node) dropClients(keep func(pin string) bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for pin, c := range n.clients {
		if keep == nil || !keep(pin) {
			c.transport.CloseIdleConnections()
			delete(n.clients, pin)
		}
	}
}

func baseURLs(m linking.Member) []string {
	urls := linking.HostPorts(m.Addresses, m.Port)
	for i := range urls {
		urls[i] = "https://" + urls[i]
	}
	return urls
}

// post sends v to path at the first of the URLs that answers and reads at most limit bytes of a 200 answer. It
// returns the index of that URL. Other answers become a *linking.Refusal; no answer at all joins every error.
func post(ctx context.Context, client *http.Client, urls []string, path string, v any, limit int64) ([]byte, int, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return nil, 0, fmt.Errorf("write the message: %w", err)
	}
	var failed []error
	for i, base := range urls {
		answer, err := postOne(ctx, client, base+path, body, limit)
		if err == nil || linking.CodeOf(err) != "" {
			return answer, i, err
		}
		if ctx.Err() != nil {
			return nil, 0, ctx.Err()
		}
		failed = append(failed, err)
	}
	return nil, 0, fmt.Errorf("no answer: %w", errors.Join(failed...))
}

func postOne(ctx context.Context, client *http.Client, url string, body []byte, limit int64) ([]byte, error) {
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	q.Header.Set("Content-Type", "application/json")
	a, err := client.Do(q)
	if err != nil {
		return nil, err
	}
	defer a.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(a.Body, limit+1))
	if err != nil {
		return nil, err
	}
	if a.StatusCode == http.StatusOK {
		return raw, nil
	}
	var refusal wireRefusal
	if json.Unmarshal(raw, &refusal) != nil || refusal.Code == "" {
		return nil, fmt.Errorf("%s answered %d", url, a.StatusCode)
	}
	return nil, linking.FromPeer(refusal.Code, refusal.Detail)
}
