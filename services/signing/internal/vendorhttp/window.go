package vendorhttp

import (
	"net/http"
	"strconv"
	"time"
)

// window is one of the vendor's fixed windows, as its answers tell of it: Yousign counts by the clock's minute and the
// clock's hour (developers.yousign.com/reference/rate-limits). What a header says can only make us slower, and for no longer
// than the window lasts: our own limits hold whatever it says.
type window struct {
	length time.Duration
	// remaining names the header with the calls left, and reset the one with the seconds to the window's end; the clock tells
	// where a vendor does not.
	remaining, reset string

	ends time.Time
	left int
}

// vendorWindows are those that the vendors announce.
func vendorWindows() []window {
	return []window{
		{length: time.Minute, remaining: "X-Ratelimit-Remaining-Minute", reset: "Ratelimit-Reset"},
		{length: time.Hour, remaining: "X-Ratelimit-Remaining-Hour"},
		{length: time.Minute, remaining: "Ratelimit-Remaining", reset: "Ratelimit-Reset"},
	}
}

// learn reads what an answer's headers tell of the window while that many other calls are under way. A value that is no
// number says nothing.
func (w *window) learn(header http.Header, now time.Time, underWay int) {
	told, err := strconv.ParseUint(header.Get(w.remaining), 10, 31)
	if err != nil {
		return
	}
	left, ends := int(told), now.Add(w.rest(header, now))
	same := now.Before(w.ends) && ends.Sub(w.ends).Abs() < w.length/2
	if overtaken := same && left > w.left && left-w.left <= underWay+1; overtaken {
		return // by a later answer
	}
	if !same {
		w.ends = ends
	}
	w.left = left
}

// rest is the time to the window's end: from 0 to its length.
func (w *window) rest(header http.Header, now time.Time) time.Duration {
	seconds, err := strconv.ParseUint(header.Get(w.reset), 10, 31)
	if rest := time.Duration(seconds) * time.Second; err == nil && rest > 0 && rest <= w.length {
		return rest
	}
	if date, err := http.ParseTime(header.Get("Date")); err == nil {
		now = date
	}
	return now.Truncate(w.length).Add(w.length).Sub(now)
}

// hold is how long to wait for the next window; zero when this one has a call left that is not under way yet.
func (w *window) hold(now time.Time, underWay int) time.Duration {
	if w.left > underWay {
		return 0
	}
	return max(0, w.ends.Sub(now))
}
