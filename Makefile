# Everything here runs with Go alone; what else is used when present is said aloud.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

BIN     := bin/countersign
BUF     := go tool -modfile=buf.mod buf
S3      := bin/versitygw
VIEWERS := pdftoppm pdftotext pdfsig mutool
LINT    := go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
KILLS   ?= 60
SECONDS_EACH ?= 20
ROUNDS  ?= 3
RUNS    ?= 2000
CORPUS  ?= $(CURDIR)/bin/corpus
SEED    ?= $(shell date +%s)

.PHONY: help build demo test check present generate generate-check lint breaking race kill-test interleavings load bench bench-signing bench-document fuzz corpus sandbox clean

help: ## Show the targets.
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1|\2/' | column -t -s'|'

build: ## Build bin/countersign.
	CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o $(BIN) ./services/cmd/countersign

demo: build ## Take two simulated deals from a stage change to Won; no account, no network.
	$(BIN) demo

test: check present race ## Run everything that checks the project; COUNTERSIGN_NO_SKIP=1 forbids to leave anything out.

present: # Say aloud what is not here and will therefore not be tested.
	@for program in $(VIEWERS); do \
		command -v $$program >/dev/null || echo "NOT TESTED: what needs $$program, which is not on this machine"; \
	done
	@[ -n "$${COUNTERSIGN_VENDOR_SPECS:-}" ] || echo "NOT TESTED: adapters and simulators against the vendors' own OpenAPI files," \
		"because COUNTERSIGN_VENDOR_SPECS names no folder that holds them"

check: generate-check breaking lint ## Check what needs no test run: generated code, contracts, lint.
	go vet ./...

$(S3): ## Build the S3 server that the archive is tested against; it is no requirement of the product.
	GOBIN=$(CURDIR)/bin go install github.com/versity/versitygw/cmd/versitygw@v1.8.0

race: $(S3) ## Run all tests with the race detector.
	COUNTERSIGN_S3_SERVER=$(CURDIR)/$(S3) go test -race -timeout 30m ./...

generate: ## Generate code and API description from the contracts.
	$(BUF) format -w
	rm -rf gen/countersign gen/openapi/countersign.swagger.json
	$(BUF) generate

generate-check: ## Fail when generated files are not what the contracts say.
	$(BUF) lint
	$(BUF) format --diff --exit-code
	@scratch=$$(mktemp -d); trap 'rm -rf "$$scratch"' EXIT; \
	$(BUF) generate -o "$$scratch"; \
	diff -r "$$scratch/gen/countersign" gen/countersign; \
	diff "$$scratch/gen/openapi/countersign.swagger.json" gen/openapi/countersign.swagger.json; \
	echo "generated code: up to date"

breaking: ## Fail when a contract breaks those who use it: against the last release, else the parent commit, or AGAINST=ref.
	@against=$${AGAINST:-$$(git describe --tags --abbrev=0 --match 'v*' 2>/dev/null || git rev-parse --verify --quiet HEAD~1 || true)}; \
	if [ -z "$$against" ] || ! git cat-file -e "$$against:proto" 2>/dev/null; then \
		echo "contracts: no earlier commit to compare with"; \
	else \
		$(BUF) breaking --against ".git#ref=$$against" && echo "contracts: nothing broken since $$against"; \
	fi

lint: ## Run the linters.
	$(LINT) run ./...

kill-test: ## Kill the product KILLS times at random moments; SEED=n repeats a run.
	COUNTERSIGN_KILLS=$(KILLS) COUNTERSIGN_SEED=$(SEED) go test -count=1 -timeout 30m -run '^TestKillNine$$' -v ./services/e2e

interleavings: ## Run RUNS interleavings of callers, signers, vendors, faults and deaths from SEED on, as make interleavings RUNS=2000 SEED=1.
	COUNTERSIGN_SEEDS=$(RUNS) COUNTERSIGN_SEED=$(SEED) go test -count=1 -timeout 60m -run '^TestInterleavings$$' -v ./services/signing | grep -v -E '^ *(=== |--- PASS)'

load: ## Measure how long webhooks take to answer, for SECONDS_EACH each: Kommo's, and those of the signing vendors at 500 a second.
	COUNTERSIGN_LOAD_SECONDS=$(SECONDS_EACH) go test -count=1 -timeout 10m -run '^TestWebhooksUnderLoad$$' -v ./services/e2e

bench: ## Run the benchmarks, each beside its baseline.
	go test -run '^$$' -bench . -benchmem ./services/...

# Lines of benchmarks as a table: the middle of all rounds for each figure, then the least and the most.
SPREAD = sort "$$lines" | awk '{ sub(/-[0-9]+$$/, "", $$1); for (i = 3; i < NF; i += 2) print $$1, $$(i+1), $$i }' \
	| grep -v -E ' (ns|B|allocs)/op ' | sort -k1,1 -k2,2 -k3,3g \
	| awk 'function tell() { if (n) printf "%-62s %10s %12s %s\n", name, v[int((n+1)/2)], unit, (n > 1 ? "(" v[1] " to " v[n] ")" : "") } \
		{ if ($$1 != name || $$2 != unit) { tell(); n = 0 } name = $$1; unit = $$2; v[++n] = $$3 } END { tell() }'

bench-signing: build ## Measure signing beside its baselines in ROUNDS, each with all figures in turn, and print a table.
	@lines=$$(mktemp); trap 'rm -f "$$lines"' EXIT; export COUNTERSIGN_BINARY=$(CURDIR)/$(BIN); \
	for round in $$(seq $(ROUNDS)); do \
		go test -run '^$$' -bench '^BenchmarkCreateToSent$$' -benchtime 200x ./services/e2e; \
		go test -run '^$$' -bench '^BenchmarkCreates$$' -benchtime 1000x ./services/e2e; \
		go test -run '^$$' -bench '^Benchmark(Create|RawCommit)$$' -benchtime 1000x ./services/signing/internal/api; \
		go test -run '^$$' -bench '^BenchmarkWatchEvents$$' -benchtime 5x ./services/signing/internal/api; \
	done | tee /dev/stderr | grep '^Benchmark' > "$$lines"; \
	$(SPREAD); \
	go test -count=1 -run '^TestVendorCalls$$' -v ./services/e2e | grep -E '^(skribble|yousign) '

bench-document: ## Render beside WeasyPrint and Chromium, when they are there, in turns for ROUNDS; then verify and inspect.
	COUNTERSIGN_RENDER_ROUNDS=$(ROUNDS) go test -count=1 -timeout 30m -run '^TestRenderBesideOthers$$' -v ./services/document/internal/render
	go test -run '^$$' -bench '^Benchmark(VerifyTwoStamped|Inspect|Open)$$' -benchmem ./services/document/internal/...

fuzz: ## Fuzz every parser of outside bytes for a while each; FUZZTIME=30s.
	@for package in $$(go list ./services/...); do \
		for target in $$(go test -list '^Fuzz' $$package | grep '^Fuzz' || true); do \
			echo "== $$package $$target"; \
			go test -run '^$$' -fuzz "^$$target$$" -fuzztime $${FUZZTIME:-30s} -fuzzminimizetime 10x $$package; \
		done; \
	done

corpus: ## Write the corpus of signed and altered PDFs to CORPUS and compare with pdfsig and mutool, when they are there.
	@for tool in pdfsig mutool; do command -v $$tool >/dev/null || echo "$$tool: not installed"; done
	COUNTERSIGN_CORPUS=$(CORPUS) go test -count=1 -run '^TestCorpusAgainstPeers$$' -v ./services/document/internal/proof

sandbox: ## Send to, withdraw from and erase at the vendors' real sandboxes, where COUNTERSIGN_SKRIBBLE_*, _YOUSIGN_* and _SANDBOX_* name them.
	go test -count=1 -timeout 10m -run '^TestSandbox$$' -v ./services/signing/internal/skribble ./services/signing/internal/yousign

clean: ## Remove what was built.
	rm -rf bin
