// Package certificate keeps the TLS certificate that browsers see, when the owner of the host has one from an authority of
// their own. Without one browsers see the self-signed certificate of the host's identity.
//
//	self-signed --Request--> key stays on the host, CSR goes out --the authority signs--> Install --> own --Remove--> self-signed
//	     \--------------------- Install with a key made elsewhere ------------------------------------^
//
// Linked hosts and the command line do not look at this certificate: they ask for the identity by name (linking.ServerName)
// and compare its key with their pin, so that no renewal here can cut a host from its group.
//
// On disk there is own.pem, key and chain together so that there are always both or none, and request.pem, the key of a
// request that waits for its certificate.
package certificate
