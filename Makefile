# Everything one does with this checkout. Needs Python 3.11 and, for the tests, Debian's packages.
PYTHON ?= python3
BIN    := .venv/bin

# Neither may matter: without bytecode every start is three times slower, and the locks name what is wanted.
unexport PYTHONDONTWRITEBYTECODE PIP_FIND_LINKS UV_FIND_LINKS

UV       := $(BIN)/uv pip
INSTALL   = $(UV) install --quiet --python $(BIN)/python --require-hashes --compile-bytecode
CHECKOUT  = $(UV) install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
COMPILE   = $(UV) compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links \
            --no-header --no-annotate --python-version 3.11
PACKAGES  = $(shell sed 's/\#.*//' tests/packages.txt)

# $(call quietly,COMMAND): its output only when it fails
quietly = output=$$($(1) 2>&1) || { status=$$?; printf '%s\n' "$$output"; exit $$status; }

.PHONY: help run test lint bench soak packages lock

help: ## list these tasks
	@sed -n 's/^\([a-z]*\):.*## /make \1 - /p' Makefile

run: .venv/.run ## start Doorward with a demo portal and a demo app on this machine; Ctrl-C ends it
	@$(BIN)/doorward demo

test: lint packages ## run the linters, then every test on servers of its own
	@$(BIN)/pytest -n 2 --dist worksteal

lint: .venv/.dev ## check style, formatting, types and the layers
	@$(BIN)/ruff check --quiet .
	@$(call quietly,$(BIN)/ruff format --check .)
	@$(call quietly,$(BIN)/mypy)
	@$(call quietly,$(BIN)/mypy -p tests.support)
	@$(call quietly,$(BIN)/lint-imports)

bench: .venv/.dev packages ## measure requests per second, CPU time and SQL statements
	@$(BIN)/python -m benchmarks

soak: .venv/.dev packages ## run the long campaigns in full: hours
	@DOORWARD_SOAK=1 $(BIN)/pytest -n 2 --dist worksteal --timeout 0 tests/soak

packages: ## install the Debian packages that the tests need, as root or by sudo
	@sh tests/support/install-packages $(PACKAGES)

lock: .venv/.uv ## renew requirements*.txt from requirements*.in
	@for set in -uv '' -demo -dev; do \
		$(COMPILE) requirements$$set.in --output-file requirements$$set.txt || exit 1; \
	done

.venv/.uv: requirements-uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Doorward needs Python 3.11: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || sh tests/support/install-packages python3-venv
	@$(BIN)/python -c 'import pip' 2>/dev/null || { rm -rf .venv; $(PYTHON) -m venv .venv; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps \
		-r requirements-uv.txt
	@touch $@

.venv/.run: .venv/.uv requirements.txt requirements-demo.txt pyproject.toml
	@$(INSTALL) -r requirements.txt -r requirements-demo.txt
	@$(CHECKOUT)
	@touch $@

.venv/.dev: .venv/.uv requirements.txt requirements-dev.txt pyproject.toml
	@$(INSTALL) -r requirements.txt -r requirements-dev.txt
	@$(CHECKOUT)
	@touch $@
