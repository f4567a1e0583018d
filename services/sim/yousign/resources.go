package yousign

import "net/http"

// resources is the part of the vendor's API that is simulated, path by path.
func (s *Simulator) resources() map[string]verbs {
	const (
		get, post, put, patch, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete

		one       = "/signature_requests/{request}"
		documents = one + "/documents"
		document  = documents + "/{document}"
		signers   = one + "/signers"
		signer    = signers + "/{signer}"
		approvers = one + "/approvers"
	)
	return map[string]verbs{
		"/signature_requests": {get: s.listRequests, post: s.createRequest},
		one:                   {get: s.readRequest, patch: s.patchRequest, del: s.deleteRequest},
		one + "/activate":     {post: s.activate},
		one + "/cancel":       {post: s.cancel},
		one + "/reactivate":   {post: s.reactivate},
		one + "/metadata":     {get: s.readMetadata, post: s.createMetadata, put: s.replaceMetadata, del: s.deleteMetadata},
		one + "/followers":    {get: s.listFollowers, post: s.addFollowers},

		documents:                      {get: s.listDocuments, post: s.addDocument},
		documents + "/download":        {get: s.downloadAll},
		document:                       {get: s.readDocument, patch: s.patchDocument, del: s.deleteDocument},
		document + "/download":         {get: s.downloadDocument},
		document + "/replace":          {post: s.replaceDocument},
		document + "/fields":           {get: s.listFields, post: s.addField},
		document + "/fields/{field}":   {del: s.deleteField},
		one + "/audit_trails/download": {get: s.downloadAuditTrails},

		signers:                            {get: s.listSigners, post: s.addSigner},
		signer:                             {get: s.readSigner, patch: s.patchSigner, del: s.deleteSigner},
		signer + "/send_reminder":          {post: s.remindSigner},
		signer + "/unblock_identification": {post: s.unblockSigner},
		signer + "/audit_trails":           {get: s.readAuditTrail},
		signer + "/audit_trails/download":  {get: s.downloadAuditTrail},
		signer + "/verified_identity_proof/download": {get: s.downloadIdentityProof},

		approvers:                 {post: s.addApprover},
		approvers + "/{approver}": {get: s.readApprover, del: s.deleteApprover},

		"/documents":          {post: s.addOrphan},
		"/templates":          {get: s.listTemplates},
		"/webhooks":           {get: s.listSubscriptions, post: s.createSubscription},
		"/webhooks/{webhook}": {get: s.readSubscription, patch: s.patchSubscription, del: s.deleteSubscription},
	}
}
