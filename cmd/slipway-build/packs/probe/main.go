// Command probe is what the checks of a cluster run inside pods: a server to
// reach, and a client that tries what a user's application would do. It has no
// dependencies and needs no shell in its image.
//
//	probe serve [:8080]           answers every request with the pod's name
//	probe dns NAME                resolves NAME and prints its addresses
//	probe get URL                 fetches URL, prints the body; fails on a status of 400 or more
//	probe write FILE TEXT         writes TEXT to FILE and onto the disk
//	probe read FILE [TEXT]        prints FILE; fails if TEXT is given and differs
//	probe service                 waits until the API server answers at its Service address
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// timeout of one try; the caller of probe repeats.
const timeout = 5 * time.Second

// maxBody bounds what is read from a server or a file.
const maxBody = 1 << 20

var errUsage = errors.New("usage: probe serve [ADDRESS] | dns NAME | get URL | write FILE TEXT | read FILE [TEXT] | service")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "probe:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	arg := func(i int) string {
		if i < len(args) {
			return args[i]
		}
		return ""
	}
	switch n := len(args); {
	case arg(0) == "serve" && n <= 2:
		return serve(ctx, arg(1))
	case arg(0) == "dns" && n == 2:
		return lookup(ctx, args[1], out)
	case arg(0) == "get" && n == 2:
		return get(ctx, args[1], out)
	case arg(0) == "write" && n == 3:
		return write(args[1], args[2])
	case arg(0) == "read" && (n == 2 || n == 3):
		return read(args[1], args[2:], out)
	case arg(0) == "service" && n == 1:
		return service(ctx, net.JoinHostPort(os.Getenv("KUBERNETES_SERVICE_HOST"), os.Getenv("KUBERNETES_SERVICE_PORT")))
	}
	return errUsage
}

func serve(ctx context.Context, address string) error {
	if address == "" {
		address = ":8080"
	}
	host, err := os.Hostname()
	if err != nil {
		return err
	}
	server := &http.Server{
		Addr:              address,
		ReadHeaderTimeout: timeout,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintln(w, host)
		}),
	}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func lookup(ctx context.Context, name string, out io.Writer) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	addresses, err := net.DefaultResolver.LookupHost(ctx, name)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, strings.Join(addresses, " "))
	return err
}

func get(ctx context.Context, url string, out io.Writer) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("%s answered %s", url, response.Status)
	}
	_, err = io.Copy(out, io.LimitReader(response.Body, maxBody))
	return err
}

// service tries in short order: a connection that is begun before kube-proxy knows the address never gets through.
func service(ctx context.Context, address string) error {
	for {
		try, cancel := context.WithTimeout(ctx, time.Second)
		c, err := new(net.Dialer).DialContext(try, "tcp", address)
		if err == nil {
			cancel()
			return c.Close()
		}
		select {
		case <-ctx.Done():
			cancel()
			return err
		case <-time.After(200 * time.Millisecond):
			cancel()
		}
	}
}

func write(file, text string) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Sync(), f.Close())
}

func read(file string, want []string, out io.Writer) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxBody))
	if err != nil {
		return err
	}
	if len(want) == 1 && string(data) != want[0] {
		return fmt.Errorf("%s holds other text than was written", file)
	}
	_, err = fmt.Fprintln(out, string(data))
	return err
}
