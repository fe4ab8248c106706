package main

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"
)

func TestWriteAndReadBack(t *testing.T) {
	file := filepath.Join(t.TempDir(), "note")
	var out bytes.Buffer
	if err := run(t.Context(), []string{"write", file, "hello"}, &out); err != nil {
		t.Fatal(err)
	}
	if err := run(t.Context(), []string{"read", file, "hello"}, &out); err != nil || out.String() != "hello\n" {
		t.Errorf("read back %q, %v", out.String(), err)
	}
	if err := run(t.Context(), []string{"read", file, "other"}, &out); err == nil {
		t.Error("reading other text than was written must fail")
	}
}

func TestGetFailsOnErrorStatus(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	if err := run(t.Context(), []string{"get", server.URL}, &bytes.Buffer{}); err == nil {
		t.Error("get of a missing page must fail")
	}
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{{}, {"dns"}, {"get"}, {"write", "f"}, {"read", "a", "b", "c"}, {"fly"}} {
		if err := run(t.Context(), args, &bytes.Buffer{}); err != errUsage {
			t.Errorf("%v gave %v", args, err)
		}
	}
}

func TestServiceWaitsForAnAnswer(t *testing.T) {
	closed := httptest.NewServer(http.NotFoundHandler())
	address := closed.Listener.Addr().String()
	closed.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := service(ctx, address); err == nil {
		t.Error("nobody listens, and the wait ends well")
	}
	time.AfterFunc(100*time.Millisecond, func() {
		if l, err := net.Listen("tcp", address); err == nil {
			t.Cleanup(func() { l.Close() })
		}
	})
	if err := service(t.Context(), address); err != nil {
		t.Errorf("somebody listens by now: %v", err)
	}
}
