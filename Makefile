# Two commands: `make serve` and `make test`. Each target needs nothing done before it.
# With GNU make 3.81 or newer, a POSIX shell and Python 3.11 or newer (venv and pip, or uv).

PYTHON ?= python3
PORT ?= 8000
SOURCES ?=
# Not `?=`: some shells export HOST as the name of this machine.
HOST = 127.0.0.1
ARGS =
DATA = ../shared/data

BIN = .venv/bin
RUNTIME = .venv/.runtime
DEV = .venv/.dev
RAY = .venv-ray/.made
MADE_FOR = .venv/.made-for
INPUTS = Makefile pyproject.toml
# The native kernels are compiled anew where one has changed.
KERNELS := hatch_build.py $(shell find graph schema -name '*.pyx')
# A process for each processor; more than four make each fixture once more for little. What was given out to one
# and waits is taken over by another that has nothing left.
PARALLEL = --numprocesses auto --maxprocesses 4 --dist worksteal
# Folders with a package-lock.json that tests run with.
NODE_FOLDERS = tests/server/gateway tests/server/audits examples/typescript examples/relay
NODE_PACKAGES = $(NODE_FOLDERS:%=%/node_modules/.package-lock.json)

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help install serve pages test test-ray check schema sample bench soak stalls fuzz audit lock clean FORCE

help: ## this list
	@echo 'specgraph: a GraphQL server over Spack build caches'
	@echo
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-14s %s\n", $$1, $$2 }'
	@echo
	@echo 'Options: PYTHON=python3.12 (any target), PORT=, HOST=, SOURCES="..." (serve),'
	@echo '         ARGS="..." (serve, test, bench, lock: handed on)'

install: $(RUNTIME) ## make the environment: .venv/bin/specgraph exists after it
	@echo 'specgraph: ready: .venv/bin/specgraph --help'

serve: $(RUNTIME) ## serve SOURCES (default: the embedded sample) on HOST:PORT (127.0.0.1:8000)
	@$(BIN)/python web/build.py --try
	@exec $(BIN)/specgraph serve $(SOURCES) --port $(PORT) --host $(HOST) $(ARGS)

pages: $(RUNTIME) ## build the browse page and GraphiQL into server/pages (serve does it too)
	@$(BIN)/python web/build.py

test: $(DEV) $(NODE_PACKAGES) ## run all tests (ARGS="-k spec -x" goes to pytest; -n 0: in one process)
	@$(BIN)/python web/build.py --try --dev
	@$(BIN)/python -m pytest $(PARALLEL) $(ARGS)

test-ray: $(RAY) ## run the tests of Ray Serve on a cluster of two nodes on this machine
	@.venv-ray/bin/python hatch_build.py
	@.venv-ray/bin/python -m pytest tests/server/ray $(ARGS)

check: $(DEV) ## style, types, the layers, the printed schema in step and without breaking changes
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache --no-logo
	@$(BIN)/python web/build.py --npm --silent run check
	@echo 'specgraph schema | diff schema/schema.graphql -'
	@$(BIN)/specgraph schema | diff -u schema/schema.graphql - || \
		{ echo 'make check: schema/schema.graphql is out of step: run make schema' >&2; exit 1; }
	@if base=$$(git merge-base HEAD origin/main 2>/dev/null || git merge-base HEAD main 2>/dev/null) && \
		git show "$$base:schema/schema.graphql" > .venv/former.graphql 2>/dev/null; then \
		echo 'schema.evolution: against the main branch'; \
		$(BIN)/python -m schema.evolution .venv/former.graphql schema/schema.graphql; \
	else \
		echo 'schema.evolution: there is no main branch here to compare with'; \
	fi

schema: $(RUNTIME) ## write the printed schema to schema/schema.graphql
	@$(BIN)/specgraph schema > .venv/schema.graphql
	@mv .venv/schema.graphql schema/schema.graphql

sample: $(RUNTIME) ## make the embedded sample anew from DATA (../shared/data)
	@$(BIN)/python -m server.sample.make $(DATA)

bench: $(DEV) ## measure requests beside other servers (docs/performance.md)
	@$(BIN)/python -m bench $(ARGS)

soak: $(DEV) ## put a long load on a server of its own (ARGS="WAVES ROUNDS DISTINCT GARBAGE")
	@$(BIN)/python -m tests.soak $(ARGS)

stalls: $(DEV) ## measure what holds up the event loop (ARGS="SNAPSHOT-FILE SECONDS KIND...")
	@$(BIN)/python -m tests.stalls $(ARGS)

fuzz: $(DEV) ## fuzz each target for a minute (ARGS="-max_total_time=600": libFuzzer's options)
	@for target in constraint page index source snapshot_file snapshot_columns document; do \
		$(BIN)/python -m tests.fuzz $$target -max_total_time=60 $(ARGS) || exit 1; \
	done

audit: $(DEV) ## compare the locked packages with the known vulnerabilities (asks the package index)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check pip-audit
	@$(BIN)/pip-audit --strict --no-deps --disable-pip --require-hashes --requirement requirements.lock

# Universal: one file for Python 3.11 and newer on Linux and macOS, x86_64 and aarch64. Versions in the
# lock are kept where they still fit; ARGS=--upgrade takes the newest. One version of a package for all of
# them (--fork-strategy fewest): what is tested on one Python is what another serves with.
COMPILE = pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest \
	--generate-hashes --no-annotate --no-emit-index-url --no-emit-find-links \
	--custom-compile-command 'make lock' $(ARGS)
lock: ## renew requirements.lock, its two sisters and web/requirements-node.lock (ARGS=--upgrade)
	@uv=uv; \
	if ! command -v uv >/dev/null; then \
		temporary=$$(mktemp -d) && trap 'rm -rf "$$temporary"' EXIT && \
		$(PYTHON) -m venv "$$temporary" && "$$temporary/bin/python" -m pip install --quiet uv && \
		uv=$$temporary/bin/uv; \
	fi && \
	"$$uv" $(COMPILE) pyproject.toml --group build --group dev --output-file requirements-dev.lock >/dev/null && \
	"$$uv" $(COMPILE) pyproject.toml --group build --constraint requirements-dev.lock \
		--output-file requirements.lock >/dev/null && \
	"$$uv" $(COMPILE) pyproject.toml --extra ray --group build --group dev --constraint requirements-dev.lock \
		--output-file requirements-ray.lock >/dev/null && \
	"$$uv" $(COMPILE) --group node --output-file web/requirements-node.lock >/dev/null

clean: ## remove the environment and everything that was made
	rm -rf server/pages web/node_modules web/.node web/.failed web/artifacts
	rm -rf .venv .venv-ray build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name .git -prune -o -name node_modules -prune -o -name __pycache__ -exec rm -rf {} +
	find graph schema -name '*.so' -exec rm {} +

# The environment. It is made anew when it was made for another folder (a copied or moved checkout) or
# for another PYTHON= than the one asked for.
ifeq ($(filter command line environment,$(origin PYTHON)),)
ASKED = default
else
ASKED = $(PYTHON)
endif
STALE := $(shell test ! -e $(MADE_FOR) || { read -r d && read -r p && test "$$d" = "$$PWD" && \
	{ test "$(ASKED)" = default || test "$(ASKED)" = "$$p"; }; } < $(MADE_FOR) || echo FORCE)
STALE := $(if $(STALE),$(STALE),$(shell test -x $(BIN)/python || echo FORCE))

NEEDS = specgraph needs Python 3.11 or newer
REMEDY = name one that is (make install PYTHON=python3.12), or install uv

$(MADE_FOR): $(STALE)
	@rm -rf .venv
	@if command -v uv >/dev/null; then \
		$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && \
			python=$$($(PYTHON) -c 'import sys; print(sys.executable)') || python='>=3.11'; \
		uv venv --quiet --python "$$python" .venv; \
	else \
		$(PYTHON) -c '' 2>/dev/null || \
			{ echo '$(NEEDS), and "$(PYTHON)" does not run: $(REMEDY)' >&2; exit 1; }; \
		$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
			{ echo "$(NEEDS), and $(PYTHON) is $$($(PYTHON) -V 2>&1): $(REMEDY)" >&2; exit 1; }; \
		$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
			{ echo '$(PYTHON) has no venv or no pip: install them (Debian, Ubuntu: apt install python3-venv), or install uv' >&2; exit 1; }; \
		$(PYTHON) -m venv .venv; \
	fi
	@printf '%s\n%s\n' "$$PWD" '$(PYTHON)' > $@

# $(call packages,LOCK,ENVIRONMENT): what the lock names and nothing else, each file checked by its hash; then this
# checkout, editable, built by the locked hatchling. That compiles the kernels, but pip shows nothing of it: a second time
# nothing is compiled, and what stands in the way is told.
define packages
@echo 'specgraph: installing $(1) into $(2)'
@if command -v uv >/dev/null; then \
	uv pip install --quiet --python $(2)/bin/python --require-hashes -r $(1) && \
	uv pip install --quiet --python $(2)/bin/python --no-deps --no-build-isolation --editable .; \
else \
	{ $(2)/bin/python -m pip --version >/dev/null 2>&1 || $(2)/bin/python -m ensurepip >/dev/null; } && \
	$(2)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1) && \
	$(2)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .; \
fi
@$(2)/bin/python hatch_build.py
endef

$(RUNTIME): $(MADE_FOR) $(INPUTS) $(KERNELS) requirements.lock
	$(call packages,requirements.lock,.venv)
	@touch $(RUNTIME)

$(DEV): $(MADE_FOR) $(INPUTS) $(KERNELS) requirements-dev.lock
	$(call packages,requirements-dev.lock,.venv)
	@touch $(RUNTIME) $(DEV)

# An environment of its own: Ray's packages are half a gigabyte, which who serves on one machine does not need.
$(RAY): $(MADE_FOR) $(INPUTS) requirements-ray.lock
	@rm -rf .venv-ray
	@if command -v uv >/dev/null; then uv venv --quiet --python $(BIN)/python .venv-ray; \
		else $(BIN)/python -m venv .venv-ray; fi
	$(call packages,requirements-ray.lock,.venv-ray)
	@touch $(RAY)

# What tests run with that need Node.js; without it they are skipped, and say so.
%/node_modules/.package-lock.json: %/package-lock.json
	@echo 'specgraph: installing $< beside it'
	@$(BIN)/python web/build.py --npm --prefix $(abspath $(<D)) --silent ci && touch $@ || \
		echo 'specgraph: the tests in $(<D) need Node.js 20 or newer, and its packages' >&2

FORCE:

# What an HPC site's module system may have set must not shadow the locked packages.
unexport PYTHONPATH
unexport PYTHONHOME
