package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strings"
	"time"
)

// CookieName is the cookie that holds a browser's token.
const CookieName = "slipway_session"

// tokenLen is the length of 256 bits in unpadded base64url (RFC 4648, section 5).
const tokenLen = 43

func newToken() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// tokenKey is what the host keeps of a token. The token has 256 random bits, so a plain hash is enough.
func tokenKey(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

func validToken(s string) bool {
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	return err == nil && len(s) == tokenLen && len(b) == 32
}

// RequestToken finds the token of a request: "Authorization: Bearer TOKEN", or else the cookie. fromCookie tells the
// server that it must check where the request comes from, because browsers send cookies by themselves.
func RequestToken(r *http.Request) (token string, fromCookie, ok bool) {
	if h := r.Header.Values("Authorization"); len(h) > 0 {
		scheme, token, _ := strings.Cut(h[0], " ")
		return token, false, len(h) == 1 && strings.EqualFold(scheme, "Bearer") && validToken(token)
	}
	cookies := r.CookiesNamed(CookieName)
	if len(cookies) != 1 { // two would mean that another site or port planted one
		return "", true, false
	}
	return cookies[0].Value, true, validToken(cookies[0].Value)
}

// Cookie is what the browser keeps: out of reach of scripts, and never sent by another site's pages.
func Cookie(token string, expires time.Time) *http.Cookie {
	return &http.Cookie{Name: CookieName, Value: token, Path: "/", Expires: expires, Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode}
}

// ClearCookie makes the browser forget the token.
func ClearCookie() *http.Cookie {
	c := Cookie("", time.Unix(1, 0))
	c.MaxAge = -1
	return c
}
