package vendorspec

// Yousign is the vendor's API 3 as of August 2026.
func Yousign(suite Suite) *Contract {
	return newContract(suite, "/v3", yousignDeviations(), file{name: "yousign-v3-2026-08.openapi.json"})
}

// yousignDeviations are where Yousign is known to do otherwise than its file says.
func yousignDeviations() []excuse {
	return []excuse{
		{
			side: reply, kind: unknownName, at: "invalid_params",
			because: "the vendor's list of errors shows it with every parameters_not_valid, and a real sandbox sent it",
		},
		{
			user: Simulator, operation: "GET /signature_requests", side: request, kind: unknownName, at: "query.external_id",
			because: "connectors in use send the plain form beside external_id[eq]",
		},
		{
			user: Adapter, operation: "POST /webhooks", side: request, kind: wrongValue, at: "secret_key",
			because: "a test shows what an operator is told of a secret that the vendor refuses",
		},
	}
}
