// Package skribble simulates Skribble's Sign API v2: documents, signature requests, signers who sign, callbacks that
// are only hints, and the vendor's errors. It is strict where the vendor is strict, so that a client that works here
// works there, and each signature is a real one in a new version of the PDF.
//
// # Vendor routes
//
//	POST   /v2/access/login                                  JSON or form; answers the token as plain text
//	POST   /v2/signature-requests                            create
//	GET    /v2/signature-requests                            list, an array; paged only with page_number
//	PUT    /v2/signature-requests                            change; signatures replace, the id is in the body
//	GET    /v2/signature-requests/{id}
//	DELETE /v2/signature-requests/{id}                       withdraws first, removes the second time
//	POST   /v2/signature-requests/{id}/withdraw
//	POST   /v2/signature-requests/{id}/remind                once an hour
//	POST   /v2/signature-requests/{id}/signatures            add a signer
//	DELETE /v2/signature-requests/{id}/signatures/{sid}
//	GET    /v2/signature-requests/{id}/callbacks             delivery log
//	GET    /v2/signature-requests/{id}/report?type=PDF|JSON|HTML
//	POST   /v2/signature-requests/{id}/attachments
//	GET    /v2/signature-requests/{id}/attachments/{aid}/content
//	DELETE /v2/signature-requests/{id}/attachments/{aid}
//	POST   /v2/documents
//	GET    /v2/documents
//	GET    /v2/documents/{id}
//	GET    /v2/documents/{id}/content                        PDF, or JSON when asked for with Accept
//	GET    /v2/documents/{id}/pages/{n}?scale=100            202 the first time, then a blank PNG
//	DELETE /v2/documents/{id}
//	GET    /v2/user/signature-qualities?username=
//	GET    /management/health, /v2/management/health
//
// The signer's web application is one small page: GET /view/{id} and /view/{id}/{signer} (which marks the document as
// viewed), with POST /view/{id}/{signer}/sign and /decline behind its two buttons; both honour the link's exitURL and
// declineURL parameters.
//
// # Control routes
//
// JSON in, JSON out; a refusal is {"error": "…"} with 400 (bad input), 404 (no such thing) or 409 (wrong state).
//
//	GET  /_sim/requests                      every request with its document versions and actions
//	GET  /_sim/requests/{id}
//	POST /_sim/requests/{id}/sign            {"sid"|"email", "quality"?}; nobody named = the next open signer;
//	                                         quality forces what the signature says it is
//	POST /_sim/requests/{id}/decline         {"sid"|"email", "message"}
//	POST /_sim/requests/{id}/open            {"sid"|"email"}: the signer looks at the document
//	POST /_sim/requests/{id}/expire          EXPIRED, no callback
//	POST /_sim/requests/{id}/error           ERROR with the error callback
//	POST /_sim/requests/{id}/purge           retention: request and documents are gone, no callback
//	POST /_sim/accounts                      {"email","first_name","last_name"}: a person who has an account
//	GET  /_sim/mails                         the mails that would have gone out, oldest first
//	GET  /_sim/warnings                      what clients sent that the vendor would swallow silently
//	POST /_sim/auto                          {"sign_after":"0s"}: invited signers sign by themselves; {} switches off
//	GET  /_sim/settings, PATCH /_sim/settings
//	POST /_sim/faults                        a fault of package faults, or {"name","count"} with lower_level (the next
//	                                         signature is one level lower and says so) or wrong_document (the next
//	                                         final document is another one)
//	POST /_sim/deliveries/faults             {"fault":"drop|duplicate|reorder|delay","count":1}
//	GET  /_sim/deliveries                    callbacks with their attempts
//	POST /_sim/clock/advance                 {"duration":"24h"}
//
// # What is not here
//
// Send-to, seal, activities, Express QES and its evidence, the client certificate the vendor offers to callback
// receivers, and a signature in more than the first of several positions. A file_url counts as a source and is then
// refused as unreachable: this simulator calls nobody but callback receivers.
package skribble
