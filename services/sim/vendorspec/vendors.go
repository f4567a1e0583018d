package vendorspec

// Yousign is the vendor's API 3 as of August 2026.
func Yousign(suite Suite) *Contract {
	return newContract(suite, "/v3", yousignDeviations(), file{"yousign-v3-2026-08.openapi.json", ""})
}

func yousignDeviations() []excuse {
	return []excuse{}
}

// Skribble is the vendor's API 2 as of March 2026, and as of August 2024 where the newer one is silent.
func Skribble(suite Suite) *Contract {
	return newContract(suite, "/v2", skribbleDeviations(),
		file{"skribble-v2-2026-03/openapi.yaml", ""}, file{"skribble-v2-2024-08.openapi.json", "v2"})
}

func skribbleDeviations() []excuse {
	return []excuse{}
}
