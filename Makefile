# The two commands a newcomer needs are `make demo` and `make test`. Everything runs in .venv, made on first use.
# Paths are relative on purpose: the checkout may lie in a folder with spaces in its name.

ARGS ?=
PY = .venv/bin/python
# Quick and pure: a mistake there is known within seconds, before anything starts a database.
FAST = $(wildcard tests/tidy tests/cases tests/commerce tests/accounting)

.PHONY: help demo test lint unit browser clients install pages lock clean

help:
	@echo "make demo                 install, start everything, place orders, show them booked, leave the console open"
	@echo "make demo ARGS=\"--help\"   what the demo can do"
	@echo "make test                 install, check style and types, run every test"
	@echo "make lint                 only style and types"
	@echo "make pages                write the generated docs pages anew"
	@echo "make lock                 resolve requirements.lock anew (needs uv)"
	@echo "make clean                remove .venv and caches"

demo: install
	@.venv/bin/kontera demo $(ARGS)

test: lint browser clients unit

lint: install
	@$(PY) -m ruff check src tests scripts docs/templates
	@$(PY) -m ruff format --check src tests scripts docs/templates
	@$(PY) -m mypy

# pytest ends with 5 when a marker selects nothing; that is no failure here.
unit: install
	@$(PY) -m pytest -q $(FAST)
	@$(PY) -m pytest -q -m serial $(FAST:%=--ignore=%) || [ $$? -eq 5 ]
	@$(PY) -m pytest -q -m "not serial" -n 2 $(FAST:%=--ignore=%)

browser:
	@sh scripts/browser

clients:
	@sh scripts/clients

install:
	@sh scripts/install

pages: install
	@$(PY) -m kontera.cases.pages
	@$(PY) scripts/mission.py
	@$(PY) -m tests.deviations
	@$(PY) scripts/business_central.py

lock:
	uv pip compile pyproject.toml --group build --group dev --universal --python-version 3.11 \
		--generate-hashes --no-header --no-annotate --quiet --output-file requirements.lock

clean:
	rm -rf .venv .clients .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist
