// Package yousign simulates the Yousign (Youtrust) API v3 for development, tests and demos, written from the
// vendor's OpenAPI file of August 2026 and its guides. It validates what the vendor validates, answers with the
// vendor's shapes and statuses, sends the vendor's webhooks and really signs the documents, with certificates
// that nobody trusts.
//
// # The vendor's API, under /v3
//
// Bearer authentication, both rate limit windows on the simulated clock, and these resources:
//
//	GET POST            /signature_requests                  also from a template, as a duplicate, or one-shot (deprecated)
//	GET PATCH DELETE    /signature_requests/{id}             DELETE takes permanent_delete
//	POST                /signature_requests/{id}/activate, /cancel, /reactivate
//	GET POST            /signature_requests/{id}/documents   multipart; smart anchors with parse_anchors
//	GET PATCH DELETE    /signature_requests/{id}/documents/{id}
//	GET                 /signature_requests/{id}/documents/download, /documents/{id}/download
//	POST                /signature_requests/{id}/documents/{id}/replace
//	GET POST (DELETE)   /signature_requests/{id}/documents/{id}/fields (/{id})
//	GET POST            /signature_requests/{id}/signers
//	GET PATCH DELETE    /signature_requests/{id}/signers/{id}
//	POST                /signature_requests/{id}/signers/{id}/send_reminder, /unblock_identification
//	GET                 /signature_requests/{id}/signers/{id}/audit_trails, /audit_trails/download
//	GET                 /signature_requests/{id}/signers/{id}/verified_identity_proof/download
//	GET                 /signature_requests/{id}/audit_trails/download
//	POST GET DELETE     /signature_requests/{id}/approvers (/{id})
//	GET POST            /signature_requests/{id}/followers
//	GET POST PUT DELETE /signature_requests/{id}/metadata
//	POST                /documents                           deprecated, for the one-shot flow
//	GET                 /templates
//	GET POST            /webhooks
//	GET PATCH DELETE    /webhooks/{id}
//
// Signers are asked at once, one after another, or in stages with custom_recipient_order, insert_after_id and
// group_with_id. Approvers come before all of them.
//
// Left out: signers by user_id or contact_id, the signers' own user interface (send_otp, sign), consent and
// document requests, workflows, verifications, electronic seals.
//
// What signs: simple and advanced signatures carry Yousign's seal, one for each signature field; a qualified one
// carries the signer's own certificate. A signature fills the empty signature field that waits near the
// vendor's field, else a new field in its box.
//
// # The control API, under /_sim
//
// Bodies and answers are JSON, durations in Go's notation on the simulated clock, {id} is a request's id or
// external_id. A verb that is not possible answers 409, an unknown name 404, anything else wrong 400.
//
//	GET    /_sim/requests                    every request with its signers in full
//	GET    /_sim/requests/{id}
//	POST   /_sim/requests/{id}/open                   {"signer"}: an id or e-mail; left out, whoever's turn it is
//	POST   /_sim/requests/{id}/sign                   {"signer"}
//	POST   /_sim/requests/{id}/decline                {"signer","reason"}; 409 unless the request allows it
//	POST   /_sim/requests/{id}/fail_identification    {"signer"}
//	POST   /_sim/requests/{id}/block_identification   {"signer"}
//	POST   /_sim/requests/{id}/bounce                 {"signer"}: the invitation comes back
//	POST   /_sim/requests/{id}/error                  {"signer"}: a technical error; the vendor cancels the request
//	POST   /_sim/requests/{id}/approve                {"approver"}
//	POST   /_sim/requests/{id}/reject                 {"approver","reason"}
//	POST   /_sim/requests/{id}/expire                 now, without moving the clock
//	POST   /_sim/requests/{id}/pause
//	POST   /_sim/requests/{id}/resume
//	POST   /_sim/auto                        {"sign_after":"5s"}: signers sign by themselves; null turns it off
//	GET    /_sim/mails                       the mails the vendor would have sent
//	GET    /_sim/links/{token}               the page behind a signature link; its buttons POST .../sign and .../decline
//	POST   /_sim/templates                   {"name","pdf" (base64),"draft","signers":[{"label","fields"}],"read_only_text_fields":["label"]}
//	POST   /_sim/audit_trails                {"ready_after":"30s"} after the signature
//	POST   /_sim/webhooks/format             {"format":"flat"} or "metadata"
//	POST   /_sim/faults                      {"name","method","path","count","delay","retry_after"}: a fault of package faults;
//	                                         or {"name":"lower_level"}, {"name":"wrong_document"} with "count"
//	DELETE /_sim/faults                      disarms them all
//	GET    /_sim/deliveries                  the webhooks sent
//	POST   /_sim/deliveries/faults           {"fault","count"} of package courier; with "auto_retry":false for
//	                                         subscriptions that do not retry
//	GET    /_sim/clock
//	POST   /_sim/clock/advance               {"duration":"24h"}
package yousign
