// Package kommo simulates one Kommo CRM account: the parts of its API v4, OAuth, file storage and account webhooks
// that an integration for signing contracts can touch. It is written from Kommo's documentation and from captures of
// real traffic, and is strict where Kommo is. Where Kommo's behaviour is not known, the choice made here is the one
// that is harder on a client, and a comment says so.
//
// # The vendor's side
//
// Every call needs "Authorization: Bearer", except POST /oauth2/access_token.
//
//	/api/v4/account, /users
//	/api/v4/leads/pipelines, /{id}, /{id}/statuses
//	/api/v4/leads                        GET, POST and PATCH of arrays; /{id} GET, PATCH; /{id}/links GET
//	/api/v4/leads/{id}/files             GET, PUT, DELETE
//	/api/v4/contacts                     GET, POST; /{id} GET, PATCH
//	/api/v4/companies                    GET; /{id} GET
//	/api/v4/{leads|contacts}/custom_fields   GET, POST; /{id} GET
//	/api/v4/{leads|contacts|companies}/notes GET, POST; /{id} GET, PATCH; /{id}/pin, /{id}/unpin; /{entity id}/notes GET
//	/api/v4/tasks                        GET, POST, PATCH; /{id} GET, PATCH
//	/api/v4/events                       GET
//	/api/v4/webhooks                     GET, POST, DELETE
//	{drive}/v1.0/sessions                POST; then POST to upload_url and next_url; {drive} is Config.DriveURL
//	{drive}/v1.0/files                   DELETE; /{uuid} GET; /{uuid}/download GET
//
// Writes, whoever makes them, fire the account's webhooks: POST, PHP bracket keys in a form body, every value text, no
// signature, two seconds for an answer, up to five attempts on the simulated clock, switched off after more than 100
// invalid answers in two hours. Seed.StageHooks adds the webhooks of the Digital Pipeline.
//
// Not simulated: amoCRM's hosts, widgets, Salesbot, catalogs, customers and chats.
//
// # The control side
//
// JSON over HTTP without authentication, outside faults and rate limit. Errors have the vendor's form. A call about a
// lead or contact may name "user_id", who then made the change.
//
//	POST   /_sim/contacts            {"name","first_name","last_name","email","phone","responsible_user_id","fields"}
//	PATCH  /_sim/contacts/{id}       the same; fires update_contact
//	DELETE /_sim/contacts/{id}
//	POST   /_sim/companies           {"name","email","phone","fields"}
//	PATCH  /_sim/companies/{id}      the same; fires update_company, which comes under "contacts"
//	POST   /_sim/leads               {"name","price","stage" or "status_id","pipeline_id","contact_ids" (the first is
//	                                 the main one),"company_ids","responsible_user_id","fields"}
//	PATCH  /_sim/leads/{id}          the same without the ids of contacts and companies
//	POST   /_sim/leads/{id}/move     {"stage"} or {"status_id","pipeline_id"}
//	POST   /_sim/leads/move          the same with "ids": a bulk move, whose webhooks hold up to 50 leads each
//	DELETE /_sim/leads/{id}
//	GET    /_sim/leads/{id}          the card: {"lead","pipeline","stage","contacts","notes","tasks","files"}, the
//	                                 files with size and sha256
//	GET    /_sim/files/{uuid}        a stored file's bytes
//	GET    /_sim/subscriptions       {"subscriptions"}
//	POST   /_sim/subscriptions       {"destination","settings"}
//	POST   /_sim/subscriptions/enable {"destination"}: what an administrator does after a disable
//	POST   /_sim/hooks               {"body" or "body_base64","content_type","url"}: any webhook, by default a form and
//	                                 to every live subscription
//	POST   /_sim/uninstall           {"url"}: makes the signed GET of a revoked access, answers {"status"}
//	GET    /_sim/deliveries          {"deliveries"}: id, event, url, state, attempts, content_type, body
//	POST   /_sim/deliveries/faults   {"fault","count"}: drop, duplicate, reorder, delay
//	POST   /_sim/faults              {"name","method","path","count","delay","retry_after"}: rate_limit, error_before,
//	                                 error_after, drop_after, slow, slow_after
//	DELETE /_sim/faults
//	GET    /_sim/clock               {"now"}
//	POST   /_sim/clock/advance       {"duration"}: like "24h"; answers when all that fell due is done
//	GET    /_sim/knobs               see Knobs
//	PUT    /_sim/knobs               the ones named are turned
//	POST   /_sim/oauth/codes         {"code"}: a user's consent
//	POST   /_sim/tokens/expire       every OAuth access token; refreshing works
//	POST   /_sim/tokens/revoke       every token, the long-lived one too
//
// "fields" is an object of custom fields by id, code or name, each with a value or a list of values; null clears.
package kommo
