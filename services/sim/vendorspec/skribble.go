package vendorspec

import "slices"

// Skribble is the vendor's API 2 as of March 2026, and as of August 2024 where the newer one is silent: it prints the
// methods of the callbacks and the attachments the wrong way round and leaves properties of the answers out.
func Skribble(suite Suite) *Contract {
	return newContract(suite, "/v2", slices.Concat(skribbleDeviations(), skribbleSimulated()),
		file{name: "skribble-v2-2026-03/openapi.yaml", repairs: []string{"\t", " "}}, // tabs behind texts, where YAML allows none
		file{name: "skribble-v2-2024-08.openapi.json", prefix: "v2", repairs: []string{
			`"$ref": "#/components/schemas/MediaType"`, `"type": "string"`, // it refers to nothing
			"/SignatureRequest«object»", "/SignatureRequest", // a generated twin, whose signers have lost their type
		}})
}

// skribbleDeviations are where Skribble is known to do otherwise than its files say.
func skribbleDeviations() []excuse {
	return []excuse{
		{
			side: reply, kind: undescribed, at: "4??",
			because: "errors have no schema in either file; their shape stands in the portal's page on error handling",
		},
		{
			side: reply, kind: wrongStatus, at: "403",
			because: "the portal lists the keys of expired tokens and refused credentials under 403 for every call",
		},
		{
			side: reply, kind: wrongStatus, at: "204",
			because: "two clients in use were answered 204 where the files say 200",
		},
		{
			side: reply, kind: wrongValue, at: "*signatures[].account_email", says: "format, ",
			because: "a signer without an account has an opaque id there, in answers recorded from a demo account",
		},
		{
			side: reply, kind: wrongValue, at: "*signatures[].status_code", says: "enum, WAITING:",
			because: "the file of 2024 has it for signers whose turn has not come",
		},
		{
			user: Adapter, operation: "POST /signature-requests/{id}/attachments", side: reply, kind: wrongValue, at: "quality",
			says:    "enum, SES:",
			because: "the file of 2024 decides here, and SES came later",
		},
		{
			side: reply, kind: wrongValue, at: "*status_overall", says: "enum, EXPIRED:",
			because: "added with expires_at in June 2026, by the portal's list of changes",
		},
		{
			side: request, kind: wrongValue, at: "query.page_number", says: "minimum, 0:",
			because: "the collection of 2025 counts pages from 0, the file of 2026 from 1; the adapter tries both",
		},
		{
			operation: "GET /signature-requests/{*}/callbacks", side: reply, kind: missing, at: "[].*",
			because: "the file of 2026 no longer requires owner, read_access and write_access, and doubts that they are there",
		},
	}
}

// skribbleSimulated are those that the simulator's own tests need: answers no adapter provokes, and wrong requests that the
// vendor is known to take.
func skribbleSimulated() []excuse {
	return []excuse{
		{
			user: Simulator, side: reply, kind: undescribed, at: "500",
			because: "as above",
		},
		{
			user: Simulator, side: reply, kind: wrongStatus, at: "404",
			because: "an object that is gone answers 404 to every method; the files say so for reading alone",
		},
		{
			user: Simulator, side: reply, kind: wrongStatus, at: "413",
			because: "the portal's limits name it for a request of more than 60 MB",
		},
		{
			user: Simulator, side: reply, kind: wrongStatus, at: "415",
			because: "the file of 2026 has the answer among its parts, and no call that gives it",
		},
		{
			user: Simulator, operation: "GET /documents/{DOC_ID}/content", side: reply, kind: wrongStatus, at: "406",
			because: "the portal's statuses name it for an Accept that cannot be served",
		},
		{
			user: Simulator, operation: "POST /signature-requests/{id}/attachments", side: reply, kind: wrongStatus,
			because: "the file of 2026 has them, under the wrong method",
		},
		{
			user: Simulator, operation: "GET /documents/{DOC_ID}/pages/{PAGE_ID}", side: reply, kind: wrongStatus, at: "202",
			because: "a client in use is answered so while the page is rendered",
		},
		{
			user: Simulator, operation: "GET /documents/{DOC_ID}/pages/{PAGE_ID}", side: reply, kind: wrongMedia, at: "image/png",
			because: "the file of 2024 lists it",
		},
		{
			user: Simulator, kind: unknownName, at: "expires_at",
			because: "added to creation in June 2026, by the portal's list of changes",
		},
		{
			user: Simulator, operation: "POST /signature-requests", side: request, kind: unknownName, at: "signers",
			because: "a test shows what becomes of a body that the vendor does not read",
		},
		{
			user: Simulator, operation: "POST /signature-requests", side: request, kind: unknownName, at: "meta",
			because: "as above",
		},
		{
			user: Simulator, operation: "GET /signature-requests", side: request, kind: wrongValue, at: "query.status_overall",
			because: "a test shows that the filter minds the case",
		},
	}
}
