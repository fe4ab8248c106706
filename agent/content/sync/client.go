package sync

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// acceptable checks that the answer continues at offset.
func acceptable(resp *http.Response, offset int64) error {
	switch {
	case resp.StatusCode == http.StatusServiceUnavailable:
		return errBusy
	case offset == 0 && resp.StatusCode == http.StatusOK:
		return nil
	case resp.StatusCode == http.StatusPartialContent &&
		strings.HasPrefix(resp.Header.Get("Content-Range"), "bytes "+strconv.FormatInt(offset, 10)+"-"):
		return nil
	}
	return fmt.Errorf("the host answered %s", resp.Status)
}

func getAll(ctx context.Context, peer Peer, path string, maxBytes int64) ([]byte, error) {
	resp, err := send(ctx, peer, http.MethodGet, path, http.Header{})
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if err := acceptable(resp, 0); err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxBytes+1))
	if err == nil && int64(len(raw)) > maxBytes {
		err = fmt.Errorf("the answer has more than %d bytes", maxBytes)
	}
	return raw, err
}

// send tries the addresses of a peer in order until one answers.
func send(ctx context.Context, peer Peer, method, path string, header http.Header) (*http.Response, error) {
	err := errors.New("the host has no address")
	for _, url := range peer.URLs {
		req, rerr := http.NewRequestWithContext(ctx, method, url+path, nil)
		if rerr != nil {
			err = rerr
			continue
		}
		req.Header = header.Clone()
		resp, derr := peer.Client.Do(req)
		if derr == nil {
			return resp, nil
		}
		err = derr
		if ctx.Err() != nil {
			break
		}
	}
	return nil, err
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
