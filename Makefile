# Every task of the project. `make` alone lists them.
.DEFAULT_GOAL := list
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: list setup demo serve test lint types bench lock clean

list: ## List the tasks
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup: $(VENV)/.ready ## Make .venv with the pinned dependencies of the product

$(VENV)/.ready: requirements/run.txt requirements/build.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Ringback needs Python 3.11 or newer; $$($(PYTHON) --version) was found. Name another: make PYTHON=python3.12 demo"; exit 1; }
	@echo "Setting up $(VENV) (once, about half a minute) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) --require-hashes -r requirements/run.txt -r requirements/build.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.ready requirements/dev.txt
	@echo "Adding the tools for tests and checks ..."
	@$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@

demo: $(VENV)/.ready ## Run the main job on this machine: simulator, server, a tour
	@exec $(BIN)/ringback demo

serve: $(VENV)/.ready ## Run the server on the embedded database
	@exec $(BIN)/ringback serve

test: $(VENV)/.dev ## Run all tests, on every core
	$(BIN)/python -m pytest -n auto

lint: $(VENV)/.dev ## Style, layers and the public lists
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(VENV)/.dev ## Strict types
	$(BIN)/mypy

bench: $(VENV)/.dev ## Speed, as ratios from one run; about ten minutes
	$(BIN)/python bench/client.py
	$(BIN)/python bench/start_up.py
	$(BIN)/python bench/simulator.py
	$(BIN)/python bench/overhead.py
	$(BIN)/python bench/workers.py
	$(BIN)/python bench/pacing.py
	$(BIN)/python bench/bulk.py
	$(BIN)/python bench/durable.py

lock: ## Pin the dependencies anew (needs uv)
	uv pip compile -q --generate-hashes --no-strip-extras --no-emit-index-url --universal --python-version 3.11 --no-annotate --no-header pyproject.toml -o requirements/run.txt
	uv pip compile -q --generate-hashes --no-strip-extras --no-emit-index-url --universal --python-version 3.11 --no-annotate --no-header pyproject.toml --extra dev -c requirements/run.txt -o requirements/dev.txt
	uv pip compile -q --generate-hashes --no-strip-extras --no-emit-index-url --universal --python-version 3.11 --no-annotate --no-header requirements/build.in -o requirements/build.txt

clean: ## Remove what setup and tests made
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage .import_linter_cache
