// Package apiclient is the Go client of one host's agent, over the unix socket or over https with a pinned key. The command
// line, the console and the tests use it, so that whatever a screen can do, a script can do too.
package apiclient

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/linking"
)

// DefaultSocket is where the agent of this host listens.
const DefaultSocket = "/run/slipway/agent.sock"

// maxAnswer bounds what the client reads of one answer, in bytes.
const maxAnswer = 64 << 20

// Client talks to one agent.
type Client struct {
	*api.Client
	http *http.Client
	base string // without /api/v1
	name string // for error sentences

	mu    sync.Mutex
	token string
}

// Socket returns a client of the agent that listens at path.
func Socket(path string) *Client {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", path)
	}
	return build("http://agent", "this host (socket "+path+")", &http.Transport{DialContext: dial})
}

// Options says how an agent is reached over https.
type Options struct {
	// Pin is the host's fingerprint, sha256:HEX of its public key, as `host show` and the console print it.
	Pin string
	// Dial replaces the dialer, for hosts behind a tunnel; nil dials directly.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// HTTPS returns a client of the agent at address (https://ADDR:5080). It trusts exactly the key that the pin names, whatever
// the certificate's name or issuer: that is what makes an appliance without any CA safe to talk to.
func HTTPS(address string, o Options) (*Client, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.Host == "" {
		return nil, fmt.Errorf("%q is not an address like https://10.0.0.5:5080", address)
	}
	if u.Port() == "" {
		u.Host = net.JoinHostPort(u.Hostname(), "5080")
	}
	pin, err := parsePin(o.Pin)
	if err != nil {
		return nil, err
	}
	cfg := &tls.Config{
		MinVersion:         tls.VersionTLS12,
		ServerName:         linking.ServerName,
		InsecureSkipVerify: true, //nolint:gosec // VerifyConnection compares the key with the pin, which is stricter than a CA.
		VerifyConnection: func(cs tls.ConnectionState) error {
			got := sha256.Sum256(cs.PeerCertificates[0].RawSubjectPublicKeyInfo)
			if got != pin {
				return fmt.Errorf("%s shows the key sha256:%s, not the one in --pin: either the pin is of another host or somebody is in between; compare it with the host's console", u.Host, hex.EncodeToString(got[:]))
			}
			return nil
		},
	}
	return build("https://"+u.Host, u.Host, &http.Transport{TLSClientConfig: cfg, DialContext: o.Dial, ForceAttemptHTTP2: true}), nil
}

func parsePin(s string) (pin [32]byte, err error) {
	b, err := hex.DecodeString(strings.TrimPrefix(s, "sha256:"))
	if err != nil || len(b) != 32 {
		return pin, errors.New("the pin must be sha256: and 64 hexadecimal digits, as `slipway host show` on that host prints under fingerprint")
	}
	return [32]byte(b), nil
}

// Over returns a client that reaches an agent through t, which has no address of its own: tests hand requests to a handler.
func Over(t http.RoundTripper) *Client { return build("http://agent", "this host", t) }

func build(base, name string, t http.RoundTripper) *Client {
	c := &Client{base: base, name: name}
	c.http = &http.Client{Transport: &bearer{c: c, next: t}}
	c.Client = &api.Client{Server: base + "/api/v1/", Client: c.http}
	return c
}

// bearer adds the session's token to every request.
type bearer struct {
	c    *Client
	next http.RoundTripper
}

func (b *bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	b.c.mu.Lock()
	token := b.c.token
	b.c.mu.Unlock()
	if token != "" {
		r = r.Clone(r.Context())
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return b.next.RoundTrip(r)
}

// SetToken makes the client use a session that exists.
func (c *Client) SetToken(token string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.token = token
}

// Authenticate logs in and uses the session from then on.
func (c *Client) Authenticate(ctx context.Context, user, password string, extended bool) (api.Session, error) {
	return c.AuthenticateWith(ctx, api.Login{User: user, Password: password, Extended: extended})
}

// AuthenticateWith is Authenticate for a login that brings more, such as the new password for one that must be changed.
func (c *Client) AuthenticateWith(ctx context.Context, login api.Login) (api.Session, error) {
	s, err := Decode[api.Session](c, func() (*http.Response, error) { return c.Login(ctx, login) })
	if err == nil {
		c.SetToken(s.Token)
	}
	return s, err
}

// Problem is an error that the agent answered; Error is the sentence for the user.
type Problem struct{ api.Problem }

func (p *Problem) Error() string { return p.Detail }

// Decode makes one call and reads its answer into T; an answer that is a problem becomes *Problem.
func Decode[T any](c *Client, call func() (*http.Response, error)) (v T, err error) {
	resp, err := call()
	if err != nil {
		return v, c.explain(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return v, c.explain(err)
	}
	if resp.StatusCode >= 300 {
		return v, c.problem(resp, body)
	}
	if raw, ok := any(&v).(*[]byte); ok {
		*raw = body
		return v, nil
	}
	if len(body) == 0 {
		return v, nil
	}
	if err := json.Unmarshal(body, &v); err != nil {
		return v, fmt.Errorf("%s answered something this version does not understand (%w); use the slipway of that host's version", c.name, err)
	}
	return v, nil
}

func (c *Client) problem(resp *http.Response, body []byte) error {
	var p api.Problem
	if json.Unmarshal(body, &p) == nil && p.Detail != "" {
		return &Problem{p}
	}
	return &Problem{api.Problem{Type: "about:blank", Status: resp.StatusCode, Title: resp.Status,
		Detail: fmt.Sprintf("%s answered %s", c.name, resp.Status)}}
}

// explain turns transport errors into sentences.
func (c *Client) explain(err error) error {
	var ue *url.Error
	if errors.As(err, &ue) {
		err = ue.Err
	}
	switch {
	case errors.Is(err, syscall.ENOENT), errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("the agent of %s does not answer (%w); see `systemctl status slipway-agent`", c.name, err)
	case errors.Is(err, syscall.EACCES):
		return fmt.Errorf("no permission to talk to the agent of %s; run as root or as a member of group slipway", c.name)
	}
	if strings.HasPrefix(err.Error(), c.name) {
		return err
	}
	return fmt.Errorf("%s: %w", c.name, err)
}

// answerLimit bounds one look at an operation, for which the agent takes a second at most.
const answerLimit = 30 * time.Second

// restartLimit is how long an agent that was heard may be away while its operation is waited for.
const restartLimit = time.Minute

// WaitOperation polls operation id until it has ended or ctx is over; onChange sees every state read. It returns an error
// when the operation did not succeed. A restart of the agent does not end it.
func (c *Client) WaitOperation(ctx context.Context, id string, onChange func(api.Operation)) (api.Operation, error) {
	var last api.Operation
	var heard time.Time
	for {
		op, err := c.look(ctx, id)
		var problem *Problem
		if refused := errors.As(err, &problem) && problem.Status < http.StatusInternalServerError; err != nil && ctx.Err() == nil && !refused && time.Since(heard) < restartLimit {
			select { // an operation outlives a restart of its agent
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
			continue
		}
		if err != nil {
			return last, err
		}
		last, heard = op, time.Now()
		if onChange != nil {
			onChange(op)
		}
		switch op.State {
		case "succeeded":
			return op, nil
		case "failed", "cancelled":
			return op, fmt.Errorf("%s %s: %s", op.Kind, op.State, op.Error)
		}
		select {
		case <-ctx.Done():
			return op, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// look waits a second for operation id and reads how far it is.
func (c *Client) look(ctx context.Context, id string) (api.Operation, error) {
	ctx, cancel := context.WithTimeout(ctx, answerLimit)
	defer cancel()
	return Decode[api.Operation](c, func() (*http.Response, error) {
		return c.GetOperation(ctx, id, &api.GetOperationParams{Wait: 1})
	})
}
