# `make demo` and `make test` do everything on a fresh machine with Python 3.11: each sets up the
# virtual environment first, and again whenever what it needs has changed.

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
HASHED := --quiet --no-deps --require-hashes

TOOLS := .tools

.PHONY: demo install test slow coverage docs lint types lock audit clean help

help:
	@echo "make demo       speak, build, train, evaluate, predict: the whole flow on synthetic voices"
	@echo "make test       linters, types and tests"
	@echo "make slow       the tests that take long"
	@echo "make coverage   which lines no test runs, in htmlcov/"
	@echo "make docs       the documentation as a site, in site/"
	@echo "make lock       write requirements/*.txt anew from pyproject.toml and constraints.txt"
	@echo "make audit      look up known vulnerabilities of what is installed by make"
	@echo "make clean      remove the virtual environments and what the demo made"

install: $(READY)

demo: $(READY)
	$(BIN)/exhubert demo --output demo-output

test: lint types
	$(BIN)/python -m pytest -n 2 --dist loadgroup

coverage: $(READY)
	$(BIN)/python -m pytest -n 2 --dist loadgroup --cov --cov-report=html --cov-report=term:skip-covered

slow: $(READY)
	$(BIN)/python -m pytest -m slow

# NO_MKDOCS_2_WARNING: a message of the theme about other tools, not about these pages.
docs: $(READY)
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(READY)
	$(BIN)/mypy

lock: $(TOOLS)
	$(TOOLS)/bin/python requirements/lock.py

# --strict: packages that can't be looked up make it fail, where it would else say that all is well.
audit: $(TOOLS)
	$(TOOLS)/bin/pip-audit --strict --disable-pip --no-deps --progress-spinner off \
		--requirement requirements/build.txt --requirement requirements/lock.txt \
		--requirement requirements/torch.txt

clean:
	rm -rf $(VENV) $(TOOLS) demo-output site

# With CONSTRAINTS=requirements/constraints.txt, or /dev/null for the newest, it takes any Python and
# no checksums; without, what requirements/*.txt lock for Python 3.11.
#
# PyTorch's build without CUDA is taken where pip knows a place that has it, as it does by
# PIP_FIND_LINKS or PIP_EXTRA_INDEX_URL; elsewhere the one of the package index.
$(READY): pyproject.toml setup.py requirements/build.txt requirements/lock.txt requirements/torch.txt requirements/torch-cpu.txt
	$(PYTHON) -m venv $(VENV)
ifdef CONSTRAINTS
	$(BIN)/pip install --quiet --constraint $(CONSTRAINTS) --editable '.[dev]'
else
	$(BIN)/pip install $(HASHED) --requirement requirements/build.txt
	$(BIN)/pip install $(HASHED) --requirement requirements/torch-cpu.txt 2>/dev/null \
		|| $(BIN)/pip install $(HASHED) --requirement requirements/torch.txt
	$(BIN)/pip install $(HASHED) --no-build-isolation --requirement requirements/lock.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
endif
	$(BIN)/pip check
	touch $(READY)

$(TOOLS): requirements/tools.txt
	$(PYTHON) -m venv $(TOOLS)
	$(TOOLS)/bin/pip install $(HASHED) --requirement requirements/tools.txt
	touch $(TOOLS)
