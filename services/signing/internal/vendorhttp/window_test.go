package vendorhttp

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// counting is a vendor with a window per clock minute and one per clock hour, whose key somebody else uses, too.
type counting struct {
	perMinute, perHour int
	others             int // calls that somebody else makes at the start of every minute
	tells              bool

	mu           sync.Mutex
	minute, hour time.Time
	inMinute     int
	inHour       int
	taken        int
	refused      int
}

func (v *counting) RoundTrip(*http.Request) (*http.Response, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	now := time.Now()
	if hour := now.Truncate(time.Hour); !hour.Equal(v.hour) {
		v.hour, v.inHour = hour, 0
	}
	if minute := now.Truncate(time.Minute); !minute.Equal(v.minute) {
		v.minute, v.inMinute = minute, v.others
		v.inHour += v.others
	}
	header := http.Header{"Date": {now.UTC().Format(http.TimeFormat)}}
	status := http.StatusOK
	if v.inMinute >= v.perMinute || v.inHour >= v.perHour {
		status = http.StatusTooManyRequests
		v.refused++
	} else {
		v.inMinute, v.inHour = v.inMinute+1, v.inHour+1
		v.taken++
	}
	if v.tells {
		header.Set("x-ratelimit-remaining-minute", strconv.Itoa(max(0, v.perMinute-v.inMinute)))
		header.Set("x-ratelimit-remaining-hour", strconv.Itoa(max(0, v.perHour-v.inHour)))
		header.Set("RateLimit-Reset", strconv.Itoa(60-now.Second()))
	}
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader("{}"))}, nil
}

// TestAUsedUpWindowIsWaitedFor by all workers, so that a key which somebody else uses too never meets a 429.
func TestAUsedUpWindowIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		vendor := &counting{perMinute: 60, perHour: 1200, others: 40, tells: true}
		limits := []Limit{{Requests: 60, Per: time.Minute}, {Requests: 1200, Per: time.Hour}}
		made := client(t, Config{Limits: limits}, vendor)
		end := time.Now().Add(2 * time.Hour)
		var workers sync.WaitGroup
		for range 8 {
			workers.Go(func() {
				for time.Now().Before(end) {
					_, err := made.Do(context.Background(), Request{Method: http.MethodGet, Path: "/x"})
					var busy *signature.UnavailableError
					if errors.As(err, &busy) {
						if busy.RetryAfter <= 0 || busy.RetryAfter > time.Hour {
							t.Errorf("to wait for %s", busy.RetryAfter)
						}
						if err := Sleep(context.Background(), min(max(busy.RetryAfter, time.Second), time.Hour)); err != nil {
							t.Error(err)
						}
					}
				}
			})
		}
		workers.Wait()
		if vendor.refused > 0 {
			t.Errorf("%d calls met a 429", vendor.refused)
		}
		if vendor.taken < 700 { // 1200 an hour, of which the others take 40 in every minute that they are let
			t.Errorf("only %d calls were made in two hours", vendor.taken)
		}
	})
}

// TestHeadersThatLieOnlySlowUsDown and for no longer than the window they speak of.
func TestHeadersThatLieOnlySlowUsDown(t *testing.T) {
	for name, c := range map[string]struct {
		header []string
		bound  time.Duration
	}{
		"nothing":                     {nil, 0},
		"negative":                    {[]string{"X-RateLimit-Remaining-Minute", "-1", "X-RateLimit-Remaining-Hour", "-9"}, 0},
		"garbage":                     {[]string{"X-RateLimit-Remaining-Minute", "none", "RateLimit-Remaining", "0x0", "RateLimit-Reset", "NaN"}, 0},
		"a fraction":                  {[]string{"RateLimit-Remaining", "0.0"}, 0},
		"huge":                        {[]string{"X-RateLimit-Remaining-Minute", "99999999999999999999", "RateLimit-Remaining", "2147483647"}, 0},
		"no minute left":              {[]string{"X-RateLimit-Remaining-Minute", "0", "RateLimit-Reset", "20"}, 20 * time.Second},
		"a reset beyond the window":   {[]string{"X-RateLimit-Remaining-Minute", "0", "RateLimit-Reset", "999999999"}, time.Minute},
		"a reset in the past":         {[]string{"RateLimit-Remaining", "0", "RateLimit-Reset", "-20"}, time.Minute},
		"no hour left":                {[]string{"X-RateLimit-Remaining-Hour", "0"}, time.Hour},
		"no hour left, and long ago":  {[]string{"X-RateLimit-Remaining-Hour", "0", "Date", "Thu, 01 Jan 1970 00:30:00 GMT"}, 30 * time.Minute},
		"no hour left, and no date":   {[]string{"X-RateLimit-Remaining-Hour", "0", "Date", "tomorrow"}, time.Hour},
		"no hour left, in the future": {[]string{"X-RateLimit-Remaining-Hour", "0", "Date", "Fri, 31 Dec 9999 23:59:59 GMT"}, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				calls := 0
				made := client(t, Config{Timeout: 2 * time.Hour, MaxWait: 2 * time.Hour, Limits: []Limit{{Requests: 60, Per: time.Minute}}},
					answering(func(r *http.Request) (*http.Response, error) {
						calls++
						return reply(200, "{}", c.header...)(r)
					}))
				get := Request{Method: http.MethodGet, Path: "/x"}
				start := time.Now()
				for range 2 {
					if _, err := made.Do(context.Background(), get); err != nil {
						t.Fatal(err)
					}
				}
				took := time.Since(start)
				if took > c.bound || c.bound > 0 && took == 0 {
					t.Errorf("the second call waited for %s, at most %s is right", took, c.bound)
				}
				if c.bound > 0 {
					return
				}
				for time.Since(start) < time.Minute {
					if _, err := made.Do(context.Background(), get); err != nil {
						t.Fatal(err)
					}
				}
				if calls > 61 {
					t.Errorf("%d calls in a minute of 60", calls)
				}
			})
		})
	}
}

// TestA429WithoutATimeIsHeededMoreEachTime: 1, 2, 4 seconds and no more than a minute; an answer ends it.
func TestA429WithoutATimeIsHeededMoreEachTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		status := http.StatusTooManyRequests
		made := client(t, Config{MaxWait: time.Second / 2}, answering(func(r *http.Request) (*http.Response, error) {
			return reply(status, "{}", "Retry-After", "-1")(r)
		}))
		for i, want := range []time.Duration{1, 2, 4, 8, 16, 32, 60, 60, -1, 1} {
			if status = http.StatusTooManyRequests; want < 0 {
				status = http.StatusOK
			}
			_, err := made.Do(t.Context(), Request{Method: http.MethodGet, Path: "/x"})
			var busy *signature.UnavailableError
			if errors.As(err, &busy) != (want > 0) || want > 0 && busy.RetryAfter != want*time.Second {
				t.Fatalf("call %d: %v, want %s", i, err, want*time.Second)
			}
			if err := Sleep(t.Context(), max(0, want)*time.Second); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// FuzzRateHeaders: whatever an answer's headers say, nobody waits longer than an hour.
func FuzzRateHeaders(f *testing.F) {
	f.Add("0", "0", "0", "60", "7", "Thu, 01 Jan 1970 00:30:00 GMT")
	f.Add("-1", "99999999999999999999", "0x1", "-5", "Fri, 31 Dec 9999 23:59:59 GMT", "")
	f.Add("18446744073709551615", " 0", "+0", "1e9", "9223372036854775807", "Mon, 01 Jan 0001 00:00:00 GMT")
	f.Fuzz(func(t *testing.T, minute, hour, remaining, reset, after, date string) {
		header := http.Header{}
		for name, value := range map[string]string{
			"X-RateLimit-Remaining-Minute": minute, "X-RateLimit-Remaining-Hour": hour, "RateLimit-Remaining": remaining,
			"RateLimit-Reset": reset, "Retry-After": after, "Date": date,
		} {
			header.Set(name, value)
		}
		now := time.Date(2031, 3, 1, 12, 34, 56, 0, time.UTC)
		if got, named := retryAfter(header, now); got < 0 || got > maxRetryAfter || !named && got != 0 {
			t.Errorf("Retry-After of %v is %s", header, got)
		}
		for _, w := range vendorWindows() {
			w.learn(header, now, 0)
			w.learn(header, now.Add(time.Second), 3)
			if hold := w.hold(now.Add(time.Second), 3); hold < 0 || hold > w.length {
				t.Errorf("%v holds a window of %s for %s", header, w.length, hold)
			}
		}
	})
}
