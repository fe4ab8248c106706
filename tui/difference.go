package tui

import (
	"slices"
	"strings"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/tui/form"
)

// The columns of a difference, in characters: a name has 15 at the most, a setting too. What is new has the rest.
const (
	adapterWidth = 16
	settingWidth = 16
	leastValue   = 22 // below that old and new stand one above the other
)

// differences is today's settings beside the new ones, each whole however long it is.
func differences(list []api.DiffLine, width int) []string {
	first := 0 // nothing to say of adapters
	if slices.ContainsFunc(list, func(l api.DiffLine) bool { return l.Adapter != "" }) {
		first = adapterWidth
	}
	value := (width - first - settingWidth) / 2
	if value < leastValue {
		return stacked(list, width)
	}
	row := func(adapter, setting, today, next string) string {
		return form.Pad(adapter, first) + form.Pad(setting, settingWidth) + form.Pad(today, value) + next
	}
	lines := []string{row("Adapter", "Setting", "Today", "New")}
	for _, l := range list {
		was, will := form.Wrap(l.Old, value-1), form.Wrap(l.New, value)
		name, setting := l.Adapter, l.Setting
		for i := range max(len(was), len(will)) {
			lines = append(lines, row(name, setting, at(was, i), at(will, i)))
			name, setting = "", ""
		}
	}
	return append(lines, "")
}

func stacked(list []api.DiffLine, width int) (lines []string) {
	for _, l := range list {
		lines = append(lines, form.Wrap(strings.TrimSpace(l.Adapter+" "+l.Setting)+": "+l.Old+" -> "+l.New, width)...)
	}
	return append(lines, "")
}

// at is a line, empty behind the last.
func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return ""
}
