package kairos

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestResetOnce(t *testing.T) {
	root := t.TempDir()
	command := filepath.Join(root, "kairos-agent")
	asked := filepath.Join(root, "asked")
	script := func(text string) {
		if err := os.WriteFile(command, []byte("#!/bin/sh\n"+text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	c := Client{Root: root, Command: command}
	script("echo \"$@\" > " + asked)
	if err := c.ResetOnce(t.Context()); !errors.Is(err, ErrNotInstalled) {
		t.Errorf("not installed: %v", err)
	}
	if _, err := os.Stat(asked); err == nil {
		t.Error("something was changed on a system that is not installed")
	}
	if err := os.MkdirAll(filepath.Join(root, "run/cos"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "run/cos/passive_mode"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := c.ResetOnce(t.Context()); err != nil {
		t.Error(err)
	}
	if text, err := os.ReadFile(asked); err != nil || string(text) != "bootentry --select statereset\n" {
		t.Errorf("kairos-agent was asked %q (%v)", text, err)
	}
	script("echo the disk is full; exit 1")
	if err := c.ResetOnce(t.Context()); err == nil || !strings.Contains(err.Error(), "the disk is full") {
		t.Errorf("failed: %v", err)
	}
}
