package agent

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"runtime/debug"
	"strings"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/sbom"
)

// about tells what the system is made from.
type about struct{ a *Agent }

// Licences reads the list that the image was built with. Without an image, as at a developer's, the program's own modules
// are known, not their licences.
func (x about) Licences(context.Context) ([]api.Component, error) {
	data, err := os.ReadFile(x.a.cfg.path(sbom.File))
	if errors.Is(err, fs.ErrNotExist) {
		return ownModules(), nil
	}
	if err != nil {
		return nil, err
	}
	list, err := sbom.Decode(data)
	out := make([]api.Component, len(list))
	for i, c := range list {
		out[i] = api.Component{Kind: string(c.Kind), Name: c.Name, Version: c.Version, Licence: c.Licence}
	}
	return out, err
}

func ownModules() []api.Component {
	out := []api.Component{}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return out
	}
	for _, m := range info.Deps {
		out = append(out, api.Component{Kind: string(sbom.Go), Name: m.Path, Version: m.Version})
	}
	return append(out, api.Component{Kind: string(sbom.Go), Name: "go", Version: strings.TrimPrefix(info.GoVersion, "go")})
}
