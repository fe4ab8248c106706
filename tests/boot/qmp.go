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
	text, err := m.monitor("info registers -a")
	return strings.Join(placeForm.FindAllString(text, -1), " "), err
}

var placeForm = regexp.MustCompile(`[ER]IP=[0-9a-f]+|[ER]FL=[0-9a-f]+|HLT=[01]`)

// LostInterrupt says whether a processor is halted, with its local APIC waiting for the end of an interrupt (Intel SDM 3, 11.8.4):
// no kernel does that. QEMU's emulation lost that end, and what has a lower priority, disks among it, never gets through.
func (m *Machine) LostInterrupt() (bool, error) {
	registers, err := m.monitor("info registers -a")
	if err != nil {
		return false, err
	}
	for i, processor := range strings.Split(registers, "CPU#")[1:] {
		apic, err := m.monitor(fmt.Sprintf("info lapic %d", i))
		if err != nil {
			return false, err
		}
		if strings.Contains(processor, "HLT=1") && inServiceForm.MatchString(apic) {
			return true, nil
		}
	}
	return false, nil
}

var inServiceForm = regexp.MustCompile(`(?m)^ISR\s+\d+`)

// monitor runs one command of QEMU's monitor for people.
func (m *Machine) monitor(line string) (string, error) {
	answer, err := m.control("human-monitor-command", map[string]string{"command-line": line})
	if err != nil {
		return "", err
	}
	var text string
	err = json.Unmarshal(answer, &text)
	return text, err
}

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
