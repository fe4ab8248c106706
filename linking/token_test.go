package linking

import (
	"encoding/base64"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
)

var (
	testPin  = pinPrefix + strings.Repeat("ab", 32)
	testTime = time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	testTok  = Token{Addresses: []string{"10.0.0.7", "fd00::7"}, Port: 5080, Pin: testPin, OTP: "0123456789012345", Expires: testTime}
)

func TestTokenRoundTrip(t *testing.T) {
	text, err := testTok.Encode()
	if err != nil {
		t.Fatal(err)
	}
	for name, pasted := range map[string]string{"as is": text, "padded": text + "==", "wrapped": "  " + text[:40] + "\r\n" + text[40:] + "\n"} {
		got, err := ParseToken(pasted)
		if err != nil || !reflect.DeepEqual(got, testTok) {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
	if strings.Contains(fmt.Sprintf("%v", testTok), testTok.OTP) {
		t.Error("a printed token shows its one-time password")
	}
}

func TestParseTokenRefuses(t *testing.T) {
	good := `{"v":1,"addresses":["10.0.0.7"],"port":5080,"spki_sha256":"` + strings.Repeat("ab", 32) + `","otp":"0123456789012345","expires":1}`
	if _, err := ParseToken(base64.RawURLEncoding.EncodeToString([]byte(good))); err != nil {
		t.Fatalf("the good one: %v", err)
	}
	many := `"10.0.0.1"` + strings.Repeat(`,"10.0.0.1"`, MaxAddresses)
	for name, c := range map[string]struct {
		old, new string
		code     Code
	}{
		"other version":       {`"v":1`, `"v":2`, CodeVersion},
		"no version":          {`"v":1,`, ``, CodeVersion},
		"no address":          {`"10.0.0.7"`, ``, CodeMalformed},
		"a name":              {`10.0.0.7`, `leader.example`, CodeMalformed},
		"a zone":              {`10.0.0.7`, `fe80::1%eth0`, CodeMalformed},
		"not canonical":       {`10.0.0.7`, `FD00::7`, CodeMalformed},
		"unspecified":         {`10.0.0.7`, `0.0.0.0`, CodeMalformed},
		"multicast":           {`10.0.0.7`, `224.0.0.1`, CodeMalformed},
		"too many addresses":  {`"10.0.0.7"`, many, CodeMalformed},
		"port 0":              {`5080`, `0`, CodeMalformed},
		"port too large":      {`5080`, `65536`, CodeMalformed},
		"short pin":           {`abab"`, `ab"`, CodeMalformed},
		"upper case pin":      {`abab"`, `ABAB"`, CodeMalformed},
		"short password":      {`0123456789012345`, `012345678901234`, CodeMalformed},
		"password of letters": {`0123456789012345`, `012345678901234x`, CodeMalformed},
		"not JSON":            {`{`, `[`, CodeMalformed},
		"wrong type":          {`5080`, `"5080"`, CodeMalformed},
	} {
		bad := strings.Replace(good, c.old, c.new, 1)
		if bad == good {
			t.Fatalf("%s: nothing replaced", name)
		}
		_, err := ParseToken(base64.RawURLEncoding.EncodeToString([]byte(bad)))
		if CodeOf(err) != c.code {
			t.Errorf("%s: got %v, want code %s", name, err, c.code)
		}
	}
	for _, text := range []string{"", "!", strings.Repeat("A", MaxTokenBytes+1)} {
		if _, err := ParseToken(text); !errors.Is(err, Refuse(CodeMalformed, "")) {
			t.Errorf("%.10q: got %v", text, err)
		}
	}
}

func TestEncodeRefusesWhatParseWould(t *testing.T) {
	bad := testTok
	bad.Addresses = nil
	if _, err := bad.Encode(); err == nil {
		t.Error("a token without address was written")
	}
}

func FuzzParseToken(f *testing.F) {
	text, _ := testTok.Encode()
	f.Add(text)
	f.Add("eyJ2IjoxfQ")
	f.Fuzz(func(t *testing.T, text string) {
		token, err := ParseToken(text)
		if err != nil {
			if CodeOf(err) == "" {
				t.Fatalf("not a refusal: %v", err)
			}
			return
		}
		again, err := token.Encode()
		if err != nil {
			t.Fatalf("parsed but cannot be written: %v", err)
		}
		if back, err := ParseToken(again); err != nil || !reflect.DeepEqual(back, token) {
			t.Fatalf("%+v became %+v, %v", token, back, err)
		}
	})
}
