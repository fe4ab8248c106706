package diag

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"
	"time"
)

// portLimit is how long a port may take to answer: three tries of a lost SYN, at 0, 1 and 3 s (RFC 6298, section 2).
const portLimit = 5 * time.Second

// Port tries to open a TCP connection to the target and closes it again.
func Port(ctx context.Context, target string, port int) (Answer, error) {
	if err := CheckTarget(target); err != nil {
		return Answer{}, err
	}
	if port < 1 || port > 65535 {
		return Answer{}, fmt.Errorf("a TCP port is a number from 1 to 65535, not %d", port)
	}
	address := net.JoinHostPort(target, strconv.Itoa(port))
	began := time.Now()
	conn, err := (&net.Dialer{Timeout: portLimit}).DialContext(ctx, "tcp", address)
	if err != nil {
		return Answer{Output: fmt.Sprintf("%s: %s\n", address, whyClosed(err, port))}, nil
	}
	defer conn.Close()
	return Answer{OK: true, Output: fmt.Sprintf("%s is open: connected from %s to %s in %s\n", address, conn.LocalAddr(), conn.RemoteAddr(),
		time.Since(began).Round(100*time.Microsecond))}, nil
}

// whyClosed puts the error of a connection in words that say where to look.
func whyClosed(err error, port int) string {
	var dns *net.DNSError
	var timeout net.Error
	switch {
	case errors.As(err, &dns):
		return dnsReason(dns)
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Sprintf("refused: the host is up, but nothing listens on port %d there, or a firewall rejects it", port)
	case errors.Is(err, syscall.EHOSTUNREACH):
		return "nobody in the network has that address, or a router says that the host cannot be reached"
	case errors.Is(err, syscall.ENETUNREACH):
		return "this host has no route there: check its address and default gateway"
	case errors.As(err, &timeout) && timeout.Timeout():
		return fmt.Sprintf("no answer within %s: the host is off, the way there is broken, or a firewall drops it", portLimit)
	}
	return err.Error()
}
