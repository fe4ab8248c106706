package lab

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"sync"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"
)

// DialContext connects to an address on the lab's network, such as
// "10.77.0.11:5080", as a machine on that network would. It fits
// http.Transport.DialContext. Names are not looked up there: use addresses.
func (l *Lab) DialContext(ctx context.Context, network, address string) (conn net.Conn, err error) {
	// One address and no fallback: the dialer makes its socket in the calling goroutine.
	in := l.inside(func() { conn, err = new(net.Dialer).DialContext(ctx, network, address) })
	return conn, errors.Join(in, err)
}

// Listen listens on the lab's network as a machine with the address Gateway would,
// such as at "10.77.0.1:5080".
func (l *Lab) Listen(ctx context.Context, network, address string) (listener net.Listener, err error) {
	in := l.inside(func() { listener, err = new(net.ListenConfig).Listen(ctx, network, address) })
	return listener, errors.Join(in, err)
}

// inside runs fn on a thread in the lab's network namespace: sockets that fn makes
// stay there.
func (l *Lab) inside(fn func()) error {
	// A goroutine of its own: when its thread cannot be led back to this
	// machine's network, it must end with the thread.
	done := make(chan error, 1)
	go func() { done <- l.enter(fn) }()
	return <-done
}

func (l *Lab) enter(fn func()) error {
	home, err := os.Open("/proc/thread-self/ns/net")
	if err != nil {
		return err
	}
	defer home.Close()
	inside, err := os.Open(l.Netns())
	if err != nil {
		return fmt.Errorf("lab %q has no network any more: %w", l.Name(), err)
	}
	defer inside.Close()
	runtime.LockOSThread()
	if err := unix.Setns(int(inside.Fd()), unix.CLONE_NEWNET); err != nil {
		runtime.UnlockOSThread()
		return fmt.Errorf("enter the lab's network: %w", err)
	}
	fn()
	if back := unix.Setns(int(home.Fd()), unix.CLONE_NEWNET); back != nil {
		return nil // still locked: the thread is thrown away with the goroutine
	}
	runtime.UnlockOSThread()
	return nil
}

// uiPort is where a host's Local UI and API listen.
const uiPort = 5080

// loopbacks is how many labs at once can have loopback addresses of their own.
const loopbacks = 16

// Outside is the address of this machine at which Forward offers the host:
// 127.77.0.10+i, or 127.78.0.10+i and so on when another lab had that first.
func (h *Host) Outside() string {
	return fmt.Sprintf("127.%d.0.%d:%d", 77+h.lab.loopback, 10+h.index, uiPort)
}

// pickLoopback chooses the first network of loopback addresses that nobody uses.
func (l *Lab) pickLoopback(ctx context.Context) error {
	var config net.ListenConfig
	for l.loopback = range loopbacks {
		listener, err := config.Listen(ctx, "tcp", l.Host(1).Outside())
		if err == nil {
			return listener.Close()
		}
	}
	return fmt.Errorf("something listens on port %d at all loopback addresses of this machine: stop it", uiPort)
}

// Forward lets a browser on this machine reach every host: it listens on each
// host's Outside address and passes connections on to the host's port 5080. It
// returns when ctx ends and all connections are closed.
func (l *Lab) Forward(ctx context.Context) error {
	var config net.ListenConfig
	listeners := make([]net.Listener, len(l.hosts))
	for i, h := range l.hosts {
		listener, err := config.Listen(ctx, "tcp", h.Outside())
		if err != nil {
			return fmt.Errorf("forward %s: %w", h.Name(), err)
		}
		defer listener.Close()
		listeners[i] = listener
	}
	group, ctx := errgroup.WithContext(ctx)
	for i, h := range l.hosts {
		group.Go(func() error { return h.forward(ctx, listeners[i]) })
	}
	return group.Wait()
}

func (h *Host) forward(ctx context.Context, listener net.Listener) error {
	defer context.AfterFunc(ctx, func() { listener.Close() })()
	var connections sync.WaitGroup
	defer connections.Wait()
	for {
		outside, err := listener.Accept()
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("forward %s: %w", h.Name(), err)
		}
		connections.Go(func() {
			defer outside.Close()
			// A host that is off is no reason to end: the browser sees a closed connection.
			if err := h.pipe(ctx, outside); err != nil {
				fmt.Fprintf(h.lab.options.Log, "lab: forward %s: %v\n", h.Name(), err)
			}
		})
	}
}

// pipe copies both ways until both sides are finished or ctx ends.
func (h *Host) pipe(ctx context.Context, outside net.Conn) error {
	inside, err := h.lab.DialContext(ctx, "tcp", fmt.Sprintf("%s:%d", h.Address(), uiPort))
	if err != nil {
		return err
	}
	defer inside.Close()
	defer context.AfterFunc(ctx, func() { outside.Close(); inside.Close() })()
	var group errgroup.Group
	for _, way := range [2][2]net.Conn{{inside, outside}, {outside, inside}} {
		group.Go(func() error {
			_, err := io.Copy(way[0], way[1])
			if tcp, ok := way[0].(*net.TCPConn); ok {
				err = errors.Join(err, ignoreClosed(tcp.CloseWrite()))
			}
			return err
		})
	}
	return ignoreClosed(group.Wait())
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) || errors.Is(err, unix.ENOTCONN) || errors.Is(err, unix.ECONNRESET) {
		return nil
	}
	return err
}
