package kubeadm

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slipway-os/slipway/agent/cluster"
)

// A host whose kubeadm fails keeps trying with growing pauses, and a delete ends that at once.
func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.kubeadmFails = 1000
		e := testEngine(t, w)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- e.Run(ctx) }()
		a := testAssignment(cluster.PhaseJoin, cluster.RoleInit)
		e.Assign(a)
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		tries := strings.Count(w.transcript(), "$ kubeadm init")
		if tries < 10 || tries > 16 { // 2+4+8+16+32 s, then once a minute
			t.Errorf("%d tries in ten minutes", tries)
		}
		if r := e.Report(); !strings.Contains(r.Error, "init: ") {
			t.Errorf("report %+v", r)
		}
		w.mu.Lock()
		w.kubeadmFails = 0
		w.mu.Unlock()
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if r := e.Report(); r.Reached != cluster.PhaseJoin || r.Error != "" || r.Status == nil {
			t.Errorf("it does not heal: %+v", r)
		}
		a.Phase = cluster.PhaseDelete
		e.Assign(a)
		time.Sleep(time.Second)
		synctest.Wait()
		if r := e.Report(); r.Reached != cluster.PhaseDelete || r.Status != nil {
			t.Errorf("not deleted at once: %+v", r)
		}
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run ended with %v", err)
		}
	})
}

// A delete does not wait for the step under way.
func TestDeleteCutsAStep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.hang = "kubeadm init"
		e := testEngine(t, w)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- e.Run(ctx) }()
		a := testAssignment(cluster.PhaseJoin, cluster.RoleInit)
		e.Assign(a)
		time.Sleep(time.Second)
		a.Phase = cluster.PhaseDelete
		e.Assign(a)
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if r := e.Report(); r.Reached != cluster.PhaseDelete {
			t.Errorf("report %+v", r)
		}
		cancel()
		<-done
	})
}

// Nor for one that is about to begin: the delete may come between the look at the assignment and the pass.
func TestDeleteCutsAPassThatBegins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.hang = "kubeadm init"
		e := testEngine(t, w)
		a := testAssignment(cluster.PhaseJoin, cluster.RoleInit)
		gone := a
		gone.Phase = cluster.PhaseDelete
		e.Assign(gone)
		start := time.Now()
		if err := e.applyCancellable(t.Context(), a); !errors.Is(err, context.Canceled) || time.Since(start) > time.Second {
			t.Errorf("after %s: %v", time.Since(start), err)
		}
	})
}

func TestExec(t *testing.T) {
	var lines []string
	out, err := Exec{}.Run(t.Context(), Cmd{Name: "sh", Args: []string{"-c", "cat; echo two >&2; printf three"}, Stdin: []byte("one\n"),
		Line: func(l string) { lines = append(lines, l) }})
	if err != nil || string(out) != "one\nthree" || len(lines) != 3 {
		t.Errorf("%q %q %v", out, lines, err)
	}
	_, err = Exec{}.Run(t.Context(), Cmd{Name: "sh", Args: []string{"-c", "echo why >&2; exit 3"}})
	if err == nil || !strings.HasSuffix(err.Error(), ">&2; exit 3: why") || !exited(err) {
		t.Errorf("error %v", err)
	}
	_, err = Exec{}.Run(t.Context(), Cmd{Name: "sh", Args: []string{"-c", "printf '[WARNING Swap]: on\nW1120 15:00:39 x\nerror: why\nTo see the stack trace, x\n' >&2; exit 1"}})
	if err == nil || !strings.HasSuffix(err.Error(), ": error: why") {
		t.Errorf("error %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err = Exec{}.Run(ctx, Cmd{Name: "sh", Args: []string{"-c", "sleep 60 & sleep 60"}})
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > 4*time.Second {
		t.Errorf("error %v after %s", err, time.Since(start))
	}
}
