package auth

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	minPassword = 8   // characters; NIST SP 800-63B, section 3.1.1.2
	maxPassword = 256 // bytes
	// maxMinLength and maxClasses bound what may be asked: everybody must still be able to think of a password.
	maxMinLength = 64
	maxClasses   = 4
)

// PasswordRules is what a new password must be besides not easy to guess. The zero value asks for 8 characters of any kind.
type PasswordRules struct {
	// MinLength is in characters, 8 to 64; 0 means 8.
	MinLength int `yaml:"minLength"`
	// Classes is how many kinds of characters must be mixed: lower case, upper case, digits, others. 0 to 4.
	Classes int `yaml:"classes"`
	// HideChange is for hosts whose passwords are set by something else: Local UI, console and https offer no change.
	HideChange bool `yaml:"hideChange"`
	// MaxAgeDays is how long the password of a new user is good; then a new one is asked for. 0 means for ever, at most 3650.
	MaxAgeDays int `yaml:"maxAgeDays"`
}

// Validate tells what is wrong with the rules themselves.
func (r PasswordRules) Validate() error {
	if r.MinLength != 0 && (r.MinLength < minPassword || r.MinLength > maxMinLength) {
		return fmt.Errorf("passwords.minLength is %d; it must be %d to %d", r.MinLength, minPassword, maxMinLength)
	}
	if r.Classes < 0 || r.Classes > maxClasses {
		return fmt.Errorf("passwords.classes is %d; it must be 0 to %d", r.Classes, maxClasses)
	}
	if r.MaxAgeDays < 0 || r.MaxAgeDays > MaxExpiry {
		return fmt.Errorf("passwords.maxAgeDays is %d; it must be 0 to %d", r.MaxAgeDays, MaxExpiry)
	}
	return nil
}

// Length is the least number of characters.
func (r PasswordRules) Length() int { return max(r.MinLength, minPassword) }

// classes counts the kinds of characters in a password.
func classes(password string) (n int) {
	other := func(r rune) bool { return !unicode.IsLower(r) && !unicode.IsUpper(r) && !unicode.IsDigit(r) }
	for _, kind := range []func(rune) bool{unicode.IsLower, unicode.IsUpper, unicode.IsDigit, other} {
		if strings.ContainsFunc(password, kind) {
			n++
		}
	}
	return n
}

// validName is what useradd(8) of Debian takes, without upper case and the trailing dollar.
var validName = regexp.MustCompile(`^[a-z_][a-z0-9_-]{0,31}$`)

// common are passwords of at least minPassword characters that every guesser tries first. Lower case, sorted.
var common = []string{
	"11111111", "12341234", "12345678", "123456789", "1234567890", "1q2w3e4r", "1qaz2wsx", "admin123", "administrator",
	"baseball", "changeit", "changeme", "computer", "football", "iloveyou", "kubernetes", "letmein1", "p@ssw0rd",
	"passw0rd", "password", "password1", "password123", "princess", "q1w2e3r4", "qwer1234", "qwerty123", "qwertyui",
	"qwertyuiop", "superman", "trustno1", "welcome1", "welcome123", "whatever",
}

// CheckName tells what is wrong with the name of a new user.
func CheckName(name string) error {
	if !validName.MatchString(name) {
		return errors.New("a user name has 1 to 32 lower-case letters, digits, - and _, and begins with a letter or _")
	}
	return nil
}

// Check tells what is wrong with a new password. Long beats complicated: as NIST SP 800-63B advises there are no classes
// of characters to mix unless the owner of the host wants it, but what guessers try first is refused.
func (r PasswordRules) Check(name, password string) error {
	lower := strings.ToLower(password)
	switch {
	case utf8.RuneCountInString(password) < r.Length():
		return fmt.Errorf("the password is too short: use at least %d characters, three or four unrelated words are best", r.Length())
	case len(password) > maxPassword:
		return fmt.Errorf("the password is too long: use at most %d bytes", maxPassword)
	case !utf8.ValidString(password) || strings.ContainsFunc(password, unicode.IsControl):
		return errors.New("the password has characters that cannot be typed at a console; use letters, digits, signs and spaces")
	case classes(password) < r.Classes:
		return fmt.Errorf("the password is too plain: mix at least %d of lower case, upper case, digits and other characters", r.Classes)
	case strings.Trim(lower, "0123456789!?.-_ ") == name || strings.Contains(lower, "slipway"):
		return errors.New("the password is too easy to guess: it is made from the user name or the product's name")
	case trivial(lower):
		return errors.New("the password is one of the first that is tried; choose another, three or four unrelated words are best")
	}
	return nil
}

// trivial reports common passwords, repetitions of at most three characters, and runs such as abcdefgh.
func trivial(lower string) bool {
	if slices.Contains(common, lower) {
		return true
	}
	r := []rune(lower)
	for period := 1; period <= 3; period++ {
		if periodic(r, period) {
			return true
		}
	}
	up, down := true, true
	for i := 1; i < len(r); i++ {
		up = up && r[i] == r[i-1]+1
		down = down && r[i] == r[i-1]-1
	}
	return up || down
}

func periodic(r []rune, period int) bool {
	for i := period; i < len(r); i++ {
		if r[i] != r[i-period] {
			return false
		}
	}
	return true
}
