package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiserver"
	"github.com/slipway-os/slipway/agent/content"
	"github.com/slipway-os/slipway/agent/content/store"
	"github.com/slipway-os/slipway/agent/content/sync"
	"github.com/slipway-os/slipway/agent/content/tus"
	"github.com/slipway-os/slipway/agent/ops"
	"github.com/slipway-os/slipway/linking"
)

// Kinds of operations on content.
const (
	opImport = "content.import"
	opVerify = "content.verify"
)

// contents shows the storage pool through the API.
type contents struct{ a *Agent }

func (c contents) List(context.Context) ([]api.ContentItem, error) {
	sync := c.a.itemSync()
	out := []api.ContentItem{}
	for _, i := range c.a.store.List() {
		out = append(out, apiItem(i, sync))
	}
	return out, nil
}

func apiItem(i store.Item, sync map[string]api.ContentSync) api.ContentItem {
	s, ok := sync[i.Digest]
	if !ok {
		s = api.ContentSync{Hosts: []api.ContentHost{}}
	}
	return api.ContentItem{Digest: i.Digest, Name: i.Name, Version: i.Version, Type: i.Type, SizeBytes: i.SizeBytes, AddedAt: i.AddedAt, Sync: s}
}

func (c contents) Show(_ context.Context, digest string) (api.ContentDetail, error) {
	for _, i := range c.a.store.List() {
		if i.Digest != digest {
			continue
		}
		m, err := c.a.store.Manifest(digest)
		if err != nil {
			return api.ContentDetail{}, contentError(err)
		}
		d := api.ContentDetail{Item: apiItem(i, c.a.itemSync()), Images: []string{}, Packs: []string{}, Definitions: []string{}}
		for _, x := range m.Images {
			d.Images = append(d.Images, x.Ref)
		}
		for _, x := range m.Packs {
			d.Packs = append(d.Packs, x.Name+" "+x.Version)
		}
		for _, x := range m.Definitions {
			d.Definitions = append(d.Definitions, x.Name+" "+x.Version)
		}
		return d, nil
	}
	return api.ContentDetail{}, apiserver.Errorf(404, "not-found", "There is no content %s on this host; `slipway content list` shows what there is.", digest)
}

func (c contents) Verify(context.Context) (api.Operation, error) {
	return c.a.operations.start(opVerify, "Verify the content of this host", nil)
}

func (c contents) Delete(ctx context.Context, digest string, dryRun bool) (api.ContentDeletion, error) {
	if err := c.a.onlyLeader(); err != nil {
		return api.ContentDeletion{}, err
	}
	r, err := c.a.store.Delete(ctx, digest, dryRun)
	return api.ContentDeletion{DryRun: dryRun, Blobs: len(r.Blobs), Bytes: r.FreedBytes}, contentError(err)
}

func contentError(err error) error {
	switch {
	case errors.Is(err, store.ErrNotFound):
		return apiserver.Errorf(404, "not-found", "%v", err)
	case errors.Is(err, store.ErrInUse):
		return apiserver.Errorf(409, "content:in-use", "%v", err)
	case errors.Is(err, store.ErrNoSpace):
		return apiserver.Errorf(http.StatusInsufficientStorage, "content:no-space", "%v", err)
	}
	return err
}

// itemSync is how far each item is on each host, as the leader sees it.
func (a *Agent) itemSync() map[string]api.ContentSync {
	if _, role, ok := a.node.Roster(); ok && role == linking.RoleFollower {
		if v := a.group.leaderView(); v.Sync != nil {
			return v.Sync
		}
	}
	names := map[string]string{}
	reports := map[string]*content.Report{}
	all := a.group.contentReports()
	for _, m := range a.members() {
		names[m.ID], reports[m.ID] = m.Name, all[m.ID]
	}
	out := map[string]api.ContentSync{}
	for _, e := range a.store.Catalog() {
		s := content.SyncOf(e.Digest, reports)
		row := api.ContentSync{Completed: s.Completed, Pending: s.Pending, Failed: s.Failed, Hosts: []api.ContentHost{}}
		for _, h := range s.Hosts {
			row.Hosts = append(row.Hosts, api.ContentHost{Id: h.Host, Name: names[h.Host], State: api.ContentHostState(h.State),
				CompletedBytes: h.CompletedBytes, TotalBytes: h.TotalBytes, Error: h.Error})
		}
		slices.SortFunc(row.Hosts, func(x, y api.ContentHost) int { return strings.Compare(x.Name, y.Name) })
		out[e.Digest] = row
	}
	return out
}

type importInput struct {
	Upload string `json:"upload"`
}

// uploaded starts the import of a complete upload.
func (a *Agent) uploaded(_ context.Context, u tus.Upload) (string, error) {
	op, err := a.ops.Start(opImport, importTitle(u), importInput{u.ID})
	return op.ID, err
}

// importTitle names the file as the person knows it, and at its end the upload, by which clients find the operation.
func importTitle(u tus.Upload) string {
	if u.Filename == "" {
		return "Import " + uploadWords(u)
	}
	return fmt.Sprintf("Import %s, %s", u.Filename, uploadWords(u))
}

func uploadWords(u tus.Upload) string { return "upload " + u.ID }

// resumeUploads imports what was complete when the agent died between the last byte and the operation.
func (a *Agent) resumeUploads() error {
	waiting, err := a.uploads.Completed()
	if err != nil {
		return err
	}
	all := a.ops.List()
	for _, u := range waiting {
		if slices.ContainsFunc(all, func(op ops.Operation) bool {
			return op.Kind == opImport && !op.State.Final() && strings.HasSuffix(op.Title, uploadWords(u))
		}) {
			continue
		}
		if _, err := a.uploaded(context.Background(), u); err != nil {
			return err
		}
	}
	return nil
}

func (a *Agent) registerContent() {
	a.ops.Register(opImport, func(_ context.Context, h *ops.Handle, raw json.RawMessage) error {
		var in importInput
		if err := json.Unmarshal(raw, &in); err != nil {
			return err
		}
		return h.Step("verify and unpack", func(ctx context.Context) error { return a.importUpload(ctx, h, in.Upload) })
	})
	a.ops.Register(opVerify, func(_ context.Context, h *ops.Handle, _ json.RawMessage) error {
		return h.Step("verify", func(ctx context.Context) error {
			damaged, err := a.store.VerifyAll(ctx, bytesOf(h, "verify"))
			if err != nil {
				return err
			}
			if len(damaged) > 0 {
				h.Message("verify", "damaged blobs were removed and are fetched again from other hosts")
			}
			a.sync.Wake()
			a.changed()
			return nil
		})
	})
}

func bytesOf(h *ops.Handle, step string) func(done, total int64) {
	return func(done, total int64) { h.Progress(step, ops.Progress{Done: done, Total: total, Unit: "bytes"}) }
}

// importUpload unpacks one upload. Whatever the outcome the upload goes: a bundle that is not valid never will be.
func (a *Agent) importUpload(ctx context.Context, h *ops.Handle, id string) error {
	r, err := a.uploads.Open(id)
	if err != nil {
		return err
	}
	defer r.Close()
	item, err := a.store.Import(ctx, io.Reader(r), bytesOf(h, "verify and unpack"))
	if ctx.Err() != nil {
		return ctx.Err() // the agent stops; the operation goes on after its start
	}
	if u, known := a.upload(id); known {
		a.rememberUpload(u, item.Digest, err)
	}
	if rerr := a.uploads.Remove(id); err == nil {
		err = rerr
	}
	a.changed()
	debug.FreeOSMemory() // unpacking is the one thing that takes much memory; beside etcd it is wanted back at once
	return err
}

// uploadGate lets only the leader, or a host that is not linked, take uploads.
func (a *Agent) uploadGate(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := a.onlyLeader(); err != nil && r.Method == http.MethodPost {
			apiserver.WriteProblem(w, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// peers are the other hosts, for sync.
func (a *Agent) peers() []sync.Peer {
	var out []sync.Peer
	for _, m := range a.members() {
		if m.ID == a.identity.ID {
			continue
		}
		client, urls, err := a.node.PeerClient(m.ID)
		if err != nil {
			continue
		}
		out = append(out, sync.Peer{ID: m.ID, Leader: m.Role == linking.RoleLeader, Client: client, URLs: urls})
	}
	return out
}

// setCatalog hands the syncer a catalog only when it is another one: a new catalog forgets back-offs.
func (a *Agent) setCatalog(c content.Catalog) {
	a.mu.Lock()
	same := reflect.DeepEqual(a.catalog, c)
	a.catalog = c
	a.mu.Unlock()
	if !same {
		a.sync.SetCatalog(c)
	}
}
