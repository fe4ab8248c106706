package agent

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/sbom"
)

func TestLicences(t *testing.T) {
	root := shortDir(t)
	r := start(t, root)
	licences := func() []api.Component {
		return get[[]api.Component](t, r, func() (*http.Response, error) { return r.GetLicences(t.Context()) })
	}
	if list := licences(); len(list) == 0 || list[len(list)-1].Name != "go" {
		t.Errorf("without an image: %+v", list)
	}
	data, err := sbom.Encode([]sbom.Component{{Kind: sbom.Debian, Name: "bash", Version: "5.2", Licence: "GPL-3+"}})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(root, sbom.File)
	if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, data, 0o644)); err != nil {
		t.Fatal(err)
	}
	if list := licences(); !reflect.DeepEqual(list, []api.Component{{Kind: "deb", Name: "bash", Version: "5.2", Licence: "GPL-3+"}}) {
		t.Errorf("the image's list: %+v", list)
	}
}
