# The daily commands. `make run` and `make test` do all of their own set-up.

PYTHON ?= $(firstword $(foreach name,python3 python3.13 python3.12 python3.11,$(shell $(name) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(name))) python3)
BIN := .venv/bin

.PHONY: run test bench lint format lock setup setup-test clean

run: setup
	@exec $(BIN)/python -m examprep.up

test: setup-test lint
	@$(BIN)/python -m tests.run

bench: setup-test
	@$(BIN)/python -m pytest tests/benchmarks -q -s

lint:
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run

format:
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock:
	requirements/compile.sh
	npm install --package-lock-only

setup:
	@$(PYTHON) .ci/setup.py run

setup-test:
	@$(PYTHON) .ci/setup.py test

clean:
	rm -rf .venv node_modules var staticfiles .mypy_cache .ruff_cache .pytest_cache .hypothesis
