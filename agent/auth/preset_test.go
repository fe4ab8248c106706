package auth

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Feature 5. The user that an appliance presets logs in only with a new password, also after a reboot, and is made once.
func TestPresetUser(t *testing.T) {
	root := t.TempDir()
	cfg := testConfig(root)
	a := newAuth(t, cfg)
	hash, err := newHash(cheapSetting, good)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // as if the power had gone before it was noted
		if err := a.PresetUser(t.Context(), "ann", hash); err != nil {
			t.Fatal(err)
		}
	}
	login := func(password string) error {
		_, _, err := a.Login(t.Context(), "ann", password, "", false)
		return err
	}
	if needed, err := a.SetupNeeded(); needed || err != nil {
		t.Errorf("the setup is open: %v, %v", needed, err)
	}
	for _, name := range []string{"passwd", "shadow", "group"} { // a reboot: /etc is an overlay
		if err := os.Remove(filepath.Join(root, "etc", name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Restore(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := login(good); !errors.Is(err, ErrMustChange) {
		t.Errorf("the preset password opens the host: %v", err)
	}
	for name, try := range map[string]struct{ current, password, want string }{
		"wrong":   {good2, "a third set of words", ErrWrongPassword.Error()},
		"the old": {good, good, "choose another"},
		"short":   {good, "short", "8"},
	} {
		if err := a.ChangeExpired(t.Context(), "ann", try.current, try.password, ""); err == nil || !strings.Contains(err.Error(), try.want) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if err := a.ChangeExpired(t.Context(), "ann", good, good2, ""); err != nil {
		t.Fatal(err)
	}
	if err := login(good2); err != nil {
		t.Errorf("with the new password: %v", err)
	}
	if err := a.ChangeExpired(t.Context(), "ann", good2, good, ""); !errors.Is(err, ErrNotExpired) {
		t.Errorf("a password that may stay: %v", err)
	}
	// A host with an administrator has no use for a preset.
	if err := a.PresetUser(t.Context(), "bob", hash); err != nil {
		t.Fatal(err)
	}
	if users, _ := a.Users(); len(users) != 1 {
		t.Errorf("users are %+v", users)
	}
}

func TestHashOfAnAppliance(t *testing.T) {
	for hash, ok := range map[string]bool{
		"$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7": true,
		"$6$rounds=5000$saltsalt$" + strings.Repeat("a", 86):                        true,
		"$5$saltsalt$" + strings.Repeat("a", 43):                                    true,
		"$6$rounds=9000000$saltsalt$" + strings.Repeat("a", 86):                     false,
		"$1$saltsalt$" + strings.Repeat("a", 22):                                    false,
		"correct horse battery staple":                                              false,
		"":                                                                          false,
		"!":                                                                         false,
		"$6$salt:salt$" + strings.Repeat("a", 86):                                   false,
		"$6$saltsalt$" + strings.Repeat("a", 86) + "\n":                             false,
	} {
		if err := CheckHash(hash); (err == nil) != ok {
			t.Errorf("%q: %v", hash, err)
		} else if err != nil && hash != "" && strings.Contains(err.Error(), hash) && len(hash) > 1 {
			t.Errorf("the error shows the secret: %v", err)
		}
	}
}
