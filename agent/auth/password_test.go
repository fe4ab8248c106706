package auth

import (
	"slices"
	"strings"
	"testing"
)

func TestCheckPassword(t *testing.T) {
	for _, p := range []string{good, "tG7#kd9q", "пароль-длинный", "aaaabbbbccccdddd", "ann likes blue tea", strings.Repeat("w o r d ", 32)} {
		if err := CheckPassword("ann", p); err != nil {
			t.Errorf("%q: %v", p, err)
		}
	}
	for _, p := range []string{"", "seven77", "Password", "PASSW0RD", "password123", "zzzzzzzz", "abababab", "abcabcabcabc", "abcdefgh", "87654321",
		"annemarie", "Annemarie2024!", "MySlipway2024", "has\x00a nul byte", "two\nlines here", "bad\xffutf8 here", strings.Repeat("x y", 100)} {
		if err := CheckPassword("annemarie", p); err == nil {
			t.Errorf("%q was accepted", p)
		} else if p != "" && strings.Contains(err.Error(), p) {
			t.Errorf("the error shows the password: %v", err)
		}
	}
	if !slices.IsSorted(common) {
		t.Error("the list of common passwords is not sorted")
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
