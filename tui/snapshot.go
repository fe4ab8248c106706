package tui

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
)

// askLimit is how long one look at the host may take.
const askLimit = 10 * time.Second

// snapshot is what the host said last.
type snapshot struct {
	// down says why the agent does not answer; journal is what it logged last. Empty when it answers.
	down    string
	journal []string

	setup    bool      // the first user is missing
	rules    api.Setup // what a new password must be
	code     string    // the setup code, until there is one
	caller   api.Caller
	host     api.Host
	network  api.Network
	link     api.Link
	clusters []api.Cluster
	content  []api.ContentItem
	proxy    api.Proxy
	theme    api.Theme // the banner and the consent of the host's owner
	// partial is what could not be read although the agent answers.
	partial string
	// ended reports that the session is over.
	ended bool
	// epoch is the log-in or log-out after which it was read.
	epoch int64
}

// session is who is logged in here. Without one, the process's own rights count: root in a shell needs no log-in.
type session struct{ user string }

// watch reads the host until the console ends.
func (c *console) watch() {
	tick := time.NewTicker(c.Refresh)
	defer tick.Stop()
	drawn, every := c.Now(), time.Second
	for {
		s := c.look()
		if c.ctx.Err() != nil {
			return
		}
		c.post(func() { c.took(s) })
		if c.Redraw > 0 && c.Now().Sub(drawn) >= every {
			drawn, every = c.Now(), min(2*every, c.Redraw)
			c.app.Sync()
		}
		select {
		case <-c.ctx.Done():
			return
		case <-tick.C:
		case <-c.wake:
		}
	}
}

// again makes the watcher look at once.
func (c *console) again() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// ask makes one call and keeps the first error.
func ask[T any](c *apiclient.Client, first *error, call func() (*http.Response, error)) T {
	v, err := apiclient.Decode[T](c, call)
	if err != nil && *first == nil {
		*first = err
	}
	return v
}

func (c *console) look() (s snapshot) {
	s.epoch = c.epoch.Load()
	ctx, cancel := context.WithTimeout(c.ctx, askLimit)
	defer cancel()
	api1 := c.Client
	var err error
	s.rules = ask[api.Setup](api1, &err, func() (*http.Response, error) { return api1.GetSetup(ctx) })
	s.setup = s.rules.Needed
	if err != nil {
		s.down = err.Error()
		if c.Journal != nil {
			s.journal = c.Journal(ctx)
		}
		return s
	}
	if s.setup {
		s.code = ask[api.SetupCode](api1, &err, func() (*http.Response, error) { return api1.GetSetupCode(ctx) }).Code
	}
	s.caller = ask[api.Caller](api1, &err, func() (*http.Response, error) { return api1.GetSession(ctx) })
	s.ended = isEnded(err)
	s.host = ask[api.Host](api1, &err, func() (*http.Response, error) { return api1.GetHost(ctx) })
	s.network = ask[api.Network](api1, &err, func() (*http.Response, error) { return api1.GetNetwork(ctx) })
	s.link = ask[api.Link](api1, &err, func() (*http.Response, error) { return api1.GetLink(ctx) })
	s.clusters = ask[[]api.Cluster](api1, &err, func() (*http.Response, error) { return api1.ListClusters(ctx) })
	s.content = ask[[]api.ContentItem](api1, &err, func() (*http.Response, error) { return api1.ListContent(ctx) })
	s.proxy = ask[api.Proxy](api1, &err, func() (*http.Response, error) { return api1.GetProxy(ctx) })
	if err != nil {
		s.partial = err.Error()
	}
	var unsaid error // without a theme there is no banner
	s.theme = ask[api.Theme](api1, &unsaid, func() (*http.Response, error) { return api1.GetTheme(ctx) })
	return s
}

// took is the snapshot on the screen's loop.
func (c *console) took(s snapshot) {
	if s.down != "" || s.ended {
		// What the host was keeps standing; it is marked as old by what the landing page says.
		s.host, s.network, s.link, s.clusters, s.content, s.proxy = c.seen.host, c.seen.network, c.seen.link, c.seen.clusters, c.seen.content, c.seen.proxy
	}
	if s.epoch != c.epoch.Load() {
		s.caller, s.ended = api.Caller{}, false // said of somebody who has left, or not yet of who has come
		c.again()
	}
	c.seen = s
	if c.message == notYet && !s.silent() {
		c.message = ""
	}
	switch {
	case s.ended && c.session.user != "":
		c.dropSession("Your session has ended. Press F2 to log in again.")
	case c.inside() && s.host.ConsoleDisplayOnly:
		c.leave(displayOnly)
	case c.inside() && c.Now().Sub(c.lastKey) > idleLimit:
		c.leave("Logged out after " + idleLimit.String() + " without a key.")
	}
	if f := c.top().refreshed; f != nil {
		f()
	}
}

// silent reports that there is nothing yet that one could change.
func (s snapshot) silent() bool { return s.down != "" || s.host.Id == "" }

// inside reports that somebody is past the landing page.
func (c *console) inside() bool { return len(c.pages) > 1 }

func isEnded(err error) bool {
	var p *apiclient.Problem
	return errors.As(err, &p) && p.Type == "urn:slipway:login-needed"
}

func (c *console) ended(err error) bool { return c.session.user != "" && isEnded(err) }

// dropSession forgets a session and goes back to the landing page.
func (c *console) dropSession(message string) {
	c.Client.SetToken("")
	c.session, c.seen.caller = session{}, api.Caller{}
	c.epoch.Add(1)
	c.again()
	c.home(1)
	c.message = message
}

// leave ends the session at the agent too.
func (c *console) leave(message string) {
	if c.session.user == "" {
		c.dropSession(message)
		return
	}
	c.call("Logging out", func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, askLimit)
		defer cancel()
		_, _ = apiclient.Decode[struct{}](c.Client, func() (*http.Response, error) { return c.Client.Logout(ctx) })
		return nil // a session that cannot be ended ends by itself
	}, func() { c.dropSession(message) })
}
