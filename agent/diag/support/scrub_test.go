package support

import (
	"encoding/base64"
	"strings"
	"testing"
	"unicode/utf8"
)

// canary is in every secret of these tests; it may be in no bundle.
const canary = "CANARYcanary0123456789"

// planted are secrets as they turn up in files and logs.
var planted = map[string]string{
	"private key":             "-----BEGIN PRIVATE KEY-----\nMIIB" + canary + "\n-----END PRIVATE KEY-----\n",
	"private key of OpenSSH":  "-----BEGIN OPENSSH PRIVATE KEY-----\n" + canary + "\n-----END OPENSSH PRIVATE KEY-----",
	"private key in a log":    "Mar 14 h1 x[1]: -----BEGIN EC PRIVATE KEY-----\nMar 14 h1 x[1]: " + canary + "\nMar 14 h1 x[1]: -----END EC PRIVATE KEY-----",
	"private key cut off":     "x\n-----BEGIN PRIVATE KEY-----\n" + canary + "\n",
	"private key in JSON":     `{"pem":"-----BEGIN PRIVATE KEY-----\n` + canary + `\n-----END PRIVATE KEY-----\n"}`,
	"the end of one":          canary + "\n-----END RSA PRIVATE KEY-----\nrest",
	"kubeconfig":              "    client-key-data: " + base64.StdEncoding.EncodeToString([]byte("-----BEGIN EC PRIVATE KEY-----\n"+canary)) + "\n",
	"base64 of a key":         "x " + base64.StdEncoding.EncodeToString([]byte("-----BEGIN PRIVATE KEY-----"+canary)),
	"bearer":                  "Authorization: Bearer " + canary,
	"bearer in Go":            "header=map[Authorization:[Bearer " + canary + "]]",
	"basic":                   "proxy-authorization: Basic " + canary,
	"cookie":                  "Cookie: slipway_session=" + canary + "; other=1",
	"set-cookie":              `"Set-Cookie": "slipway_session=` + canary + `; Path=/"`,
	"url":                     "proxy http://ann:" + canary + "@proxy.example:3128/ refused",
	"url without user":        "https://" + canary + "@git.example/x",
	"password hash":           "ann:$6$salt$" + canary + ":19000:0:99999:7:::",
	"yescrypt":                "ann:$y$j9T$" + canary + "$x1:19000::::::",
	"bcrypt":                  "$2b$12$" + canary,
	"link token":              "joining with " + base64.RawURLEncoding.EncodeToString([]byte(`{"v":1,"addresses":["10.0.0.1"],"otp":"`+canary+`"}`)),
	"JSON web token":          "eyJhbGciOiJSUzI1NiJ9eyJhbGciOiJSUzI1NiJ9." + canary + "." + canary,
	"bootstrap token":         "kubeadm join 10.0.0.1:6443 --token abcdef." + strings.ToLower(canary)[:16],
	"option":                  "tool --password " + canary + " --verbose",
	"option with =":           "tool --registry-token=" + canary,
	"certificate key":         "--certificate-key " + canary,
	"json":                    `{"registryPassword": "` + canary + `", "x": 1}`,
	"json with quotes in it":  `{"secret":"a\"` + canary + `"}`,
	"yaml":                    "otp: " + canary,
	"yaml in quotes":          "  dbPassword: '" + canary + "'",
	"slog":                    `level=INFO msg="x" setupCode=` + canary + ` seed="` + canary + `"`,
	"environment":             "AWS_SECRET_ACCESS_KEY=" + canary,
	"session token by itself": "x Q" + canary + "abcdefghijABCDEFGHIJ y",
}

func TestScrubTakesSecretsOut(t *testing.T) {
	for name, text := range planted {
		got := Scrub("before\n" + text + "\nafter")
		if name == "the end of one" { // what stood before it cannot be told from the key
			got = "before\n" + Scrub(text+"\nafter")
		}
		for _, part := range []string{canary, strings.ToLower(canary)[:16]} {
			if strings.Contains(got, part) {
				t.Errorf("%s: it is still there: %s", name, got)
			}
		}
		if !strings.Contains(got, "before") || (name != "private key cut off" && !strings.Contains(got, "after")) {
			t.Errorf("%s: it takes what stands around it: %s", name, got)
		}
	}
}

func TestScrubLeavesTheRest(t *testing.T) {
	for _, text := range []string{
		"default via 10.77.0.1 dev eth0 proto dhcp src 10.77.0.11 metric 1024",
		"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
		"pvc-3f9a1c52-8a3e-4b61-9a55-0d2f4ce1b7aa",
		`level=WARN msg="peer does not answer" host=h2 after=2s error="dial tcp 10.0.0.5:5080: connect: connection refused"`,
		"https://10.77.0.11:5080/api/v1/host",
		"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
		`{"id": "abc", "state": "running", "progress": {"done": 1, "total": 2}}`,
		"a link token expired",
		"2026-03-14T15:08:01Z kubelet: Started container kube-controller-manager",
	} {
		if got := Scrub(text); got != text {
			t.Errorf("%q becomes %q", text, got)
		}
	}
}

func FuzzScrub(f *testing.F) {
	for _, text := range planted {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := Scrub(text)
		if utf8.ValidString(text) && !utf8.ValidString(got) {
			t.Errorf("%q becomes %q", text, got)
		}
		if key := "-----BEGIN PRIVATE KEY-----\n" + canary + "\n-----END PRIVATE KEY-----"; strings.Contains(Scrub(text+"\n"+key), canary) {
			t.Errorf("after %q a key stays", text)
		}
	})
}

func BenchmarkScrub(b *testing.B) {
	text := strings.Repeat(`2026-03-14T15:08:01+0000 h1 slipway[812]: level=WARN msg="peer does not answer" host=h2 after=2s error="dial tcp 10.0.0.5:5080: connect: connection refused"`+"\n", 1<<20/160)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Scrub(text)
	}
}
