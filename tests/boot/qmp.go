package boot

import (
	"encoding/json"
	"fmt"
	"net"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// Screenshot writes what the machine's screen shows to a PNG file.
func (m *Machine) Screenshot(path string) error {
	_, err := m.control("screendump", map[string]string{"filename": path, "format": "png"})
	return err
}

// Reset is the button on the machine's front.
func (m *Machine) Reset() error {
	_, err := m.control("system_reset", struct{}{})
	return err
}

// Processors tells where the processors are: two looks at a machine that hangs show whether it moves.
func (m *Machine) Processors() (string, error) {
	answer, err := m.control("human-monitor-command", map[string]string{"command-line": "info registers -a"})
	if err != nil {
		return "", err
	}
	var text string
	if err := json.Unmarshal(answer, &text); err != nil {
		return "", err
	}
	return strings.Join(placeForm.FindAllString(text, -1), " "), nil
}

var placeForm = regexp.MustCompile(`[ER]IP=[0-9a-f]+|[ER]FL=[0-9a-f]+|HLT=[01]`)

// control runs one command of QEMU's machine protocol (docs/interop/qmp-spec).
func (m *Machine) control(command string, arguments any) (json.RawMessage, error) {
	conn, err := net.Dial("unix", filepath.Join(m.dir, "qmp.sock"))
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		return nil, err
	}
	out, in := json.NewEncoder(conn), json.NewDecoder(conn)
	var last json.RawMessage
	for _, request := range []map[string]any{{"execute": "qmp_capabilities"}, {"execute": command, "arguments": arguments}} {
		if err := out.Encode(request); err != nil {
			return nil, err
		}
		if last, err = answer(in); err != nil {
			return nil, fmt.Errorf("%s: %w", command, err)
		}
	}
	return last, nil
}

// answer reads up to the answer of a request: the greeting and events come between.
func answer(in *json.Decoder) (json.RawMessage, error) {
	for {
		var message struct {
			Return json.RawMessage
			Error  *struct{ Desc string }
		}
		if err := in.Decode(&message); err != nil {
			return nil, err
		}
		if message.Error != nil {
			return nil, fmt.Errorf("QEMU refuses: %s", message.Error.Desc)
		}
		if message.Return != nil {
			return message.Return, nil
		}
	}
}
