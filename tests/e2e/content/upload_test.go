package content

import (
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/tests/e2e/suite"
)

// kills is how often the agent is killed while one file is sent to it.
const kills = 6

// uploadThroughKills sends a file over https while the agent is killed at random offsets, and once more when it unpacks. The
// sender only goes on; what arrives is what was sent. (agent/content/tus does the same in 50 rounds.) The file is larger than
// what lies between two checkpoints, 64 MiB, so that most rounds go on in the middle.
func (g *group) uploadThroughKills(t *testing.T) {
	file, digest := suite.WriteBundle(t, suite.Small("killed", 70<<20, 70<<20, 70<<20))
	g.first = digest
	h := g.Host(1)
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	client, err := g.Client(t.Context(), h)
	if err != nil {
		t.Fatal(err)
	}
	var offsets, resumed []int64 // one kill somewhere in each sixth of the file
	for i := range int64(kills) {
		offsets = append(offsets, (i*info.Size()+rand.Int64N(info.Size()))/kills)
	}
	t.Logf("the agent is killed at %d", offsets)
	last := int64(0)
	// Called while the body is read, so the upload stands still meanwhile.
	progress := func(done, _ int64) {
		if done < last {
			resumed = append(resumed, done)
		}
		last = done
		if len(offsets) > 0 && done >= offsets[0] {
			offsets = offsets[1:]
			suite.KillAgent(t, h)
		}
	}
	path, err := client.Upload(t.Context(), file, "", time.Minute, nil, progress)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("the upload went on at %d", resumed)
	if len(offsets) > 0 || len(resumed) == 0 || slices.Max(resumed) == 0 {
		t.Errorf("%d kills were not done; the upload went on at %d", len(offsets), resumed)
	}
	suite.KillAgent(t, h)
	suite.Until(t, time.Minute, func() (bool, error) {
		err := client.WaitImport(t.Context(), path, nil)
		return err == nil, err
	})
	if list := suite.OnJSON[[]api.ContentItem](t, h, "content", "list"); len(list) != 1 || list[0].Digest != digest {
		t.Fatalf("the pool has %+v, sent was %s", list, digest)
	}
	sound(t, h)
	if files := pool(t, h); strings.Contains(files, "uploads/") || strings.Contains(files, "import-") {
		t.Errorf("the upload left something in the pool:\n%s", files)
	}
}

// delete: the dry run only tells; the follower has no say; afterwards no host has anything of it.
func (g *group) delete(t *testing.T) {
	leader, follower := g.Host(1), g.Host(2)
	suite.On(t, follower, "", "content", "delete", g.first).Refused(t, "do this there")
	suite.On(t, leader, "", "content", "delete", "sha256:"+strings.Repeat("0", 64)).Refused(t, "not in the content store")
	before := pool(t, leader)
	dry := suite.OnJSON[api.ContentDeletion](t, leader, "content", "delete", g.first, "--dry-run")
	if !dry.DryRun || dry.Blobs == 0 || dry.Bytes < 200<<20 {
		t.Errorf("the dry run says %+v", dry)
	}
	if after := pool(t, leader); after != before {
		t.Errorf("the dry run changed the pool:\n%s", after)
	}
	done := suite.OnJSON[api.ContentDeletion](t, leader, "content", "delete", g.first)
	if done.DryRun || done.Blobs != dry.Blobs || done.Bytes != dry.Bytes {
		t.Errorf("deleted was %+v, the dry run said %+v", done, dry)
	}
	for _, item := range suite.OnJSON[[]api.ContentItem](t, leader, "content", "list") {
		suite.On(t, leader, "", "content", "delete", item.Digest).OK(t)
	}
	for _, h := range g.Hosts() {
		suite.Until(t, 30*time.Second, func() (bool, error) {
			files := pool(t, h)
			return files == "", errLeft(h, files)
		})
	}
	if err := g.WaitGroup(t.Context(), 30*time.Second, func(string) {}); err != nil {
		t.Error(err)
	}
}
