package linknet

import (
	"crypto/tls"
	"crypto/x509"
	"errors"

	"github.com/slipway-os/slipway/linking"
)

// errWrongPin says that the host that answered does not have the key it should have.
var errWrongPin = errors.New("the host that answered has another certificate")

// ServerTLS is the configuration of the host's one port: browsers, bearer tokens and peers. A client certificate is
// asked for, not demanded, and never checked against an authority: RequirePeer compares its pin with the roster. Who does
// not ask for linking.ServerName sees what own returns, if anything; own may be nil.
func (id Identity) ServerTLS(own func() *tls.Certificate) *tls.Config {
	// Naming acceptable issuers keeps browsers from asking their user for a certificate; peers send theirs regardless.
	issuers := x509.NewCertPool()
	issuers.AddCert(id.Certificate.Leaf)
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		ClientAuth: tls.RequestClientCert,
		ClientCAs:  issuers,
		GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			if own != nil && hello.ServerName != linking.ServerName {
				if c := own(); c != nil {
					return c, nil
				}
			}
			return &id.Certificate, nil
		},
		SessionTicketsDisabled: true, // a resumed session would go on with the certificate of before
	}
}

// ClientTLS is the configuration to reach the one host with that pin. Authorities, names and dates take no part: the
// connection is refused before anything is sent on it, unless the key is the pinned one. VerifyConnection also runs
// when a session is resumed.
func (id Identity) ClientTLS(pin string) *tls.Config {
	return &tls.Config{
		MinVersion:         tls.VersionTLS13,
		ServerName:         linking.ServerName,
		InsecureSkipVerify: true, // replaced by VerifyConnection
		VerifyConnection: func(cs tls.ConnectionState) error {
			if pinOf(cs) != pin {
				return errWrongPin
			}
			return nil
		},
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &id.Certificate, nil },
	}
}

// pinOf returns the pin of the certificate that the other side proved to own, or "".
func pinOf(cs tls.ConnectionState) string {
	if len(cs.PeerCertificates) == 0 {
		return ""
	}
	return linking.PinOf(cs.PeerCertificates[0])
}
