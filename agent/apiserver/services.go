package apiserver

import (
	"context"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/slipway-os/slipway/agent/api"
)

// Caller is who asks. The zero value is nobody.
type Caller struct {
	User string
	// Role is "admin" (may change), "viewer" (may look) or "" (nobody).
	Role string
	// Via is "socket" or "https".
	Via     string
	Address string
	// Session is the session's secret for callers over https, SessionID what others may know of it.
	Session, SessionID string
	// ExpiresAt is when the session ends, Extended whether it was asked to last a day.
	ExpiresAt time.Time
	Extended  bool
}

// Sessions logs people in and out and knows who is asking.
type Sessions interface {
	// SocketCaller says who is at the other end of the unix socket; the zero Caller when nobody the host knows.
	SocketCaller(conn *net.UnixConn) Caller
	// SessionCaller says whose session the token is; the zero Caller when nobody's.
	SessionCaller(token string) Caller
	Login(ctx context.Context, user, password, address string, extended bool) (api.Session, error)
	// ChangeExpired replaces a password that must be changed.
	ChangeExpired(ctx context.Context, user, current, password, address string) error
	Logout(ctx context.Context, token string) error
	// Renew replaces a token by a new one whose session begins now.
	Renew(ctx context.Context, token string) (api.Session, error)
	List(ctx context.Context, current string) ([]api.SessionInfo, error)
	Revoke(ctx context.Context, id string) error
}

// Users are the people who may log in.
type Users interface {
	// Setup says whether the first user is missing, and what a new password must be.
	Setup() (api.Setup, error)
	SetupCode() (string, error)
	// CreateFirst creates the first user; trusted callers need no code.
	CreateFirst(ctx context.Context, u api.FirstUser, trusted bool) error
	Create(ctx context.Context, u api.NewUser) error
	List(ctx context.Context) ([]api.User, error)
	SetPassword(ctx context.Context, by Caller, user string, p api.PasswordChange) error
	Change(ctx context.Context, by Caller, user string, c api.UserChange) error
	Delete(ctx context.Context, by Caller, user string) error
}

// Keys are the SSH keys that open an account.
type Keys interface {
	List(ctx context.Context, by Caller, user string) ([]api.SSHKey, error)
	Add(ctx context.Context, by Caller, user, key string) (api.SSHKey, error)
	Remove(ctx context.Context, by Caller, user, fingerprint string) error
}

// Certificate is what browsers see of this host.
type Certificate interface {
	Show(ctx context.Context) (api.HostCertificate, error)
	Install(ctx context.Context, c api.InstallCertificate) error
	Remove(ctx context.Context) error
	Request(ctx context.Context, r api.HostCertificateRequest) (api.SigningRequest, error)
}

// Theme is how the pages look, as the owner of the host wants it.
type Theme interface {
	// Look is what everybody sees, before the log-in as well.
	Look(ctx context.Context) api.Theme
	Menu(ctx context.Context) api.ThemeMenu
	Set(ctx context.Context, c api.ThemeChange) error
	Logo(ctx context.Context) (data []byte, kind string, err error)
	// SetLogo without data goes back to the product's.
	SetLogo(ctx context.Context, data []byte) error
	// Frames are the origins that the pages may show inside.
	Frames() []string
}

// Pages are the static pages of the owner of the host.
type Pages interface {
	Page(ctx context.Context, name string) ([]byte, error)
	SetPage(ctx context.Context, name string, p api.StaticPage) error
	RemovePage(ctx context.Context, name string) error
}

// Host is this machine.
type Host interface {
	Show(ctx context.Context) (api.Host, error)
	Power(ctx context.Context, r api.PowerRequest) (api.Operation, error)
	ShowUpgrade(ctx context.Context) (api.Upgrade, error)
	Upgrade(ctx context.Context, r api.UpgradeRequest) (api.Operation, error)
	// Clean takes away what an earlier Kubernetes left.
	Clean(ctx context.Context) (api.Operation, error)
	SetTimeServers(ctx context.Context, servers []string) error
	SetManagement(ctx context.Context, adapter string) error
	SetTags(ctx context.Context, tags map[string]string) error
}

// UserData is the cloud-config of this host.
type UserData interface {
	Show(ctx context.Context) (api.UserData, error)
	Check(ctx context.Context, c api.UserDataChange) (api.UserDataCheck, error)
	Set(ctx context.Context, c api.UserDataChange) (api.UserData, error)
}

// Proxy is how this host reaches what is outside.
type Proxy interface {
	Show(ctx context.Context) (api.Proxy, error)
	Preview(ctx context.Context, s api.ProxySettings) (api.NetworkPreview, error)
	Set(ctx context.Context, s api.ProxySettings) error
}

// About tells what the system is made from.
type About interface {
	Licences(ctx context.Context) ([]api.Component, error)
}

// Equipment is what belongs to this machine alone: its disks and its console.
type Equipment interface {
	CreatePool(ctx context.Context, r api.PoolRequest) (api.Operation, error)
	SetConsole(ctx context.Context, displayOnly bool) error
}

// Diag answers what a person asks when something does not work.
type Diag interface {
	Ping(ctx context.Context, target string, count int) (api.DiagResult, error)
	Trace(ctx context.Context, target string) (api.DiagResult, error)
	Lookup(ctx context.Context, q api.DnsRequest) (api.DiagResult, error)
	Port(ctx context.Context, target string, port int) (api.DiagResult, error)
	Neighbours(ctx context.Context) ([]api.Neighbour, error)
	Logs(ctx context.Context, q api.DiagLogsParams) (api.LogLines, error)
	// Files are what was left on the host for whoever looks into a fault.
	Files(ctx context.Context) ([]api.DiagFile, error)
	OpenFile(ctx context.Context, folder, name string) (io.ReadCloser, api.DiagFile, error)
	// Errors are the agent's own, grouped.
	Errors(ctx context.Context) ([]api.AgentError, error)
}

// Support is the support bundle of this host.
type Support interface {
	Show(ctx context.Context) (api.SupportBundle, error)
	Make(ctx context.Context) (api.Operation, error)
	Open(ctx context.Context) (io.ReadCloser, api.SupportBundle, error)
	Sticks(ctx context.Context) ([]api.Stick, error)
	Write(ctx context.Context, device string) (api.Operation, error)
}

// Network is the host's adapters and name.
type Network interface {
	Show(ctx context.Context) (api.Network, error)
	// Preview says what a change would do and what is wrong with it.
	Preview(ctx context.Context, c api.NetworkChange) (api.NetworkPreview, error)
	Start(ctx context.Context, c api.NetworkChange) (api.Try, error)
	// Confirm keeps a try; opened is when the caller's connection was accepted.
	Confirm(ctx context.Context, id string, opened time.Time) (api.Try, error)
	Cancel(ctx context.Context, id string) (api.Try, error)
	SetHostname(ctx context.Context, name string) error
}

// Links is the group of linked hosts.
type Links interface {
	List(ctx context.Context) (api.Link, error)
	Token(ctx context.Context) (api.LinkToken, error)
	StartToken(ctx context.Context) (api.LinkToken, error)
	StopToken(ctx context.Context) error
	Join(ctx context.Context, r api.JoinRequest) (api.Operation, error)
	Leave(ctx context.Context, force bool) (api.Operation, error)
	Promote(ctx context.Context) (api.Operation, error)
	Remove(ctx context.Context, host string) (api.Operation, error)
}

// Content is the storage pool.
type Content interface {
	List(ctx context.Context) ([]api.ContentItem, error)
	Show(ctx context.Context, digest string) (api.ContentDetail, error)
	Verify(ctx context.Context) (api.Operation, error)
	Delete(ctx context.Context, digest string, dryRun bool) (api.ContentDeletion, error)
	// Definitions are the cluster definitions that the items hold.
	Definitions(ctx context.Context) ([]api.Definition, error)
	// Screen is the HTML of a definition's own screen.
	Screen(ctx context.Context, name, version string) ([]byte, error)
	// Storage is the state of this host's pool and registry.
	Storage(ctx context.Context) (api.Storage, error)
}

// Drafts keeps the unfinished answers of the wizard.
type Drafts interface {
	Show(ctx context.Context) (api.ClusterDraft, error)
	Save(ctx context.Context, spec, user string) (api.ClusterDraft, error)
	Drop(ctx context.Context) error
}

// Forms helps the wizard while one types.
type Forms interface {
	ProbeVIP(ctx context.Context, address string) (api.VIPProbe, error)
	NewCertificate(ctx context.Context, commonName string) (api.NewCertificate, error)
}

// Clusters is the cluster of the group.
type Clusters interface {
	List(ctx context.Context) ([]api.Cluster, error)
	Plan(ctx context.Context, c api.CreateCluster) (api.Plan, error)
	Create(ctx context.Context, c api.CreateCluster) (api.Operation, error)
	Delete(ctx context.Context, name string, force bool) (api.Operation, error)
	Kubeconfig(ctx context.Context, name string) ([]byte, error)
	// SetAccess replaces the NTP servers and SSH keys of the cluster's hosts.
	SetAccess(ctx context.Context, name string, access api.ClusterAccess) error
}

// MaxClusterEvents is how many events are answered at once, at most.
const MaxClusterEvents = 1000

// ClusterViews is what one looks at of a cluster beside its state; every host of the group answers.
type ClusterViews interface {
	Spec(ctx context.Context, name string) (api.ClusterSpec, error)
	Steps(ctx context.Context, name string) ([]api.Step, error)
	Events(ctx context.Context, name, namespace string, limit int) (api.ClusterEvents, error)
	Services(ctx context.Context, name string) ([]api.ClusterService, error)
	Certificates(ctx context.Context, name string) ([]api.ClusterCertificate, error)
}

// Operations is the long work.
type Operations interface {
	List() []api.Operation
	Get(id string) (api.Operation, error)
	// Wait answers when the operation has ended or ctx is over.
	Wait(ctx context.Context, id string) (api.Operation, error)
	Cancel(ctx context.Context, id string) (api.Operation, error)
}

// Event is one message of the event stream.
type Event struct {
	ID    uint64
	Topic string
	Type  string
	Data  []byte
}

// Events is what clients watch.
type Events interface {
	Subscribe(ctx context.Context, topics []string) (<-chan Event, error)
}

// AuditRecord is one change that somebody made or tried to make.
type AuditRecord struct {
	Caller  Caller
	Action  string
	Outcome string
	DryRun  bool // nothing was changed
	Forced  bool
}

// AuditFilter selects entries; zero fields select everything. Outcome is done, refused (everything else) or a code.
type AuditFilter struct {
	User, Text, Outcome string
	Since, Until        time.Time
	Limit               int
}

// Audit keeps every change.
type Audit interface {
	Append(r AuditRecord) error
	List(f AuditFilter) ([]api.AuditEntry, error)
}

// Services is everything the server asks.
type Services struct {
	// What people set for themselves and for the pages.
	Keys        Keys
	Certificate Certificate
	Theme       Theme
	Pages       Pages

	Version string
	// KnownAs tells whether a name in lower case is this host's; addresses need no telling.
	KnownAs    func(name string) bool
	Sessions   Sessions
	Users      Users
	Host       Host
	Network    Network
	Proxy      Proxy
	Equipment  Equipment
	UserData   UserData
	About      About
	Links      Links
	Content    Content
	Clusters   Clusters
	Drafts     Drafts
	Forms      Forms
	Operations Operations
	Events     Events
	Audit      Audit
	Diag       Diag
	Support    Support
	// Uploads is the tus handler; it sees the full path, below /api/v1/uploads/.
	Uploads http.Handler
	// Peer is the handler of /peer/v1/; it admits only hosts of the roster by itself.
	Peer http.Handler
	// Views of the cluster.
	Views ClusterViews
	// UI serves everything else.
	UI http.Handler
	// Heartbeat is how often an event stream sends a comment so that dead connections are found.
	Heartbeat time.Duration
}
