package auth

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// Feature 41.
func TestLoginRefusals(t *testing.T) {
	hash := "$5$rounds=1000$saltsalt$" + cheapGood
	for name, c := range map[string]struct {
		shadow, user, password string
		want                   error
	}{
		"right":         {"ann:" + hash + ":20000:0:99999:7:::", "ann", good, nil},
		"wrong":         {"ann:" + hash + ":20000:0:99999:7:::", "ann", good2, ErrWrongPassword},
		"unknown":       {"ann:" + hash + ":20000:0:99999:7:::", "eve", good, ErrWrongPassword},
		"no password":   {"ann::20000:0:99999:7:::", "ann", "", ErrWrongPassword},
		"locked":        {"ann:!" + hash + ":20000:0:99999:7:::", "ann", good, ErrWrongPassword},
		"expired":       {"ann:" + hash + ":20000:0:99999:7::20001:", "ann", good, ErrAccountLocked},
		"must change":   {"ann:" + hash + ":0:0:99999:7:::", "ann", good, ErrMustChange},
		"expired wrong": {"ann:" + hash + ":0:0:99999:7::1:", "ann", good2, ErrWrongPassword},
		"bad name":      {"ann:" + hash + ":20000:0:99999:7:::", "ann:x\n", good, ErrWrongPassword},
		"endless":       {"ann:" + hash + ":20000:0:99999:7:::", "ann", strings.Repeat("x", 1<<20), ErrWrongPassword},
		"old method":    {"ann:$1$saltsalt$NuzA7WTAelpl95xgBGWN60:20000:0:99999:7:::", "ann", "correct horse", ErrWrongPassword},
	} {
		a := newAuth(t, testConfig(t.TempDir()))
		writeEtc(t, a.cfg.Root, "passwd", "ann:x:1000:1000::/home/ann:/bin/bash\n")
		writeEtc(t, a.cfg.Root, "shadow", c.shadow+"\n")
		if _, _, err := a.Login(t.Context(), c.user, c.password, "", false); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFirstUser(t *testing.T) {
	a := newAuth(t, testConfig(t.TempDir()))
	if needed, err := a.SetupNeeded(); !needed || err != nil {
		t.Fatalf("SetupNeeded = %v, %v", needed, err)
	}
	code, err := a.SetupCode()
	if err != nil || len(code) != 8 {
		t.Fatalf("code %q, %v", code, err)
	}
	file := filepath.Join(a.cfg.RunDir, codeFile)
	raw, _ := os.ReadFile(file)
	if info, _ := os.Stat(file); string(raw) != code+"\n" || info.Mode().Perm() != 0o600 {
		t.Errorf("file %q", raw)
	}
	for i := range codeTries {
		if err := a.CreateFirstUser(t.Context(), "WRONG234", "ann", good, false); !errors.Is(err, ErrWrongCode) {
			t.Fatalf("try %d: %v", i, err)
		}
	}
	if err := a.CreateFirstUser(t.Context(), code, "ann", good, false); !errors.Is(err, ErrWrongCode) {
		t.Errorf("the burnt code: %v", err)
	}
	code, _ = a.SetupCode()
	for range codeTries + 1 { // a bad password does not burn the code
		if err := a.CreateFirstUser(t.Context(), code, "ann", "short", false); err == nil || errors.Is(err, ErrWrongCode) {
			t.Fatalf("bad password: %v", err)
		}
	}
	typed := strings.ToLower(code[:4] + " - " + code[4:])
	if err := a.CreateFirstUser(t.Context(), typed, "ann", good, false); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(file); !os.IsNotExist(err) {
		t.Error("the code is still on the console")
	}
	if _, err := a.SetupCode(); !errors.Is(err, ErrSetupDone) {
		t.Errorf("SetupCode after setup: %v", err)
	}
	if err := a.CreateFirstUser(t.Context(), code, "eve", good, true); !errors.Is(err, ErrSetupDone) {
		t.Errorf("second first user: %v", err)
	}
	token, _, err := a.Login(t.Context(), "ann", good, "", false)
	if err != nil {
		t.Fatal(err)
	}
	if c, err := a.Authenticate(token); err != nil || c.Role != RoleAdmin {
		t.Errorf("caller %+v, %v", c, err)
	}
}

func TestOnlyOneFirstUser(t *testing.T) {
	a := newAuth(t, testConfig(t.TempDir()))
	var wg sync.WaitGroup
	results := make(chan error, 4)
	for _, name := range []string{"ann", "bob", "cyd", "dan"} {
		wg.Go(func() { results <- a.CreateFirstUser(context.Background(), "", name, good, true) })
	}
	wg.Wait()
	close(results)
	made := 0
	for err := range results {
		if err == nil {
			made++
		} else if !errors.Is(err, ErrSetupDone) {
			t.Error(err)
		}
	}
	if made != 1 {
		t.Errorf("%d first users", made)
	}
}

func TestCodeOfNobodyIsWrong(t *testing.T) {
	a := newAuth(t, testConfig(t.TempDir()))
	if err := a.CreateFirstUser(t.Context(), "", "ann", good, false); !errors.Is(err, ErrWrongCode) {
		t.Errorf("an empty code before there is one: %v", err)
	}
}

// Feature 44.
func TestSetPassword(t *testing.T) {
	a := withUser(t)
	if err := a.CreateUser(t.Context(), "bob", good, false); err != nil {
		t.Fatal(err)
	}
	mine, s := login(t, a, false)
	other, _ := login(t, a, false)
	bob, _, err := a.Login(t.Context(), "bob", good, "", false)
	if err != nil {
		t.Fatal(err)
	}
	ann := Caller{User: "ann", Role: RoleAdmin, Session: s.ID}
	viewer, _ := a.Authenticate(bob)
	for name, err := range map[string]error{
		"wrong current":      a.SetPassword(t.Context(), ann, "ann", "wrong", good2),
		"weak":               a.SetPassword(t.Context(), ann, "ann", good, "weak"),
		"viewer":             a.SetPassword(t.Context(), viewer, "ann", good, good2),
		"socket, no current": a.SetPassword(t.Context(), Caller{User: "ann", Role: RoleAdmin}, "ann", "", good2),
		"unknown":            a.SetPassword(t.Context(), ann, "eve", "", good2),
	} {
		if err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if err := a.SetPassword(t.Context(), ann, "ann", good, good2); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Authenticate(mine); err != nil {
		t.Errorf("the own session ended: %v", err)
	}
	if _, err := a.Authenticate(other); !errors.Is(err, ErrNoSession) {
		t.Errorf("the other session: %v", err)
	}
	if _, _, err := a.Login(t.Context(), "ann", good, "", false); !errors.Is(err, ErrWrongPassword) {
		t.Errorf("the old password: %v", err)
	}
	if err := a.SetPassword(t.Context(), ann, "bob", "", good2); err != nil {
		t.Errorf("an administrator sets another's: %v", err)
	}
	if _, err := a.Authenticate(bob); !errors.Is(err, ErrNoSession) {
		t.Errorf("bob's session: %v", err)
	}
	if err := a.SetPassword(t.Context(), Caller{User: "bob", Role: RoleViewer}, "bob", good2, good); err != nil {
		t.Errorf("a viewer on the socket changes the own one: %v", err)
	}
	if err := a.SetPassword(t.Context(), Caller{User: "root", Role: RoleAdmin}, "ann", "", good); err != nil {
		t.Errorf("root on the socket: %v", err)
	}
}

func TestRestoreMakesForgottenUsersAgain(t *testing.T) {
	a := newAuth(t, testConfig(t.TempDir()))
	for _, name := range []string{"ann", "bob"} {
		if err := a.CreateUser(t.Context(), name, good, name == "ann"); err != nil {
			t.Fatal(err)
		}
	}
	before, _ := readAccounts(a.cfg.Root)
	// ann changes her password with passwd(1), which the agent learns at her next login.
	if err := a.cfg.Accounts.SetHash(t.Context(), "ann", "$5$rounds=1000$saltsalt$"+cheapGood); err != nil {
		t.Fatal(err)
	}
	login(t, a, false)
	if err := os.RemoveAll(filepath.Join(a.cfg.Root, "etc")); err != nil { // an immutable system boots
		t.Fatal(err)
	}
	if needed, err := a.SetupNeeded(); needed || err != nil {
		t.Errorf("before Restore: SetupNeeded = %v, %v", needed, err)
	}
	writeEtc(t, a.cfg.Root, "passwd", "zoe:x:1005:1005::/:/bin/sh\n") // takes a uid in between
	for range 2 {
		if err := a.Restore(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	after, _ := readAccounts(a.cfg.Root)
	if after["bob"] != before["bob"] || after["ann"].uid != before["ann"].uid || !after["ann"].admin {
		t.Errorf("after: %+v, %+v", after["ann"], after["bob"])
	}
	if !strings.HasPrefix(after["ann"].hash, "$5$") {
		t.Error("ann's newer password was lost")
	}
}

func TestUsersListsPeople(t *testing.T) {
	a := newAuth(t, testConfig(t.TempDir()))
	writeEtc(t, a.cfg.Root, "passwd", passwdFile+"nobody:x:65534:65534::/:/bin/sh\n")
	writeEtc(t, a.cfg.Root, "shadow", shadowFile)
	writeEtc(t, a.cfg.Root, "group", groupFile)
	users, err := a.Users()
	got := ""
	for _, u := range users {
		got += u.Name + ":" + string(u.Role)
		if u.Locked {
			got += ":locked"
		}
		got += " "
	}
	if want := "ann:admin bob:viewer:locked cyd:admin:locked "; got != want || err != nil {
		t.Errorf("users %q, %v", got, err)
	}
}

func TestRestoreSetsForgottenPasswordsAgain(t *testing.T) {
	cheap := "$5$rounds=1000$saltsalt$" + cheapGood
	image := func(root string) {
		writeEtc(t, root, "passwd", "root:x:0:0::/root:/bin/bash\nkairos:x:1000:1000::/home/kairos:/bin/bash\n")
		writeEtc(t, root, "shadow", "root:*:20000:0:99999:7:::\nkairos:"+cheap+":20000:0:99999:7:::\n")
	}
	a := newAuth(t, testConfig(t.TempDir()))
	image(a.cfg.Root)
	for _, password := range []string{good2, "third set of words"} {
		for _, name := range []string{"root", "kairos"} {
			if err := a.SetPassword(t.Context(), Caller{User: "root", Role: RoleAdmin}, name, "", password); err != nil {
				t.Fatal(err)
			}
		}
	}
	image(a.cfg.Root) // an immutable system boots
	if err := a.Restore(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"root", "kairos"} {
		if _, _, err := a.Login(t.Context(), name, "third set of words", "", false); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := a.Login(t.Context(), "kairos", good, "", false); !errors.Is(err, ErrWrongPassword) {
		t.Errorf("the image's password is back: %v", err)
	}
}
