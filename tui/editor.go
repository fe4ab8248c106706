package tui

import (
	"context"
	"net/http"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
	"github.com/slipway-os/slipway/tui/form"
)

// editor checks a form of network settings as a person types: what the form can judge at once, the rest by asking the
// agent what it would do. At most one question is under way; what was typed meanwhile is asked when it is answered.
type editor struct {
	c    *console
	f    *formView
	read func() (api.AdapterSettings, form.Problems)
	rows map[string]*row // by the API's name of the field
	// was is the name of an adapter that exists; one that gets another name is made anew.
	was string
	// others are adapters that change together with the one of the form; nil for none.
	others func() []api.AdapterSettings

	asking, stale bool
}

// check is the form's changed.
func (e *editor) check() {
	s, problems := e.read()
	e.say(problems)
	if len(problems) > 0 {
		return
	}
	if e.asking {
		e.stale = true
		return
	}
	e.asking, e.stale = true, false
	change := e.change(s)
	e.c.workers.Go(func() {
		p, err := e.c.preview(e.c.ctx, change)
		e.c.post(func() {
			e.asking = false
			if e.stale {
				e.check()
				return
			}
			if _, still := e.read(); err == nil && len(still) == 0 {
				e.say(e.problems(p.Problems))
			}
		})
	})
}

func (e *editor) change(s api.AdapterSettings) api.NetworkChange {
	set := []api.AdapterSettings{s}
	if e.others != nil {
		set = append(set, e.others()...)
	}
	change := api.NetworkChange{Set: set}
	if e.was != "" && e.was != s.Name {
		change.Remove = []string{e.was}
	}
	return change
}

// problems puts what the agent says to the rows of the form; what has no row is said at the first.
func (e *editor) problems(list []api.FieldProblem) form.Problems {
	out := form.Problems{}
	for _, p := range list {
		field := p.Field
		for _, of := range []string{"bond.members", "bridge.members"} {
			if field == "members" && e.rows[of] != nil {
				field = of
			}
		}
		if e.rows[field] == nil || e.rows[field].hidden {
			field = "addresses"
		}
		if e.rows[field] == nil || e.rows[field].hidden {
			field = "more"
		}
		if e.rows[field] == nil {
			field = "dns"
		}
		if out[field] == "" {
			out[field] = sentence(p.Message)
		}
	}
	return out
}

func (e *editor) say(problems form.Problems) {
	for field, r := range e.rows {
		r.note = problems[field]
	}
}

// apply goes on to the difference when nothing is wrong.
func (e *editor) apply() {
	s, problems := e.read()
	if e.say(problems); len(problems) > 0 {
		e.c.message = "Something above is not right yet."
		return
	}
	change := e.change(s)
	var p api.NetworkPreview
	e.c.call("Checking", func(ctx context.Context) (err error) {
		p, err = e.c.preview(ctx, change)
		return err
	}, func() {
		if len(p.Problems) > 0 {
			e.say(e.problems(p.Problems))
			e.c.message = "Something above is not right yet."
			return
		}
		e.c.compare(change, p)
	})
}

func (c *console) preview(ctx context.Context, change api.NetworkChange) (api.NetworkPreview, error) {
	return apiclient.Decode[api.NetworkPreview](c.Client, func() (*http.Response, error) { return c.Client.PreviewNetwork(ctx, change) })
}

// sentence makes what the agent says of a field read as one.
func sentence(s string) string {
	r := []rune(s)
	if len(r) > 0 && r[0] >= 'a' && r[0] <= 'z' {
		r[0] -= 'a' - 'A'
	}
	return string(r) + "."
}
