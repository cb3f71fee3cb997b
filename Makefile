# The two commands of the README are `make demo` and `make test`; `make lab` opens the notebooks.
# PYTHON names the interpreter (3.11 or newer) that makes the virtual environment.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
CONSTRAINTS := binder/constraints.txt
export OMP_NUM_THREADS ?= 1
# Tests that wait, for servers and for processes that are killed, leave room for others; 0 runs them one by one.
JOBS ?= 2

.PHONY: help demo lab hub gpaw test check benchmarks format clean

help: ## Say what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("NANO-OS Lab needs Python 3.11 or newer, this is " + sys.version.split()[0] + ": make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed-all: $(BIN)/python pyproject.toml $(CONSTRAINTS)
	@echo "Installing NANO-OS Lab into $(VENV) (a few minutes the first time) ..."
	$(PIP) install --quiet --constraint $(CONSTRAINTS) --editable '.[all]'
	@touch $@

$(VENV)/.installed-dev: $(BIN)/python pyproject.toml $(CONSTRAINTS)
	@echo "Installing NANO-OS Lab and its tests into $(VENV) (a few minutes the first time) ..."
	$(PIP) install --quiet --constraint $(CONSTRAINTS) --editable '.[dev]'
	@touch $@ $(VENV)/.installed-all $(VENV)/.installed-hub

$(VENV)/.installed-hub: $(BIN)/python pyproject.toml $(CONSTRAINTS)
	@echo "Installing NANO-OS Lab and JupyterHub into $(VENV) (a few minutes the first time) ..."
	$(PIP) install --quiet --constraint $(CONSTRAINTS) --editable '.[all,hub]'
	@touch $@ $(VENV)/.installed-all

demo: $(VENV)/.installed-all ## The main job: screen the sample structures, write one HTML report
	$(BIN)/nanoos demo demo-lab

lab: $(VENV)/.installed-all ## Open JupyterLab on the first notebook
	$(BIN)/jupyter lab notebooks/01-first-steps.ipynb

hub: $(VENV)/.installed-hub ## A JupyterHub on loopback: accounts, a lab each, dashboards (hub/README.md)
	$(BIN)/python hub/start.py

$(VENV)/.installed-gpaw: scripts/gpaw_siteconfig.py $(CONSTRAINTS) | $(VENV)/.installed-all
	@echo "Compiling GPAW into $(VENV) (a minute or two; needs libxc-dev, libopenblas-dev, g++ and python3-dev) ..."
	GPAW_CONFIG=$(abspath $<) $(PIP) install --quiet --constraint $(CONSTRAINTS) --editable '.[gpaw]'
	@touch $@

gpaw: $(VENV)/.installed-gpaw ## Compile GPAW, the second DFT code, into the environment

test: $(VENV)/.installed-dev check ## Every check and every test
	$(BIN)/python -m pytest --numprocesses $(JOBS) --dist loadfile --no-loadscope-reorder

check: $(VENV)/.installed-dev ## Lint, types, layers, bundles
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/flake8 nanoos_lab
	$(BIN)/python scripts/check_bundles.py

benchmarks: $(VENV)/.installed-dev ## Print every figure of the README
	$(BIN)/python -m pytest tests/benchmarks -m benchmark -s -q

format: $(VENV)/.installed-dev ## Format and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean: ## Remove the environment and the demo's lab
	rm -rf $(VENV) demo-lab
