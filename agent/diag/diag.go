// Package diag answers what a person at a host asks when something does not work: does that address answer, by which way,
// what does its name resolve to, is its port open, and what was logged. It runs the system's own programs, never a shell,
// with arguments that were checked, for a bounded time, and gives bounded text.
package diag

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Bounds of one question.
const (
	MaxCount  = 10
	MaxLines  = 1000
	maxOutput = 256 << 10 // bytes
	limit     = 45 * time.Second
)

// Answer is what came of a question. OK tells that the target was reached, or the name found.
type Answer struct {
	OK     bool
	Output string
	// Found are the records of a name; nil for other questions.
	Found []string
}

// hostName is RFC 1123's syntax; it cannot begin with the - of an option.
var hostName = regexp.MustCompile(`^([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$`)

// CheckTarget says what is wrong with the address or host name that a person wants to reach.
func CheckTarget(target string) error {
	if ip, err := netip.ParseAddr(target); err == nil && ip.Zone() == "" {
		return nil
	}
	if len(target) > 253 || !hostName.MatchString(target) {
		return fmt.Errorf("%.64q is neither an IP address nor a host name", target)
	}
	return nil
}

// Ping sends count echo requests, 1 to MaxCount.
func Ping(ctx context.Context, target string, count int) (Answer, error) {
	if err := CheckTarget(target); err != nil {
		return Answer{}, err
	}
	if count < 1 || count > MaxCount {
		return Answer{}, fmt.Errorf("a ping sends 1 to %d requests, not %d", MaxCount, count)
	}
	return run(ctx, "ping", "-n", "-c", strconv.Itoa(count), "-W", "2", "-w", strconv.Itoa(3*count), "--", target)
}

// Trace finds the way to the target, at most 15 hops.
func Trace(ctx context.Context, target string) (Answer, error) {
	if err := CheckTarget(target); err != nil {
		return Answer{}, err
	}
	a, err := run(ctx, "tracepath", "-n", "-m", "15", "--", target)
	a.OK = a.OK && strings.Contains(a.Output, " reached")
	return a, err
}

// run runs a program to its end. A program that ends badly is an answer, one that cannot be run is an error.
func run(ctx context.Context, name string, args ...string) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var out bounded
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.WaitDelay = time.Second
	err := cmd.Run()
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) && ctx.Err() == nil {
		return Answer{}, fmt.Errorf("%s cannot be run on this host: %w", name, err)
	}
	return Answer{OK: err == nil, Output: strings.ToValidUTF8(out.kept.String(), "?")}, nil
}

// bounded keeps the first maxOutput bytes.
type bounded struct{ kept bytes.Buffer } // not embedded: its ReadFrom would be used instead of Write

func (b *bounded) Write(p []byte) (int, error) {
	if room := maxOutput - b.kept.Len(); room > 0 {
		b.kept.Write(p[:min(len(p), room)])
	}
	return len(p), nil
}
