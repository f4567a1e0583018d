package signature

import "time"

// normalDays is how many days ahead a request ends when nobody says when.
const normalDays = 14

// zoneMargin is how long after the vendor's own end ours comes, so that the vendor's comes first.
const zoneMargin = time.Minute

// NormalExpiry is when a request ends whose caller does not say: 14 days ahead, and where the vendor itself ends
// envelopes a minute after the end of its day, so that it does: what a vendor let expire can be opened again.
func NormalExpiry(can Capabilities, now time.Time) time.Time {
	if can.ExpiryZone == nil {
		return now.AddDate(0, 0, normalDays)
	}
	year, month, day := now.In(can.ExpiryZone).Date()
	return time.Date(year, month, day+normalDays+1, 0, 0, 0, 0, can.ExpiryZone).Add(zoneMargin).UTC()
}
