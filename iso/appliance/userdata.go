package appliance

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/slipway-os/slipway/agent/preset"
	"github.com/slipway-os/slipway/agent/strictyaml"
)

// maxUserData is below the size from which Kairos would ignore the file.
const maxUserData = 1 << 20

const cloudConfigHead = "#cloud-config\n"

// CloudConfig is the Kairos configuration of the medium: the user's data, nil for none, and what an installation needs to
// know. It becomes /oem/90_custom.yaml of the installed host.
func (a Appliance) CloudConfig(userData []byte) ([]byte, error) {
	doc := map[string]any{}
	if userData != nil {
		if err := readUserData(userData, &doc); err != nil {
			return nil, err
		}
		if _, ok := doc[preset.Key]; ok {
			return nil, fmt.Errorf("leave out %s: appliance.yaml says it under host", preset.Key)
		}
	}
	// The first user is made at the console, not by the medium.
	install := map[string]any{"nousers": true}
	if len(a.KernelArguments) > 0 {
		install["grub_options"] = map[string]any{"extra_cmdline": strings.Join(a.KernelArguments, " ")}
	}
	a.Storage.kairosKeys(doc, install)
	doc["install"] = install
	if !reflect.DeepEqual(a.Host, preset.Preset{}) {
		doc[preset.Key] = a.Host
	}
	text, err := yaml.Marshal(doc)
	return append([]byte(cloudConfigHead), text...), err
}

// readUserData refuses a cloud-config that Kairos would not take, or that would fight with appliance.yaml.
func readUserData(data []byte, doc *map[string]any) error {
	if !strings.HasPrefix(string(data), cloudConfigHead) {
		return errors.New("the first line must be #cloud-config")
	}
	var keys map[string]yaml.Node
	if err := strictyaml.Unmarshal(data, maxUserData, &keys); err != nil {
		return err
	}
	if node, ok := keys["install"]; ok {
		return fmt.Errorf("line %d: leave out install: appliance.yaml says how to install", node.Line)
	}
	return strictyaml.Unmarshal(data, maxUserData, doc)
}

// Override lays the user-data of a cidata medium over the medium's cloud-config: mappings are merged, everything else is
// replaced.
func Override(config, userData []byte) ([]byte, error) {
	var base, over map[string]any
	if err := strictyaml.Unmarshal(config, maxUserData, &base); err != nil {
		return nil, fmt.Errorf("the medium's configuration: %w", err)
	}
	if err := readUserData(userData, &over); err != nil {
		return nil, err
	}
	text, err := yaml.Marshal(merge(base, over))
	if err == nil {
		_, err = preset.FromCloudConfig(text, time.Now())
	}
	return append([]byte(cloudConfigHead), text...), err
}

func merge(base, over map[string]any) map[string]any {
	for key, value := range over {
		from, isMap := value.(map[string]any)
		into, wasMap := base[key].(map[string]any)
		if isMap && wasMap {
			value = merge(into, from)
		}
		base[key] = value
	}
	return base
}
