package boot

import (
	"fmt"
	"strings"
	"time"
)

// Press presses the keys of the machine's keyboard one after the other: names of QEMU's (ui/input-keymap: "f2", "tab",
// "ret", "a"), joined by - for keys that are held together ("alt-f2").
func (m *Machine) Press(keys ...string) error {
	for _, key := range keys {
		var held []map[string]string
		for _, name := range strings.Split(key, "-") {
			held = append(held, map[string]string{"type": "qcode", "data": name})
		}
		if _, err := m.control("send-key", map[string]any{"keys": held, "hold-time": 30}); err != nil {
			return fmt.Errorf("press %s: %w", key, err)
		}
		time.Sleep(120 * time.Millisecond) // a key is let go before the next one
	}
	return nil
}

// Write types lower case letters, digits and spaces on the machine's keyboard.
func (m *Machine) Write(text string) error {
	for _, c := range text {
		name := string(c)
		if c == ' ' {
			name = "spc"
		}
		if err := m.Press(name); err != nil {
			return err
		}
	}
	return nil
}
