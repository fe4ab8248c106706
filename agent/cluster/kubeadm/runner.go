package kubeadm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Cmd is one command to run. Secrets travel in Stdin or in a file of mode 0600, never in Args.
type Cmd struct {
	Name  string
	Args  []string
	Stdin []byte
	// Line, if set, gets each line of standard output and standard error as it comes, one at a time.
	Line func(string)
}

func (c Cmd) String() string {
	return strings.Join(append([]string{filepath.Base(c.Name)}, c.Args...), " ")
}

// Runner runs a command to its end and returns its standard output. The error of a command that failed says why, as far as
// it wrote that to standard error.
type Runner interface {
	Run(ctx context.Context, c Cmd) ([]byte, error)
}

// maxOutput bounds what is kept of a command's output: the pods of a large cluster as JSON fit.
const maxOutput = 64 << 20

// errTail is how many lines of standard error an error carries when none of them is the cause.
const errTail = 6

// runLimit bounds a command whose caller sets no end, with room for the largest image on a slow disk. A step that hangs would never
// say so; one that fails says what did not end, and is tried again.
const runLimit = 15 * time.Minute

// Exec runs real commands. Path is put before the PATH of this process.
type Exec struct{ Path string }

// Run implements Runner. The command dies with the agent (a child left behind by kill -9 would work against the next
// agent's own), and the whole process group is killed when ctx ends.
func (x Exec) Run(ctx context.Context, c Cmd) ([]byte, error) {
	// Pdeathsig is tied to the thread that starts the child (prctl(2)), so the thread has to stay.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	ctx, cancel := context.WithTimeoutCause(ctx, runLimit, fmt.Errorf("it did not end within %s", runLimit))
	defer cancel()
	cmd := exec.CommandContext(ctx, c.Name, c.Args...)
	if x.Path != "" {
		cmd.Env = append(os.Environ(), "PATH="+x.Path+":"+os.Getenv("PATH"))
	}
	cmd.Stdin = bytes.NewReader(c.Stdin)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 5 * time.Second
	var out, errOut tail
	var mu sync.Mutex
	stdout := &lineWriter{mu: &mu, line: c.Line, to: &out}
	stderr := &lineWriter{mu: &mu, line: c.Line, to: &errOut}
	cmd.Stdout, cmd.Stderr = stdout, stderr
	err := cmd.Run()
	stdout.flush()
	stderr.flush()
	if err == nil {
		return out.Bytes(), nil
	}
	if ctx.Err() != nil {
		return out.Bytes(), fmt.Errorf("%s: %w", commandWords(c), context.Cause(ctx))
	}
	why := explain(errOut.String())
	if why == "" {
		why = err.Error()
	}
	return out.Bytes(), &failure{commandWords(c), why, err}
}

// commandWords names a command in an error by its first words, without options.
func commandWords(c Cmd) string {
	words := []string{filepath.Base(c.Name)}
	for _, a := range c.Args {
		if !strings.HasPrefix(a, "-") && len(words) < 4 {
			words = append(words, a)
		}
	}
	return strings.Join(words, " ")
}

// failure is a command that said no. Its text is for people: what it was and why it ended.
type failure struct {
	words, why string
	err        error
}

func (f *failure) Error() string { return f.words + ": " + f.why }
func (f *failure) Unwrap() error { return f.err }

// tail keeps up to maxOutput bytes; what comes after is dropped.
type tail struct{ bytes.Buffer }

func (t *tail) Write(p []byte) (int, error) {
	if room := maxOutput - t.Len(); room > 0 {
		t.Buffer.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}

// lineWriter hands complete lines on while it keeps everything.
type lineWriter struct {
	mu   *sync.Mutex
	line func(string)
	to   io.Writer
	rest []byte
}

func (w *lineWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.line == nil {
		return w.to.Write(p)
	}
	w.rest = append(w.rest, p...)
	for {
		i := bytes.IndexByte(w.rest, '\n')
		if i < 0 {
			break
		}
		w.line(string(w.rest[:i]))
		w.rest = w.rest[i+1:]
	}
	return w.to.Write(p)
}

func (w *lineWriter) flush() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.line != nil && len(w.rest) > 0 {
		w.line(string(w.rest))
		w.rest = nil
	}
}

// exited tells whether a command ran and said no, as against not having run at all.
func exited(err error) bool {
	var e *exec.ExitError
	return errors.As(err, &e)
}
