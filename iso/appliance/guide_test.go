package appliance

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/preset"
)

// What the guide shows is taken as it stands.
func TestGuide(t *testing.T) {
	guide, err := os.ReadFile("../../localui/guide/9-appliance.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(string(guide), -1)
	if len(blocks) < 4 {
		t.Fatalf("the guide shows %d examples", len(blocks))
	}
	whole := ""
	for _, b := range blocks {
		text := strings.ReplaceAll(b[1], "$y$...", "$6$saltsalt$"+strings.Repeat("a", 86))
		if strings.HasPrefix(text, "#cloud-config") {
			if p, err := preset.FromCloudConfig([]byte(text), time.Now()); err != nil || p.Hostname == "" {
				t.Errorf("%s: %+v, %v", text, p, err)
			}
			continue
		}
		whole += text
	}
	if _, err := Parse([]byte(whole)); err != nil {
		t.Errorf("%v in\n%s", err, whole)
	}
	first, err := Parse([]byte(blocks[0][1]))
	if err != nil || first.Install != Default().Install || first.Release != Default().Release {
		t.Errorf("the guide's defaults are %+v, %v", first, err)
	}
}
