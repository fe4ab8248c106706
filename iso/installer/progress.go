package installer

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// progressVariable makes kairos-agent print a line of JSON for each step (its pkg/progress).
const progressVariable = "KAIROS_AGENT_PROGRESS=1"

// steps says in the user's words what kairos-agent does, in its order.
var steps = []struct{ name, text string }{
	{"partition", "making partitions"},
	{"before-install", "preparing"},
	{"active", "copying the system"},
	{"bootloader", "installing the boot loader"},
	{"recovery", "making the recovery system"},
	{"passive", "making the fallback image"},
	{"after-install", "finishing"},
	{"done", "done"},
}

// follow reads kairos-agent's output to its end, passes every line to log, and calls say for each step. It returns the
// error that kairos-agent reported, if it did.
func follow(output io.Reader, log io.Writer, say func(string)) error {
	var failure error
	lines := bufio.NewReader(output)
	for {
		line, err := lines.ReadString('\n')
		if line != "" {
			fmt.Fprint(log, line)
			if message, failed := event(line, say); failed {
				failure = errors.New(message)
			}
		}
		if err != nil {
			return failure
		}
	}
}

func event(line string, say func(string)) (message string, failed bool) {
	var e struct{ Event, Step, Message string }
	if json.Unmarshal([]byte(line), &e) != nil {
		return "", false // any other line of output
	}
	if e.Event == "error" {
		return e.Message, true
	}
	for i, s := range steps {
		if e.Event == "step" && e.Step == s.name {
			say(fmt.Sprintf("step %d of %d: %s", i+1, len(steps), s.text))
		}
	}
	return "", false
}
