package agent

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/content/tus"
)

// lastUploadKey is where the last upload is kept, for people who look later.
const lastUploadKey = "lastUpload"

// registryTimeout bounds the question to this host's own registry.
const registryTimeout = 2 * time.Second

// lastUpload is the last bundle that came to this host and how its import ended.
type lastUpload struct {
	Name      string    `json:"name"`
	SizeBytes int64     `json:"sizeBytes"`
	SHA256    string    `json:"sha256"`
	At        time.Time `json:"at"`
	// Digest is that of the content item, empty when the import failed.
	Digest string `json:"digest,omitempty"`
	Error  string `json:"error,omitempty"`
}

// rememberUpload keeps how the import of u ended. That it cannot be written is no reason to fail the import.
func (a *Agent) rememberUpload(u tus.Upload, digest string, failed error) {
	last := lastUpload{Name: u.Filename, SizeBytes: u.SizeBytes, SHA256: u.SHA256, At: a.now().UTC(), Digest: digest}
	if failed != nil {
		last.Error = failed.Error()
	}
	if err := a.hostState.Put(lastUploadKey, last); err != nil {
		a.log.Error("the details of the upload were not kept", "error", err)
	}
}

// Storage is the state of this host's storage pool and registry, and what was uploaded to it.
func (c contents) Storage(ctx context.Context) (api.Storage, error) {
	sp, err := c.a.store.Space()
	if err != nil {
		return api.Storage{}, err
	}
	out := api.Storage{Path: c.a.cfg.poolDir(), TotalBytes: sp.TotalBytes, FreeBytes: sp.FreeBytes, ContentBytes: sp.ContentBytes,
		Registry: registryHealth(ctx, c.a.registry), Unfinished: []api.UnfinishedUpload{}}
	var last lastUpload
	if found, err := c.a.hostState.Get(lastUploadKey, &last); err != nil {
		return api.Storage{}, err
	} else if found {
		out.LastUpload = api.LastUpload{Name: last.Name, SizeBytes: last.SizeBytes, Sha256: last.SHA256, At: last.At, Digest: last.Digest, Error: last.Error}
	}
	all, err := c.a.uploads.Uploads()
	for _, u := range all {
		if !u.Done() {
			out.Unfinished = append(out.Unfinished, api.UnfinishedUpload{Name: u.Filename, SizeBytes: u.SizeBytes, ReceivedBytes: u.OffsetBytes, UpdatedAt: u.UpdatedAt})
		}
	}
	return out, err
}

// registryHealth asks the registry that containerd of this host pulls from, as containerd does.
func registryHealth(ctx context.Context, address string) api.RegistryHealth {
	out := api.RegistryHealth{Address: address}
	ctx, cancel := context.WithTimeout(ctx, registryTimeout)
	defer cancel()
	// The base route of the registry protocol (OCI distribution specification, end-1).
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/v2/", nil)
	if err == nil {
		var answer *http.Response
		if answer, err = http.DefaultClient.Do(req); err == nil {
			_ = answer.Body.Close()
			if out.Healthy = answer.StatusCode == http.StatusOK; !out.Healthy {
				err = fmt.Errorf("it answers with status %d", answer.StatusCode)
			}
		}
	}
	if err != nil {
		out.Message = fmt.Sprintf("The registry of this host does not answer as it should (%v); look at the log: journalctl -u slipway-agent.", err)
	}
	return out
}

// upload finds an upload that is in the pool.
func (a *Agent) upload(id string) (tus.Upload, bool) {
	all, err := a.uploads.Uploads()
	if err != nil {
		a.log.Warn("the uploads could not be listed", "error", err)
	}
	for _, u := range all {
		if u.ID == id {
			return u, true
		}
	}
	return tus.Upload{}, false
}
