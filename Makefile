# Two commands set everything up: `make demo` shows a house that runs, `make test` proves it. Only Python 3.11 to 3.13 and make are needed.

SUPPORTED = import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for p in python3 python3.11 python3.12 python3.13 python; do \
            $$p -c '$(SUPPORTED)' >/dev/null 2>&1 && echo $$p && break; done)
RUN = .venv/bin/python
WORKERS ?= 2
DEMO ?=
BENCH ?=
TESTS ?= tests

.PHONY: help demo book env test slow check format docs bench lock clean python

help:  ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 10

demo: python  ## make a whole made-up house once (5,000 borrowers, 18 months) and serve it; DEMO=--no-serve only makes it
	@$(PYTHON) tools/environment.py runtime
	@.venv/bin/plimsoll world open $(DEMO)

book: python  ## make a book of 2,000 made-up borrowers, close 12 months, print what it holds
	@$(PYTHON) tools/environment.py runtime
	@.venv/bin/plimsoll demo --again $(DEMO)

env: python  ## make the full development environment in .venv/
	@$(PYTHON) tools/environment.py dev

test: env  ## run every test but the slow ones, on SQLite and on PostgreSQL
	@$(RUN) -m pytest -n $(WORKERS) --dist loadfile -q $(TESTS)

slow: env  ## run the slow tests (kill -9 storms, 100,000 random lives), and properties over new examples
	@PLIMSOLL_EXAMPLES=new $(RUN) -m pytest -m "slow or hypothesis" -q $(TESTS)

check: env  ## lint, format, types, import contracts, the style guide as a test
	@$(RUN) -m ruff check .
	@$(RUN) -m ruff format --check .
	@$(RUN) -m mypy
	@.venv/bin/lint-imports --no-logo
	@$(RUN) -m pytest -q tests/tidy

format: env  ## put the source in the one format, mend what lint can mend
	@$(RUN) -m ruff check --fix .
	@$(RUN) -m ruff format .

docs: env  ## write the reference pages that say what the program says: commands, API, rules, codes, permissions, events, settings
	@$(RUN) -m tools.refusals_found
	@$(RUN) -W ignore -m tests.recorded
	@$(RUN) -m tools.reference_pages

bench: python  ## measure against the rivals; a table on the screen, table and JSON under build/bench/
	@$(PYTHON) tools/environment.py bench
	@$(RUN) -m bench $(BENCH)

COMPILE = $(RUN) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url
SAME = --constraint requirements/bench.lock
# All extras but spark, which is half a gigabyte and needs Java: the tests that ask for it are slow ones, and skip without it.
EXTRAS = $(foreach one,charts documents fast ml notify passkeys portfolio postgres sheets,--extra $(one))
lock: env  ## resolve the dependencies of pyproject.toml again into requirements/*.lock
	@$(COMPILE) --upgrade --all-extras --group build --group dev --group bench pyproject.toml -o requirements/bench.lock
	@$(COMPILE) --upgrade $(EXTRAS) --group build --group dev $(SAME) pyproject.toml -o requirements/dev.lock
	@$(COMPILE) --upgrade --extra fast --extra portfolio --extra charts --group build $(SAME) pyproject.toml -o requirements/runtime.lock
	@$(COMPILE) --upgrade $(foreach one,documents fast passkeys portfolio postgres,--extra $(one)) $(SAME) pyproject.toml -o requirements/server.lock
	@$(COMPILE) --upgrade --group build $(SAME) -o requirements/build.lock

clean:  ## remove the environment and everything built
	@rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

python:
	@test -n '$(PYTHON)' || { echo 'make: Python 3.11, 3.12 or 3.13 was not found. On Debian: apt-get install python3 python3-venv;' \
	  'or say where it is: make PYTHON=/path/to/python3.11 ...' >&2; exit 1; }
