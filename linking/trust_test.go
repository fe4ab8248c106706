package linking

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestAuthorize(t *testing.T) {
	r, _, leaderPin := group(t)
	leader, one, two := uuid(0), member(1), member(2)
	stranger := member(9).Pin
	for name, c := range map[string]struct {
		self, pin string
		action    Action
		want      Code
	}{
		"follower syncs with leader":      {leader, one.Pin, ActSync, ""},
		"follower leaves":                 {leader, one.Pin, ActLeave, ""},
		"follower fetches from leader":    {leader, one.Pin, ActFetch, ""},
		"follower fetches from follower":  {two.ID, one.Pin, ActFetch, ""},
		"leader fetches from follower":    {two.ID, leaderPin, ActFetch, ""},
		"leader announces":                {two.ID, leaderPin, ActAnnounce, ""},
		"follower syncs with follower":    {two.ID, one.Pin, ActSync, CodeNotLeader},
		"follower leaves at follower":     {two.ID, one.Pin, ActLeave, CodeNotLeader},
		"follower announces":              {two.ID, one.Pin, ActAnnounce, CodeNotLeader},
		"follower announces to leader":    {leader, one.Pin, ActAnnounce, CodeNotLeader},
		"stranger syncs with leader":      {leader, stranger, ActSync, CodeRemoved},
		"stranger fetches from leader":    {leader, stranger, ActFetch, CodeRemoved},
		"stranger fetches from follower":  {two.ID, stranger, ActFetch, CodeNotMember},
		"stranger announces":              {two.ID, stranger, ActAnnounce, CodeNotMember},
		"stranger syncs with follower":    {two.ID, stranger, ActSync, CodeNotLeader},
		"no certificate":                  {two.ID, "", ActFetch, CodeNotMember},
		"the leader talks to itself":      {leader, leaderPin, ActSync, CodeNotMember},
		"the leader leaves its own group": {leader, leaderPin, ActLeave, CodeNotMember},
		"a follower is asked by itself":   {two.ID, two.Pin, ActFetch, CodeNotMember},
	} {
		m, err := Authorize(r, c.self, c.pin, c.action)
		if CodeOf(err) != c.want || err == nil && m.Pin != c.pin {
			t.Errorf("%s: got %v, %v", name, m.Name, err)
		}
	}
}

func TestAdmit(t *testing.T) {
	r, _, leaderPin := group(t)
	token := issued(t, testTime)
	full := r
	for i := 3; i < MaxMembers; i++ {
		full = full.With(member(i))
	}
	copied := member(5)
	copied.ID = uuid(1)
	itself := member(0)
	itself.Pin = leaderPin
	for name, c := range map[string]struct {
		roster  Roster
		self    Member
		version string
		otp     string
		want    Code
		spent   bool // the password is used up
	}{
		"new host":               {r, member(5), "1.2.9", token.OTP(), "", true},
		"linked host once more":  {r, member(1), "1.2.0", token.OTP(), "", true},
		"other version":          {r, member(5), "1.3.0", token.OTP(), CodeVersion, false},
		"wrong password":         {r, member(5), "1.2.0", "0000000000000000", CodeWrong, false},
		"copied disk":            {r, copied, "1.2.0", token.OTP(), CodeIDTaken, false},
		"the leader itself":      {r, itself, "1.2.0", token.OTP(), CodeIsLeader, false},
		"group full":             {full, member(300), "1.2.0", token.OTP(), CodeGroupFull, false},
		"full, but linked":       {full, member(7), "1.2.0", token.OTP(), "", true},
		"wrong and in the group": {r, member(1), "1.2.0", "0000000000000000", CodeWrong, false},
	} {
		next, state, err := Admit(c.roster, token, Joining{Version: "1.2.3", Now: testTime, Seed: seed(9),
			Request: JoinRequest{Version: c.version, OTP: c.otp, Self: c.self}})
		if CodeOf(err) != c.want || (state.OTP() != token.OTP()) != c.spent {
			t.Errorf("%s: got %v, spent %v", name, err, state.OTP() != token.OTP())
		}
		m, in := next.ByPin(c.self.Pin)
		if err == nil && (!in || m.Role != RoleFollower || next.Validate() != nil || next.Epoch != c.roster.Epoch+1) {
			t.Errorf("%s: roster %+v", name, next)
		}
		if err != nil && next.Epoch != c.roster.Epoch {
			t.Errorf("%s: a refusal changed the roster", name)
		}
	}
}

func TestAdmitAgain(t *testing.T) {
	r, _, _ := group(t)
	token := issued(t, testTime)
	join := Joining{Version: "1.2.3", Now: testTime, Seed: seed(9), Request: JoinRequest{Version: "1.2.3", OTP: token.OTP(), Self: member(5)}}
	in, token, err := Admit(r, token, join)
	if err != nil {
		t.Fatal(err)
	}
	again, _, err := Admit(in, token, join)
	if err != nil || again.Epoch != in.Epoch {
		t.Errorf("a lost answer: %v, epoch %d", err, again.Epoch)
	}
	if _, _, err := Admit(in.Without(uuid(5)), token, join); CodeOf(err) != CodeUsed {
		t.Errorf("a removed host came back with its old token: %v", err)
	}
	join.Now = testTime.Add(OTPLife)
	if _, _, err := Admit(in, token, join); CodeOf(err) != CodeUsed {
		t.Errorf("after its validity: %v", err)
	}
}

func TestCompatible(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{{"1.2.3", "1.2.9", true}, {"v1.2.3", "1.2.3-rc.1", true}, {"1.2.3", "1.3.3", false}, {"2.2.3", "1.2.3", false}, {"dev", "dev", true}, {"dev", "1.2.3", false}, {"", "1.2.3", false}} {
		if Compatible(c.a, c.b) != c.want {
			t.Errorf("%q and %q: not %v", c.a, c.b, c.want)
		}
	}
}

func TestRefusals(t *testing.T) {
	for code, sentence := range sentences {
		if r := FromPeer(string(code), ""); r.Code != code || r.Error() != sentence {
			t.Errorf("%s does not survive the way: %v", code, r)
		}
	}
	hostile := FromPeer("<b>", "\x1b[2Jevil\n"+strings.Repeat("x", 9999))
	if hostile.Code != CodeBadRequest || len(hostile.Detail) > maxDetail || strings.ContainsAny(hostile.Error(), "\x1b\n") {
		t.Errorf("hostile refusal: %q", hostile)
	}
	err := errors.Join(errors.New("x"), Refuse(CodeUsed, "a"))
	if !errors.Is(err, Refuse(CodeUsed, "b")) || errors.Is(err, Refuse(CodeWrong, "a")) || CodeOf(errors.New("x")) != "" {
		t.Error("refusals are not told apart by their codes")
	}
}

func TestParseRequests(t *testing.T) {
	self, _ := json.Marshal(member(1))
	join := `{"version":"1.2.3","otp":"1","self":` + string(self) + `}`
	q, err := ParseJoinRequest([]byte(join), member(8).Pin)
	if err != nil || q.Self.Pin != member(8).Pin || q.Self.Role != RoleFollower {
		t.Errorf("the pin is that of the certificate, whatever the body says: %+v, %v", q.Self, err)
	}
	sync := `{"hold":true,"self":` + string(self) + `,"report":{}}`
	s, err := ParseSyncRequest([]byte(sync), member(8).Pin)
	if err != nil || s.Report == nil || s.Self.Pin != member(8).Pin {
		t.Errorf("an empty report is a report: %+v, %v", s, err)
	}
	for name, bad := range map[string]string{
		"not JSON":        `{"a":1,`,
		"bad generation":  strings.Replace(sync, `"hold":true`, `"generation":"x"`, 1),
		"bad topic":       strings.Replace(sync, `{}`, `{"../x":1}`, 1),
		"bad name":        strings.Replace(sync, `host-1`, `-`, 1),
		"too many topics": strings.Replace(sync, `{}`, manyTopics(), 1),
		"too large":       sync + strings.Repeat(" ", MaxSyncBytes),
	} {
		if _, err := ParseSyncRequest([]byte(bad), testPin); CodeOf(err) != CodeBadRequest {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := ParseJoinRequest([]byte(join+strings.Repeat(" ", MaxJoinBytes)), testPin); CodeOf(err) != CodeBadRequest {
		t.Errorf("too large: %v", err)
	}
}

func manyTopics() string {
	t := Topics{}
	for i := range maxTopics + 1 {
		t["t"+strings.Repeat("x", i%60)+string(rune('a'+i/60))] = json.RawMessage(`1`)
	}
	raw, _ := json.Marshal(t)
	return string(raw)
}

func FuzzParseJoinRequest(f *testing.F) {
	raw, _ := json.Marshal(JoinRequest{Version: "1.2.3", OTP: "1", Self: member(1)})
	f.Add(raw)
	f.Fuzz(func(t *testing.T, raw []byte) {
		q, err := ParseJoinRequest(raw, testPin)
		if err != nil {
			if CodeOf(err) == "" {
				t.Fatalf("not a refusal: %v", err)
			}
			return
		}
		r, _, _ := group(t)
		token := issued(t, testTime)
		q.OTP = token.OTP()
		next, _, err := Admit(r, token, Joining{Request: q, Version: q.Version, Now: testTime.Add(time.Second), Seed: seed(3)})
		if err == nil && next.Validate() != nil {
			t.Fatalf("admitted into a roster that is not valid: %v", next.Validate())
		}
	})
}

func FuzzParseSync(f *testing.F) {
	raw, _ := json.Marshal(SyncRequest{Hold: true, Self: member(1), Report: Topics{"host": json.RawMessage(`{}`)}})
	f.Add(raw)
	f.Add([]byte(`{"roster":{},"desired":{"a":1},"generation":""}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if q, err := ParseSyncRequest(raw, testPin); err == nil && (q.Self.Validate() != nil || len(q.Report) > maxTopics) {
			t.Fatalf("accepted %+v", q)
		}
		if a, err := ParseSyncResponse(raw); err == nil && len(a.Desired) > maxTopics {
			t.Fatalf("accepted %+v", a)
		}
	})
}
