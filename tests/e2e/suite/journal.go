package suite

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/slipway-os/slipway/tests/e2e/drive"
)

// broken are words with which a Go program says that it went wrong inside, whatever the test asked it.
var broken = regexp.MustCompile(`PANIC RECOVER|panic: |fatal error: |WARNING: DATA RACE`)

// journals looks at the end of a test into what the hosts wrote: nothing broke unseen, and no password stands in a log.
func journals(t *testing.T, d *drive.Lab) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for _, h := range d.Hosts() {
		if !h.Running() {
			continue
		}
		text, err := h.Journal(ctx, "slipway-agent.service")
		if err != nil || !strings.Contains(text, "slipway") {
			t.Errorf("the journal of the agent of %s cannot be read: %v, %.200q", h.Name(), err, text)
		}
		if at := broken.FindStringIndex(text); at != nil {
			t.Errorf("the agent of %s broke inside:\n%.3000s", h.Name(), text[at[0]:])
		}
		found, err := h.ExecStdin(ctx, strings.NewReader(d.Password), "sh", "-c", `exec 3<&0; journalctl -q --no-pager | grep -cFf /dev/fd/3 || test $? = 1`)
		if err != nil || strings.TrimSpace(string(found)) != "0" {
			t.Errorf("the password of %s stands in the journal of %s: %s lines, %v", drive.User, h.Name(), found, err)
		}
	}
}
