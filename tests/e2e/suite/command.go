package suite

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/tests/e2e/drive"
	"github.com/slipway-os/slipway/tests/lab"
)

// Result is what a command left.
type Result struct {
	Stdout, Stderr string
	Code           int
}

// On runs slipway on a host, over the agent's socket.
func On(t *testing.T, h *lab.Host, stdin string, args ...string) Result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), lab.Limit)
	defer cancel()
	cmd, err := h.Command(ctx, append([]string{"slipway"}, args...)...)
	if err != nil {
		t.Fatal(err)
	}
	return finish(ctx, t, cmd, stdin)
}

// OnJSON is On with -o json; a command that fails fails the test.
func OnJSON[T any](t *testing.T, h *lab.Host, args ...string) T {
	t.Helper()
	v, err := drive.JSON[T](t.Context(), h, args...)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Workstation runs the host's own slipway program on a machine of the lab's network that is no host.
func Workstation(t *testing.T, d *drive.Lab, stdin string, args ...string) Result {
	t.Helper()
	return WorkstationOf(t, d, t.TempDir(), stdin, args...)
}

// WorkstationOf is Workstation for somebody with that home, where sessions and unfinished uploads are remembered.
func WorkstationOf(t *testing.T, d *drive.Lab, home, stdin string, args ...string) Result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), lab.Limit)
	defer cancel()
	program := filepath.Join(Rootfs(t), "usr/bin/slipway")
	cmd := exec.CommandContext(ctx, "nsenter", append([]string{"--net=" + d.Netns(), "--", program}, args...)...)
	cmd.Env = []string{"HOME=" + home}
	return finish(ctx, t, cmd, stdin)
}

// Login are the options with which a workstation speaks to a host as the first user, whose password is the standard input.
func Login(t *testing.T, h *lab.Host) []string {
	t.Helper()
	return []string{"--host", URL(h), "--pin", Pin(t, h), "--user", drive.User, "--password-file", "-"}
}

// URL is where the host's API answers.
func URL(h *lab.Host) string { return "https://" + h.Address().String() + ":5080" }

// Pin is the fingerprint that the host's console shows.
func Pin(t *testing.T, h *lab.Host) string {
	t.Helper()
	return OnJSON[api.Host](t, h, "host", "show").Fingerprint
}

func finish(ctx context.Context, t *testing.T, cmd *exec.Cmd, stdin string) Result {
	t.Helper()
	var out, problem bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &problem
	err := lab.Run(cmd)
	if ctx.Err() != nil {
		t.Fatalf("%s did not end (%v): %s%s", strings.Join(cmd.Args, " "), ctx.Err(), &out, &problem)
	}
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return Result{out.String(), problem.String(), cmd.ProcessState.ExitCode()}
}

// OK fails the test unless the command did what it should.
func (r Result) OK(t *testing.T) Result {
	t.Helper()
	if r.Code != 0 {
		t.Fatalf("exit code %d: %s", r.Code, r.Stderr)
	}
	return r
}

// Refused fails the test unless the command failed with exit code 1 and a text that has words in it.
func (r Result) Refused(t *testing.T, words string) {
	t.Helper()
	if r.Code != 1 || !strings.Contains(strings.ToLower(r.Stderr), strings.ToLower(words)) {
		t.Fatalf("exit code %d, want 1 and words %q in: %s%s", r.Code, words, r.Stdout, r.Stderr)
	}
}

// Decode reads the JSON that the command printed.
func Decode[T any](t *testing.T, r Result) (v T) {
	t.Helper()
	if err := json.Unmarshal([]byte(r.OK(t).Stdout), &v); err != nil {
		t.Fatalf("%v in %s", err, r.Stdout)
	}
	return v
}

// Exec runs a shell script as root on the host and returns what it printed.
func Exec(t *testing.T, h *lab.Host, script string, args ...string) string {
	t.Helper()
	out, err := h.Exec(t.Context(), append([]string{"sh", "-euc", script, "sh"}, args...)...)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// KillAgent ends the agent as the kernel would (SIGKILL); systemd starts it again after a second.
func KillAgent(t *testing.T, h *lab.Host) {
	t.Helper()
	Exec(t, h, "systemctl kill --signal=KILL slipway-agent.service")
}

// Until waits for what must become so within limit.
func Until(t *testing.T, limit time.Duration, fn func() (bool, error)) {
	t.Helper()
	if err := drive.Until(t.Context(), limit, fn); err != nil {
		t.Fatal(err)
	}
}
