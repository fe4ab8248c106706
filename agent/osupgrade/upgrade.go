package osupgrade

import (
	"fmt"
	"time"
)

// Phase says how far an upgrade is.
type Phase string

// The phases; the last three are final.
const (
	Writing   Phase = "writing"
	Trying    Phase = "trying"
	Confirmed Phase = "confirmed"
	FellBack  Phase = "fellBack"
	Failed    Phase = "failed" // before the host's images were changed
)

// TrialTime is how long a new image has to prove itself, from the start of its agent.
const TrialTime = 15 * time.Minute

// Record is what is known of the last upgrade. It is kept in a file, not in the agent's database: both images' agents read
// it.
type Record struct {
	Phase   Phase  `json:"phase"`
	Bundle  string `json:"bundle"` // digest of the content bundle
	Version string `json:"version"`
	// From and To are the names of the images (/usr/lib/slipway/image).
	From string `json:"from"`
	To   string `json:"to"`
	// Boot is the boot in which the trial was asked for (random(4), boot_id).
	Boot   string `json:"boot"`
	Before Health `json:"before"`
	// Reason says why the upgrade failed or the host fell back.
	Reason  string    `json:"reason,omitempty"`
	Started time.Time `json:"started"`
	Ended   time.Time `json:"ended,omitzero"`
}

// Action is what to do next.
type Action string

// Actions.
const (
	Nothing Action = "nothing"
	// Restart into the new image: it is written, and chosen for one boot.
	Restart Action = "restart"
	// Try makes sure that the new image, which is running, is not the default, and then does as Verify.
	Try Action = "try"
	// Verify that the host is healthy.
	Verify Action = "verify"
)

// Start decides, when an agent starts or goes on with an upgrade, what has become of it. running is the name of the image
// that runs, boot the present boot.
func Start(r Record, running, boot string) (Record, Action) {
	switch r.Phase {
	case Writing:
		if running == r.To { // the power went between the last byte of the image and the choice for one boot
			r.Phase = Trying
			return r, Try
		}
		return r.end(Failed, "the host was restarted while the new image was being written; nothing was changed, start the upgrade again"), Nothing
	case Trying:
		switch {
		case running == r.To:
			return r, Verify
		case boot == r.Boot:
			return r, Restart
		case r.Reason != "": // the new image's agent said why
			return r.end(FellBack, r.Reason), Nothing
		default:
			return r.end(FellBack, "the new image ended before its agent had found the host healthy: it did not start, hung, or was switched off"), Nothing
		}
	}
	return r, Nothing
}

// Verdict is what the verification says.
type Verdict string

// Verdicts.
const (
	Wait    Verdict = "wait"
	Keep    Verdict = "keep"
	Abandon Verdict = "abandon"
)

// Check judges the host under the new image after some time: healthy is kept, what stays unhealthy for TrialTime is left.
func Check(r Record, now Health, trial time.Duration) (Verdict, string) {
	problems := Compare(r.Before, now)
	switch {
	case len(problems) == 0:
		return Keep, ""
	case trial < TrialTime:
		return Wait, problems[0]
	default:
		return Abandon, fmt.Sprintf("after %s with the new image %s", TrialTime, problems[0])
	}
}

// Keep ends the trial: the new image becomes the default.
func (r Record) Keep() Record { return r.end(Confirmed, "") }

// Fail ends an upgrade that has not changed the images.
func (r Record) Fail(why string) Record { return r.end(Failed, why) }

// Over says whether nothing is under way.
func (r Record) Over() bool { return r.Phase != Writing && r.Phase != Trying }

func (r Record) end(p Phase, reason string) Record {
	r.Phase, r.Reason = p, reason
	return r
}
