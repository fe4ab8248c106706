package link

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/slipway-os/slipway/linking/linknet"
	"github.com/slipway-os/slipway/tests/e2e/drive"
)

// middle is a machine on the hosts' network that answers in a host's place with a key of its own, and notes what it is told.
type middle struct {
	listener net.Listener
	identity linknet.Identity
	wait     sync.WaitGroup

	mu   sync.Mutex
	told strings.Builder
}

// standBetween starts it; it ends with the test.
func standBetween(t *testing.T, d *drive.Lab) *middle {
	t.Helper()
	identity, err := linknet.LoadOrCreate(t.TempDir(), "middle")
	if err != nil {
		t.Fatal(err)
	}
	inner, err := d.Listen(t.Context(), "tcp", "10.77.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := &middle{listener: tls.NewListener(inner, identity.ServerTLS(nil)), identity: identity}
	m.wait.Go(m.serve)
	t.Cleanup(func() {
		_ = m.listener.Close()
		m.wait.Wait()
	})
	return m
}

func (m *middle) address() string { return m.listener.Addr().String() }

func (m *middle) port() int { return m.listener.Addr().(*net.TCPAddr).Port }

func (m *middle) heard() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.told.String()
}

func (m *middle) serve() {
	for {
		conn, err := m.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err == nil {
			m.wait.Go(func() { m.listen(conn) })
		}
	}
}

// listen takes what comes after the handshake and answers nothing.
func (m *middle) listen(conn net.Conn) {
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(time.Second))
	_, _ = io.Copy(m, conn) // a broken handshake is what is hoped for
}

func (m *middle) Write(p []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.told.Write(p)
}
