package e2e_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"
)

// moment is when a process is killed.
type moment string

const (
	atTime        moment = "at a time"
	beforeRequest moment = "before a write reaches a vendor"
	afterRequest  moment = "after a vendor did what a write asked, before its answer"
)

// sentence is how a process will end.
type sentence struct {
	when  moment
	after time.Duration // since its start, for atTime; the latest time for the others
	count int           // which of the writes it makes, from 1
}

func (s sentence) String() string {
	if s.when == atTime {
		return fmt.Sprintf("%v after the start", s.after)
	}
	return fmt.Sprintf("at write %d, %s", s.count, s.when)
}

// The bounds of a life.
const (
	longestLife = 1500 * time.Millisecond
	mostWrites  = 12 // what a deal takes, more or less
)

// judge draws a sentence. Half of them fall where the product cannot know what it did.
func judge(dice *rand.Rand) sentence {
	when := []moment{atTime, beforeRequest, afterRequest, afterRequest}[dice.IntN(4)]
	life, count := time.Duration(dice.Int64N(int64(longestLife))), 1+dice.IntN(mostWrites)
	if when != atTime {
		life = longestLife
	}
	return sentence{when, life, count}
}

// executioner stands between the product and its vendors and kills the product with SIGKILL at the moment it was told.
type executioner struct {
	mu       sync.Mutex
	victim   *process
	sentence sentence
	seen     int
	ignored  int // sentences whose write never came: those were carried out at the latest time
}

// execute waits until the sentence is carried out.
func (x *executioner) execute(victim *process, s sentence) {
	x.mu.Lock()
	x.victim, x.sentence, x.seen = victim, s, 0
	x.mu.Unlock()
	timer := time.NewTimer(s.after)
	defer timer.Stop()
	select {
	case <-timer.C:
		if s.when != atTime {
			x.ignored++
		}
	case <-victim.done:
	}
	x.mu.Lock()
	x.victim = nil
	x.mu.Unlock()
	victim.kill()
}

// next tells who dies at this write, and when; nil for nobody.
func (x *executioner) next() (*process, moment) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.victim == nil || x.sentence.when == atTime {
		return nil, ""
	}
	if x.seen++; x.seen != x.sentence.count {
		return nil, ""
	}
	return x.victim, x.sentence.when
}

// around is a wrapper of a vendor.
func (x *executioner) around(_ string, vendor http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet || strings.HasPrefix(r.URL.Path, "/_sim/") {
			vendor.ServeHTTP(w, r)
			return
		}
		victim, when := x.next()
		if victim == nil {
			vendor.ServeHTTP(w, r)
			return
		}
		if when == afterRequest {
			vendor.ServeHTTP(httptest.NewRecorder(), r.WithContext(context.WithoutCancel(r.Context())))
		}
		victim.kill()
		w.WriteHeader(http.StatusBadGateway) // nobody is there to read it
	})
}
