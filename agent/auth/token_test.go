package auth

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestRequestToken(t *testing.T) {
	tok, other := newToken(), newToken()
	for name, c := range map[string]struct {
		authorization, cookies []string
		want                   string
		fromCookie, ok         bool
	}{
		"bearer":             {[]string{"Bearer " + tok}, nil, tok, false, true},
		"lower case":         {[]string{"bearer " + tok}, nil, tok, false, true},
		"cookie":             {nil, []string{CookieName + "=" + tok}, tok, true, true},
		"among others":       {nil, []string{"a=b; " + CookieName + "=" + tok + "; c=d"}, tok, true, true},
		"bearer wins":        {[]string{"Bearer " + tok}, []string{CookieName + "=" + other}, tok, false, true},
		"bad bearer, cookie": {[]string{"Basic " + tok}, []string{CookieName + "=" + other}, tok, false, false},
		"two bearers":        {[]string{"Bearer " + tok, "Bearer " + other}, nil, tok, false, false},
		"two cookies":        {nil, []string{CookieName + "=" + tok + "; " + CookieName + "=" + other}, "", true, false},
		"nothing":            {nil, nil, "", true, false},
		"short":              {[]string{"Bearer " + tok[1:]}, nil, tok[1:], false, false},
		"bad letter":         {nil, []string{CookieName + "=" + tok[:42] + "*"}, tok[:42] + "*", true, false},
	} {
		r := &http.Request{Header: http.Header{"Authorization": c.authorization, "Cookie": c.cookies}}
		got, fromCookie, ok := RequestToken(r)
		if ok != c.ok || fromCookie != c.fromCookie || (ok && got != c.want) {
			t.Errorf("%s: %q %v %v", name, got, fromCookie, ok)
		}
	}
}

func TestCookieIsOutOfReach(t *testing.T) {
	s := Cookie(newToken(), time.Now().Add(time.Hour)).String()
	for _, want := range []string{"HttpOnly", "Secure", "SameSite=Strict", "Path=/", "Expires="} {
		if !strings.Contains(s, want) {
			t.Errorf("cookie %q lacks %s", s, want)
		}
	}
	if !strings.Contains(ClearCookie().String(), "Max-Age=0") {
		t.Errorf("ClearCookie: %s", ClearCookie())
	}
}

func FuzzRequestToken(f *testing.F) {
	tok := newToken()
	f.Add("Bearer "+tok, CookieName+"="+tok)
	f.Add("", CookieName+"=\""+tok+"\"; "+CookieName+"=")
	f.Fuzz(func(t *testing.T, authorization, cookie string) {
		h := http.Header{"Cookie": {cookie}}
		if authorization != "" {
			h.Set("Authorization", authorization)
		}
		got, _, ok := RequestToken(&http.Request{Header: h})
		if ok && (len(got) != tokenLen || strings.ContainsAny(got, "\";, \n=")) {
			t.Fatalf("token %q", got)
		}
	})
}
