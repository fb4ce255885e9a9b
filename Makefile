# `make demo` and `make test` do everything on a fresh machine with Python 3.11: each sets up the
# virtual environment first, and again whenever what it needs has changed.

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test slow lint types clean help

help:
	@echo "make demo   speak, build, train, evaluate, predict: the whole flow on synthetic voices"
	@echo "make test   linters, types and tests"
	@echo "make slow   the tests that take long"
	@echo "make clean  remove the virtual environment and what the demo made"

demo: $(READY)
	$(BIN)/exhubert demo --output demo-output

test: lint types
	$(BIN)/python -m pytest -n 2 --dist loadgroup

slow: $(READY)
	$(BIN)/python -m pytest -m slow

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(READY)
	$(BIN)/mypy

clean:
	rm -rf $(VENV) demo-output

$(READY): pyproject.toml setup.py requirements/constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint requirements/constraints.txt --editable '.[dev]'
	touch $(READY)
