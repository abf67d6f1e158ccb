# Everything is set up inside this checkout: .venv (Python), node_modules (front-end files), .run (data).
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --disable-pip-version-check --quiet --require-hashes --no-deps --only-binary=:all:
# One package of the SMS providers' comes without a wheel; it is built by the setuptools that is already installed.
FROM_SOURCE := --no-binary=alibabacloud-tea --no-build-isolation
VENDOR := yueban/static_vendor/vendor
CATALOGUES := $(wildcard yueban/locale/*/LC_MESSAGES/*.po)
export DJANGO_SETTINGS_MODULE := yueban.config.settings

.PHONY: help install run demo test check format bench lock packages

help:  ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: $(VENV)/.dev $(VENDOR)/.done $(VENV)/.catalogues  ## only set up .venv, with the tools of a developer

run: $(VENV)/.runtime $(VENDOR)/.done $(VENV)/.catalogues  ## database, sample county, web, events and worker
	@exec $(BIN)/yueban run

demo: $(VENV)/.runtime $(VENDOR)/.done $(VENV)/.catalogues  ## a living hall on a simulated clock, next working day 08:55; RATE=60: a second is a minute
	@exec $(BIN)/yueban demo $(if $(RATE),--rate $(RATE))

check: install  ## lint, format, types and import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	git ls-files '*.html' | xargs -r $(BIN)/djangofmt --check --quiet
	$(BIN)/mypy
	$(BIN)/lint-imports

format: install  ## let the tools write what check would complain about
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	git ls-files '*.html' | xargs -r $(BIN)/djangofmt --quiet

test: check packages  ## everything that CI runs, browser journeys included
	$(BIN)/pytest -n auto --cov --cov-report=term:skip-covered

bench: $(VENV)/.dev $(VENDOR)/.done $(VENV)/.catalogues  ## the figures that README quotes
	@$(BIN)/python -m bench

lock:  ## resolve pyproject.toml and package.json anew
	python3 -m venv .run/lock
	.run/lock/bin/pip install --quiet uv
	cd $(CURDIR) && compile() { env -u PIP_FIND_LINKS .run/lock/bin/uv pip compile "$$@" --upgrade --quiet \
	  --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links; } \
	  && compile pyproject.toml --group build -o requirements.lock \
	  && compile pyproject.toml --extra aliyun --extra tencent --group build --group dev -c requirements.lock -o requirements-dev.lock \
	  && compile --group node -o requirements-node.lock
	npm install --package-lock-only --no-audit

# ---- what the targets above stand on --------------------------------------------------------------------------------

$(BIN)/python:
	@tools/python.sh $(VENV)

$(VENV)/.runtime: requirements.lock pyproject.toml | $(BIN)/python
	@echo 'Installing the packages of requirements.lock …'
	$(PIP) -r requirements.lock
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --no-index --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@echo 'Installing the packages of requirements-dev.lock …'
	$(PIP) $(FROM_SOURCE) -r requirements-dev.lock
	@touch $@

# Node from the machine, or from a wheel where there is none.
$(VENDOR)/.done: package-lock.json tools/vendor.sh | $(VENV)/.runtime
	@tools/vendor.sh $(VENV) $(VENDOR)
	@touch $@

$(VENV)/.catalogues: $(CATALOGUES) | $(VENV)/.runtime
	@if [ -n '$(CATALOGUES)' ]; then $(BIN)/pybabel --quiet compile --domain django --directory yueban/locale; fi
	@touch $@

packages:
	@tools/packages.sh
