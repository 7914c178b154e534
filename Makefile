GO       ?= go
TOOL     := $(GO) tool -modfile=.ci/tools/go.mod
FUZZTIME ?= 30s
CASES    ?= 250000
OUT      ?= out
SEEDS    ?= 300
LONG     ?= 2m
AWAY     ?= 60s

# They do no I/O, read no clock and start no goroutine themselves; what shares them between goroutines must not race.
PURE := ./schemas/... ./state/... ./operators/... ./config/...

.DEFAULT_GOAL := help

.PHONY: help
help: ## Say what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: ## Build bin/ebb as it is released: optimised for what the service does most, so that the first time takes minutes
	$(GO) build -pgo=test/bench/service.pgo -o bin/ebb ./cmd/ebb

.PHONY: test
test: ## Run all tests
	$(GO) test -timeout 30m ./...

.PHONY: race
race: ## Run the tests of the pure packages under the race detector
	$(GO) test -race -timeout 30m $(PURE)

.PHONY: vet
vet: ## Run go vet
	$(GO) vet ./...

.PHONY: format
format: ## Say which files gofmt would change, and fail if there are any
	@files=$$(gofmt -l .); test -z "$$files" || { echo "gofmt would change:"; echo "$$files"; exit 1; }

.PHONY: lint
lint: ## Run golangci-lint, staticcheck included
	$(TOOL) golangci-lint run ./...

.PHONY: vuln
vuln: ## Ask the Go vulnerability database about our dependencies
	$(TOOL) govulncheck ./...

.PHONY: fuzz
fuzz: ## Fuzz every target for FUZZTIME (30s)
	@# Before Go 1.27 a target may fail with nothing but this message when its time is over: https://go.dev/issue/75804
	@log=$$(mktemp); trap 'rm -f "$$log"' EXIT; \
	grep -rlE --include='*_test.go' '^func Fuzz' . | xargs -n 1 dirname | sort -u | while read -r dir; do \
		for target in $$(grep -hoE '^func Fuzz[A-Za-z0-9_]*' "$$dir"/*_test.go | cut -c 6- | sort -u); do \
			echo "$$dir $$target"; \
			{ $(GO) test "$$dir" -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) && echo 'nothing found'; } 2>&1 | tee "$$log"; \
			grep -qx 'nothing found' "$$log" && continue; \
			grep -qx ' *context deadline exceeded' "$$log" && ! grep -q 'Failing input' "$$log" || exit 1; \
			$(GO) test "$$dir" -run "^$$target\$$" || exit 1; \
		done; \
	done

.PHONY: simulate
simulate: ## Kill members at SEEDS (300) times chosen instants, on a broker in memory, and compare what comes out with one pass over the input
	$(GO) test -tags synctests ./test/simulate -seeds $(SEEDS) -timeout 0

.PHONY: broker
broker: ## The same with processes on a real Kafka, for LONG (2m): KAFKA_BROKERS, or Docker, or Java with Maven
	$(GO) test -v ./test/broker -broker -long $(LONG) -timeout 0

.PHONY: registry
registry: ## Run the tests with a real schema registry, of Java and Maven, that goes away for AWAY (60s) while a member runs
	$(GO) test -v ./test/registry -apicurio -away $(AWAY) -timeout 15m

.PHONY: soak-broker
soak-broker: ## Let a member run on a real Kafka for LONG (30m is worth it) at a steady load, and see that it takes nothing more
	$(GO) test -v ./test/broker -broker -run TestSoak -soak $(LONG) -timeout 0

.PHONY: soak
soak: ## Compare the engine with the independent model on CASES (250000) random histories: over a million of (condition, history)
	$(GO) test ./test/metamorphic -run TestAgainstModel -cases $(CASES) -timeout 0

.PHONY: mutants
mutants: ## Break the fold in every listed way, and see that the tests notice
	$(GO) test ./test/metamorphic -run TestMutants -mutants -timeout 60m

.PHONY: mutants-commit
mutants-commit: ## The same with the commit and the restore, which the simulations notice
	$(GO) test -v ./test/simulate -run TestMutants -mutants -timeout 0

.PHONY: bench
bench: ## Run the benchmarks
	$(GO) test -run '^$$' -bench . -benchmem ./...

.PHONY: demo
demo: ## Run everything in one process, with a broker of its own and shoppers who come and go, until Ctrl-C
	$(GO) run ./cmd/ebb demo

.PHONY: sample
sample: ## Replay the sample shop and show who enters and leaves what, and why
	$(GO) run ./cmd/ebb replay -c test/sample/shop.yaml --input test/sample/shop.jsonl --output $(OUT) --show changes

.PHONY: clean
clean: ## Remove what make made
	rm -rf bin out
	find . -name '*.test' -o -name '*.prof' | xargs rm -f
