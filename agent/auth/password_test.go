package auth

import (
	"slices"
	"strings"
	"testing"
)

// Feature 45.
func TestCheckPassword(t *testing.T) {
	for _, p := range []string{good, "tG7#kd9q", "пароль-длинный", "aaaabbbbccccdddd", "ann likes blue tea", strings.Repeat("w o r d ", 32)} {
		if err := (PasswordRules{}).Check("ann", p); err != nil {
			t.Errorf("%q: %v", p, err)
		}
	}
	for _, p := range []string{"", "seven77", "Password", "PASSW0RD", "password123", "zzzzzzzz", "abababab", "abcabcabcabc", "abcdefgh", "87654321",
		"annemarie", "Annemarie2024!", "MySlipway2024", "has\x00a nul byte", "two\nlines here", "bad\xffutf8 here", strings.Repeat("x y", 100)} {
		if err := (PasswordRules{}).Check("annemarie", p); err == nil {
			t.Errorf("%q was accepted", p)
		} else if p != "" && strings.Contains(err.Error(), p) {
			t.Errorf("the error shows the password: %v", err)
		}
	}
	if !slices.IsSorted(common) {
		t.Error("the list of common passwords is not sorted")
	}
}

// Feature 45.
func TestPasswordRules(t *testing.T) {
	for _, c := range []struct {
		rules    PasswordRules
		password string
		want     string
	}{
		{PasswordRules{MinLength: 12}, "elevenchars", "at least 12"},
		{PasswordRules{MinLength: 12}, "twelve chars", ""},
		{PasswordRules{MinLength: 12}, "двенадцать !", ""},
		{PasswordRules{Classes: 3}, "lower only words", "at least 3"},
		{PasswordRules{Classes: 3}, "Lower and Upper", ""},
		{PasswordRules{Classes: 4}, "Lower and Upper", "at least 4"},
		{PasswordRules{Classes: 4}, "Lower and Upper 7", ""},
	} {
		err := c.rules.Check("ann", c.password)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v %q: %v, want %q", c.rules, c.password, err, c.want)
		}
	}
	for _, r := range []PasswordRules{{MinLength: 7}, {MinLength: 65}, {Classes: -1}, {Classes: 5}} {
		if r.Validate() == nil {
			t.Errorf("%+v is taken", r)
		}
	}
}

func TestCheckName(t *testing.T) {
	for _, n := range []string{"ann", "a", "_svc", "ann-marie_2", strings.Repeat("a", 32)} {
		if err := CheckName(n); err != nil {
			t.Errorf("%q: %v", n, err)
		}
	}
	for _, n := range []string{"", "Ann", "1ann", "-ann", "ann:x", "ann\n", "änn", "a b", "../etc", strings.Repeat("a", 33)} {
		if err := CheckName(n); err == nil {
			t.Errorf("%q was accepted", n)
		}
	}
}
