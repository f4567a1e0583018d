package e2e_test

import (
	"testing"
	"time"
)

// story is something that happens to a deal, and what must come of it.
type story struct {
	name string
	tell func(*testing.T, *world)
}

// TestStories tells every story in every topology.
func TestStories(t *testing.T) {
	noLeaks(t)
	t.Run("in", func(t *testing.T) { // ends when the parallel topologies have
		for _, shape := range topologies() {
			t.Run(shape.name, func(t *testing.T) {
				t.Parallel()
				expectVanished := beginVanishing(t, shape)
				tellTogether(t, shape, settings{}, calm())
				tellTogether(t, shape, settings{FirstCheck: time.Second}, unheard())
				for _, s := range rough() {
					tellTogether(t, shape, s.settings, []story{s.story})
				}
				t.Run("vanished at skribble", expectVanished)
			})
		}
	})
}

// tellTogether tells stories that do not disturb each other, in one world.
func tellTogether(t *testing.T, shape topology, s settings, stories []story) {
	t.Run("with "+stories[0].name, func(t *testing.T) {
		w := newWorld(t, shape, s)
		t.Run("story", func(t *testing.T) { // ends when the parallel stories have
			for _, s := range stories {
				t.Run(s.name, func(t *testing.T) {
					t.Parallel()
					s.tell(t, w)
				})
			}
		})
	})
}

// calm are the stories without a fault: everything is known by hooks and callbacks.
func calm() []story {
	return []story{
		{"skribble QES is won", testSkribbleQES},
		{"yousign QES is won", testYousignQES},
		{"yousign SES is won when attested", testYousignSES},
		{"yousign SES is not sent where proof is required", testTooWeak},
		{"skribble AES is won", testSkribbleAES},
		{"skribble declined", testSkribbleDeclined},
		{"yousign declined", testYousignDeclined},
		{"yousign expired", testYousignExpired},
		{"lost deal is withdrawn at skribble", testSkribbleLost},
		{"lost deal is withdrawn at yousign", testYousignLost},
		{"deleted deal is withdrawn", testDeletedDeal},
		{"missing e-mail", testMissingEmail},
		{"missing last name", testMissingLastName},
		{"no contact", testNoContact},
		{"moved twice", testMovedTwice},
		{"repeated hooks", testRepeatedHooks},
		{"second attempt", testSecondAttempt},
		{"forged yousign event", testForgedYousign},
		{"forged skribble callback", testForgedSkribble},
		{"forged kommo hook", testForgedKommo},
		{"platform uses JSON", testPlatform},
		{"platform is refused", testRefusal},
		{"platform is refused in every way", testRefusals},
		{"platform watches", testWatch},
		{"platform watches lines", testLines},
		{"platform does everything at once at skribble", testSkribbleRivals},
		{"platform does everything at once at yousign", testYousignRivals},
		{"platform corrects a signer at skribble", testSkribbleSigners},
		{"platform corrects a signer at yousign", testYousignSigners},
		{"platform hires somebody", testHiring},
		{"platform brings the links at skribble", testSkribbleLinks},
		{"platform brings the links at yousign", testYousignLinks},
		{"platform uses a template of yousign", testProviderTemplate},
		{"declined is reissued to somebody else", testReissue},
		{"expired is opened again", testReopen},
		{"nobody names a provider", testRouted},
		{"withdrawn at skribble itself", testSkribbleWithdrawn},
		{"withdrawn at yousign itself", testYousignWithdrawn},
	}
}

// unheard are the stories that no vendor tells of: the check finds them.
func unheard() []story {
	return []story{
		{"skribble expired", testSkribbleExpired},
		{"lost skribble callback", testLostSkribbleCallback},
		{"lost yousign callbacks", testLostYousignCallback},
	}
}

// rough are the stories with faults, each in a world of its own.
func rough() []roughStory {
	return []roughStory{
		{story{"skribble lowers the level", testSkribbleLowerLevel}, settings{}},
		{story{"yousign lowers the level", testYousignLowerLevel}, settings{}},
		{story{"skribble returns another document", testSkribbleWrongDocument}, settings{}},
		{story{"yousign returns another document", testYousignWrongDocument}, settings{}},
		{story{"disorderly hooks", testDisorderlyHooks}, settings{}},
		{story{"lost kommo hook", testLostKommoHook}, settings{Sweep: time.Second}},
		{story{"skribble outages", testSkribbleOutages}, settings{}},
		{story{"yousign outages", testYousignOutages}, settings{}},
		{story{"yousign activation", testActivation}, settings{}},
		{story{"first provider down", testRerouted}, settings{DeadFirst: true}},
		{story{"routed once", testRoutedOnce}, settings{}},
		{story{"kommo outages", testKommoWrites}, settings{}},
		{story{"kommo's real limit", testRealLimit}, settings{KommoRate: 7}},
	}
}

// roughStory is a story with the settings it needs.
type roughStory struct {
	story
	settings settings
}
