package agent

import (
	"context"
	"encoding/json"
	"net/http"
	"path/filepath"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiserver"
	"github.com/slipway-os/slipway/agent/diag/stick"
	"github.com/slipway-os/slipway/agent/ops"
)

// opStick makes a support bundle and writes it to a USB stick.
const opStick = "diag.stick"

// labStick is the disk of a lab's host that stands for a stick.
const labStick = "/dev/vdd"

func (a *Agent) sticks(ctx context.Context) ([]stick.Stick, error) {
	if !a.cfg.onHost() {
		return nil, apiserver.Errorf(http.StatusConflict, "host:not-owned", "This agent runs beside other things on the machine (--root), so it mounts nothing; fetch the bundle instead: slipway diag bundle.")
	}
	l := stick.Lister{}
	if a.cfg.Lab {
		l.Also = []string{labStick}
	}
	return l.List(ctx)
}

// Sticks lists what a bundle can be written to.
func (s supports) Sticks(ctx context.Context) ([]api.Stick, error) {
	list, err := s.a.sticks(ctx)
	out := []api.Stick{}
	for _, x := range list {
		out = append(out, api.Stick{Device: x.Device, FileSystem: x.FileSystem, Label: x.Label, Model: x.Model, SizeBytes: x.SizeBytes})
	}
	return out, err
}

type stickInput struct {
	Device string `json:"device"`
}

// Write starts the operation.
func (s supports) Write(ctx context.Context, device string) (api.Operation, error) {
	if _, err := s.a.stick(ctx, device); err != nil {
		return api.Operation{}, err
	}
	s.a.collecting.Lock()
	defer s.a.collecting.Unlock()
	if err := s.a.alone(); err != nil {
		return api.Operation{}, err
	}
	return s.a.operations.start(opStick, "Write a support bundle of "+hostName()+" to "+device, stickInput{device})
}

// stick finds one of those that are in the host now: no other device is ever mounted.
func (a *Agent) stick(ctx context.Context, device string) (stick.Stick, error) {
	list, err := a.sticks(ctx)
	if err != nil {
		return stick.Stick{}, err
	}
	for _, s := range list {
		if s.Device == device {
			return s, nil
		}
	}
	return stick.Stick{}, apiserver.Errorf(http.StatusNotFound, "diag:no-stick", "There is no USB stick at %.64q that can be written to. It needs a FAT, exFAT or ext4 file system that nothing uses; see slipway diag sticks.", device)
}

const toStick = "write to the stick"

func (a *Agent) writeStick(h *ops.Handle, raw json.RawMessage) error {
	var in stickInput
	if err := json.Unmarshal(raw, &in); err != nil {
		return err
	}
	if err := h.Plan(collect, toStick); err != nil {
		return err
	}
	if err := h.Step(collect, func(ctx context.Context) error { return a.makeBundle(ctx, h) }); err != nil {
		return err
	}
	return h.Step(toStick, func(ctx context.Context) error { return a.copyToStick(ctx, h, in.Device) })
}

func (a *Agent) copyToStick(ctx context.Context, h *ops.Handle, device string) error {
	s, err := a.stick(ctx, device)
	if err != nil {
		return err
	}
	f, kept, err := a.keeper().Open()
	if err != nil {
		return err
	}
	defer f.Close()
	err = stick.Writer{Dir: filepath.Join(a.cfg.runDir(), "stick")}.Write(ctx, s, kept.Name, f, kept.SizeBytes, func(done int64) {
		h.Progress(toStick, ops.Progress{Done: done, Total: kept.SizeBytes, Unit: "bytes"})
	})
	if err == nil {
		h.Message(toStick, kept.Name+" is on it; you may pull it out")
	}
	return err
}
