package apiclient

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/slipway-os/slipway/agent/api"
)

// chunk is what one PATCH carries, in bytes: large enough that a checkpoint each costs nothing, small enough to lose little.
const chunk = 64 << 20

// Upload sends one file by tus 1.0 (https://tus.io/protocols/resumable-upload) and returns the upload's URL path. A
// non-empty resume is the path of an upload begun before; it goes on where the host has it. A broken connection, or an agent
// that restarts, is waited out for up to patience. progress gets bytes done and total.
func (c *Client) Upload(ctx context.Context, file, resume string, patience time.Duration, begun func(path string), progress func(done, total int64)) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return "", err
	}
	path := resume
	if path != "" {
		if _, err := c.offset(ctx, path); errors.Is(err, errGone) {
			path = ""
		}
	}
	if path == "" {
		if path, err = c.createUpload(ctx, filepath.Base(file), st.Size()); err != nil {
			return "", err
		}
	}
	if begun != nil {
		begun(path)
	}
	lastGood := time.Now()
	for {
		done, err := c.sendFrom(ctx, path, f, st.Size(), progress)
		if err == nil && done {
			return path, nil
		}
		var p *Problem
		if errors.As(err, &p) && p.Status < 500 && p.Status != http.StatusConflict && p.Status != http.StatusLocked {
			return path, err
		}
		if err == nil {
			lastGood = time.Now()
			continue
		}
		if ctx.Err() != nil {
			return path, ctx.Err()
		}
		if time.Since(lastGood) > patience {
			return path, fmt.Errorf("the upload of %s stopped: %w; run the same command again and it goes on from there", file, err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(500 * time.Millisecond):
		}
	}
}

var errGone = errors.New("the host no longer has this upload")

func (c *Client) createUpload(ctx context.Context, name string, size int64) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+"/api/v1/uploads/", nil)
	if err != nil {
		return "", err
	}
	req.Header.Set("Tus-Resumable", "1.0.0")
	req.Header.Set("Upload-Length", strconv.FormatInt(size, 10))
	req.Header.Set("Upload-Metadata", "filename "+base64.StdEncoding.EncodeToString([]byte(name)))
	resp, err := c.http.Do(req)
	if err != nil {
		return "", c.explain(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusCreated {
		return "", c.tusProblem(resp)
	}
	loc, err := resp.Location()
	if err != nil {
		return "", err
	}
	return loc.Path, nil
}

func (c *Client) tusProblem(resp *http.Response) error {
	body, _ := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	var p *Problem
	if err := c.problem(resp, body); errors.As(err, &p) {
		if p.Type == "about:blank" && len(body) > 0 && len(body) < 1024 {
			p.Detail = string(body)
		}
		return p
	}
	return errors.New(resp.Status)
}

func (c *Client) offset(ctx context.Context, path string) (int64, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, c.base+path, nil)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Tus-Resumable", "1.0.0")
	resp, err := c.http.Do(req)
	if err != nil {
		return 0, c.explain(err)
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusNotFound || resp.StatusCode == http.StatusGone:
		return 0, errGone
	case resp.StatusCode >= 300:
		return 0, c.tusProblem(resp)
	}
	return strconv.ParseInt(resp.Header.Get("Upload-Offset"), 10, 64)
}

// sendFrom sends one chunk from where the host is; done when nothing is left.
func (c *Client) sendFrom(ctx context.Context, path string, f *os.File, size int64, progress func(done, total int64)) (bool, error) {
	off, err := c.offset(ctx, path)
	if err != nil {
		return false, err
	}
	if progress != nil {
		progress(off, size)
	}
	if off >= size {
		return true, nil
	}
	n := min(size-off, chunk)
	body := &counted{r: io.NewSectionReader(f, off, n), report: func(sent int64) {
		if progress != nil {
			progress(off+sent, size)
		}
	}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPatch, c.base+path, body)
	if err != nil {
		return false, err
	}
	req.ContentLength = n
	req.Header.Set("Tus-Resumable", "1.0.0")
	req.Header.Set("Upload-Offset", strconv.FormatInt(off, 10))
	req.Header.Set("Content-Type", "application/offset+octet-stream")
	resp, err := c.http.Do(req)
	if err != nil {
		return false, c.explain(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusNoContent {
		return false, c.tusProblem(resp)
	}
	return off+n >= size, nil
}

// counted reports how much was read so far.
type counted struct {
	r      io.Reader
	sent   int64
	report func(int64)
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.sent += int64(n)
	c.report(c.sent)
	return n, err
}

// WaitImport waits for the operation that verifies and unpacks the upload at path, and returns its outcome.
func (c *Client) WaitImport(ctx context.Context, path string, onChange func(api.Operation)) error {
	id := path[strings.LastIndex(path, "/")+1:]
	for range 100 {
		ops, err := Decode[[]api.Operation](c, func() (*http.Response, error) { return c.ListOperations(ctx) })
		if err != nil {
			return err
		}
		for _, op := range ops {
			if op.Kind == "content.import" && strings.HasSuffix(op.Title, id) {
				_, err := c.WaitOperation(ctx, op.Id, onChange)
				return err
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
	return errors.New("the upload is complete but the host did not begin to unpack it; see `slipway operation list`")
}
