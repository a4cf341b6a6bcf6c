# Two commands for a new user: `make run` and `make test`. Each does its own set-up in .venv.
# Needs Python 3.11 or newer and make; PYTHON=... picks another interpreter.

SHELL := /bin/bash
PYTHON ?= $(shell .ci/find-python)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
SCENARIO ?= scenarios/bank
OUT ?= runs/$(notdir $(SCENARIO))
PYTEST ?= $(BIN)/python -m pytest
WORKERS ?= auto

.PHONY: help run test test-slow lint format bench bench-customers reports messages docs docs-check install install-dev clean
.DEFAULT_GOAL := help

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' Makefile

run: install ## set up, solve the bank scenario, write runs/bank and its reports, verify it
	@if [ ! -e "$(SCENARIO)" ]; then \
	  echo "make run: there is no $(SCENARIO); pick one with SCENARIO=..., for example:" >&2; \
	  ls -d scenarios/*/ >&2; exit 2; fi
	$(BIN)/channelopt solve "$(SCENARIO)" --out "$(OUT)" --force
	$(BIN)/channelopt verify "$(OUT)"
	$(BIN)/channelopt report "$(OUT)"
	@echo "The report: open $(OUT)/report.html in a browser, $(OUT)/report.xlsx in Excel"

test: install-dev lint ## set up, check the style, run the fast tests
	$(PYTEST) -n $(WORKERS) --dist worksteal

test-slow: install-dev ## the tests that take minutes
	$(PYTEST) -n $(WORKERS) --dist worksteal -m slow

lint: install-dev ## style, types, import layers, spelling
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell

format: install-dev ## rewrite the code in the project's style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: install-dev ## measure building and solving
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.waiting

bench-customers: install-dev ## measure lists of customers against other ways, 10^4 to 10^7
	$(BIN)/python -m benchmarks.customers

reports: install ## solve the bank again for reports/bank, and write its reports
	$(BIN)/channelopt solve scenarios/bank --out reports/bank --force --sensitivity-seconds 240
	$(BIN)/channelopt sensitivity reports/bank --seconds 180 --force
	$(PIP) -e '.[reports]'
	$(BIN)/channelopt report reports/bank --format html,xlsx,pdf,pptx,md

messages: install-dev ## bring new texts of the reports into every language's catalogue
	$(eval POT := $(shell mktemp))
	$(BIN)/pybabel -q extract -F babel.cfg --no-default-keywords -k _ -k plural_of:1,2 -k later \
	  --no-location --sort-output --no-wrap -o $(POT) src/channelopt/report
	$(BIN)/pybabel -q update --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date \
	  --no-wrap -i $(POT) -d src/channelopt/report/locale
	@rm -f $(POT)

docs: install-dev ## write the generated pages of docs/ again
	$(BIN)/python -m channelopt.cli.reference

docs-check: install-dev ## generated pages are up to date, examples in the pages work
	$(PYTEST) tests/project tests/cli/test_documents.py

install: $(VENV)/.installed-run
install-dev: $(VENV)/.installed-dev

$(VENV)/bin/python:
	@.ci/make-venv "$(PYTHON)" "$(VENV)"

$(VENV)/.installed-run: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) -e .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) -e '.[dev]'
	@touch $@ $(VENV)/.installed-run

clean: ## remove the environment, caches and runs
	rm -rf $(VENV) runs .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
