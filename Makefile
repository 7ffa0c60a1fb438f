# Needs a JDK of 25 or later, which bin/find-jdk looks for, and Maven.

PORT ?= 8080
ARGS ?=
REACTORS ?= 1,2

.DEFAULT_GOAL := all

.PHONY: all
all: release ## Build everything, without running tests (as release)

.PHONY: run
run: release ## Build and start the server: make run [PORT=8080] [ARGS="--stats"]
	@./myepollserver -p $(PORT) $(ARGS)

.PHONY: run-tls
run-tls: PORT = 8443
run-tls: release ## Serve docs by https, with a certificate that is made: make run-tls [PORT=8443]
	@bin/run-tls $(PORT) $(ARGS)

.PHONY: test
test: ## Build, run every test, check the format
	@bin/maven verify

.PHONY: test-faults
test-faults: ## Make each system call of the running server fail in turn, by strace, 4 minutes
	@bin/maven -pl edgeloop-cli -am verify -Dedgeloop.faults=all \
		-Dit.test='EveryCallIT,InjectedFaultIT,ErrorPathIT,StuckOutputIT,DescriptorsExhaustedIT' \
		-Dfailsafe.failIfNoSpecifiedTests=false \
		-Dtest=none -Dsurefire.failIfNoSpecifiedTests=false

.PHONY: debug
debug: ## Build; the programs then run with assertions and loop tracing
	@bin/build debug

.PHONY: release
release: ## Build; the programs then run without assertions
	@bin/build release

.PHONY: bench
bench: ## Measure beside other servers, an hour: make bench [ARGS="--quick"]
	@edgeloop-bench/bench $(ARGS)

.PHONY: bench-tls
bench-tls: ## Measure TLS beside nginx, 10 minutes: make bench-tls [ARGS="--only full,requests"]
	@edgeloop-bench/bench-tls $(ARGS)

.PHONY: bench-loadtest
bench-loadtest: ## Measure loadtest's own CPU beside a C client's, 4 minutes
	@edgeloop-bench/bench-loadtest $(ARGS)

.PHONY: jmh
jmh: ## Measure the library's pieces one by one, two minutes: make jmh [ARGS="Loop"]
	@edgeloop-bench/jmh $(ARGS)

.PHONY: dist
dist: ## Make an archive of the programs with a Java runtime of their own, in target/
	@bin/dist

.PHONY: simulate
simulate: release ## Break the library on a simulated kernel: make simulate [SEEDS=N] [FROM=N] [SEED=N]
	@edgeloop-simulation/simulate $(simulate_options)

simulate_options = \
	$(if $(SEEDS),--seeds=$(SEEDS)) $(if $(FROM),--from=$(FROM)) \
	$(if $(THREADS),--threads=$(THREADS)) $(if $(SEED),--seed=$(SEED)) \
	$(if $(DROP_PEERS),--drop-peers=$(DROP_PEERS)) \
	$(if $(DROP_FAULTS),--drop-faults=$(DROP_FAULTS)) $(if $(FAULTS),--faults=$(FAULTS)) \
	$(if $(ENGINE),--engine=$(ENGINE))

.PHONY: fuzz
fuzz: ## Let Jazzer make up inputs, a minute for each target
	@JAZZER_FUZZ=1 bin/maven --projects edgeloop-fuzz --also-make \
		-Dtest='*FuzzTest' -Dsurefire.failIfNoSpecifiedTests=false test

.PHONY: churn
churn: ## Open 10,000 connections at once, then 100,000 in turn, and see what is left behind
	@bin/maven -pl edgeloop-cli -am verify -Dedgeloop.connections=10000 -Dedgeloop.cycles=100000 \
		-Dit.test=ManyConnectionsIT -Dfailsafe.failIfNoSpecifiedTests=false \
		-Dtest=none -Dsurefire.failIfNoSpecifiedTests=false

.PHONY: soak
soak: ## Run the server among rude peers and faults: make soak [MINUTES=10] [REACTORS=1,2] [ENGINE=epoll]
	@nice bin/maven --projects edgeloop-cli --also-make -Dtest=none -Dit.test=SoakIT \
		-Dsurefire.failIfNoSpecifiedTests=false -Dfailsafe.failIfNoSpecifiedTests=false \
		-Dsoak.minutes=$(or $(MINUTES),10) -Dsoak.reactors=$(REACTORS) \
		-Dsoak.engine=$(or $(ENGINE),epoll) verify

.PHONY: tls-bulk
tls-bulk: ## Send much through TLS, on every engine: make tls-bulk [MEGABYTES=300]
	@bin/maven --projects edgeloop-tls --also-make -Dtest=TlsBulkTest \
		-Dsurefire.failIfNoSpecifiedTests=false -Dtls.bulk.megabytes=$(or $(MEGABYTES),300) test

.PHONY: tls-leaks
tls-leaks: ## See what 100,000 handshakes of each end leave behind, and 10,000 reloads
	@bin/maven --projects edgeloop-tls --also-make -Dtest=TlsLeakTest \
		-Dsurefire.failIfNoSpecifiedTests=false -Dtls.leaks.handshakes=100000 \
		-Dtls.leaks.reloads=10000 -Dtls.leaks.crowd=5000 test

.PHONY: format
format: ## Format the sources as the build wants them
	@bin/maven -q spotless:apply

.PHONY: clean
clean: ## Remove everything that was built
	@bin/maven -q clean

.PHONY: help
help: ## List the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  \1\t\2/p' Makefile | expand -t 18
