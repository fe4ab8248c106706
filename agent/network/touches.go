package network

import "slices"

// Touches says whether a change from old to next alters the adapter called name: its own settings, those of an adapter that
// it lies on, or who it belongs to. What an adapter does without settings is no change.
func Touches(old, next Settings, name string) bool {
	lower := append(old.lower(name), next.lower(name)...)
	for _, l := range Diff(old, next) {
		if slices.Contains(lower, l.Adapter) && l.Setting != hardwareSetting {
			return true
		}
	}
	return old.owner(name) != next.owner(name)
}

// lower is the adapter and every one that it lies on.
func (s Settings) lower(name string) []string {
	names := []string{name}
	for i := 0; i < len(names); i++ {
		a, _ := s.Adapter(names[i])
		for _, below := range a.below() {
			if !slices.Contains(names, below) {
				names = append(names, below)
			}
		}
	}
	return names
}

// below are the adapters that a virtual one is made on.
func (a Adapter) below() []string {
	if a.VLAN != nil {
		return []string{a.VLAN.Parent}
	}
	return a.members()
}

// owner is the bond or bridge that has the adapter as a member; empty for none.
func (s Settings) owner(name string) string {
	for _, a := range s.Adapters {
		if slices.Contains(a.members(), name) {
			return a.Name
		}
	}
	return ""
}
