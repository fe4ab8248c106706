package boot

import (
	"encoding/json"
	"fmt"
	"net"
	"path/filepath"
	"time"
)

// Screenshot writes what the machine's screen shows to a PNG file.
func (m *Machine) Screenshot(path string) error {
	return m.control("screendump", map[string]string{"filename": path, "format": "png"})
}

// control runs one command of QEMU's machine protocol (docs/interop/qmp-spec).
func (m *Machine) control(command string, arguments any) error {
	conn, err := net.Dial("unix", filepath.Join(m.dir, "qmp.sock"))
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		return err
	}
	out, in := json.NewEncoder(conn), json.NewDecoder(conn)
	for _, request := range []map[string]any{{"execute": "qmp_capabilities"}, {"execute": command, "arguments": arguments}} {
		if err := out.Encode(request); err != nil {
			return err
		}
		if err := answer(in); err != nil {
			return fmt.Errorf("%s: %w", command, err)
		}
	}
	return nil
}

// answer reads up to the answer of a request: the greeting and events come between.
func answer(in *json.Decoder) error {
	for {
		var message struct {
			Return json.RawMessage
			Error  *struct{ Desc string }
		}
		if err := in.Decode(&message); err != nil {
			return err
		}
		if message.Error != nil {
			return fmt.Errorf("QEMU refuses: %s", message.Error.Desc)
		}
		if message.Return != nil {
			return nil
		}
	}
}
