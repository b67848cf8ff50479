# One command per chore.  Needs Python 3.11 or newer and make; everything else comes from there.
#
# The container tests and benches use a Docker engine that answers (at DOCKER_HOST, or where it always
# is); where none does and this is root on Debian, one is installed, started for the run and ended.
# Their base image takes no registry: debootstrap makes it, once, in ~/.cache/jupyter-train.
#
#   make demo             JupyterLab on the digits notebook, with its job training
#   make demo HEADLESS=1  the same notebook run to its end without a browser
#   make test             every check there is      make lint   only those that read the code
#   make faults           the kill -9 suites with 50 rounds each
#   make bench            our figures beside the peers' (make bench ONLY="B3 curves")
#   make build            wheel and sdist in dist/

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
IN_VENV := PATH="$(CURDIR)/$(VENV)/bin:$$PATH"

.PHONY: demo test lint faults bench build setup clean
.SILENT:

demo: setup
	$(IN_VENV) $(VENV)/bin/python examples/demo.py $(if $(HEADLESS),--headless)

test: setup-test
	$(IN_VENV) $(VENV)/bin/python tools/checks.py all

lint: setup-test
	$(IN_VENV) $(VENV)/bin/python tools/checks.py lint

faults: setup-test
	$(IN_VENV) JT_FAULT_ROUNDS=50 $(VENV)/bin/python tools/checks.py faults

bench: setup-test
	$(IN_VENV) $(VENV)/bin/python benchmarks $(ONLY)

build: setup
	$(IN_VENV) $(VENV)/bin/python tools/setup.py package

setup: python-found
	$(PYTHON) tools/setup.py demo

setup-test: python-found
	$(PYTHON) tools/setup.py test

.PHONY: setup-test python-found
python-found:
	test -n "$(PYTHON)" || { echo "make: no Python 3.11 or newer found; name one: make PYTHON=/path/to/python3.12 …"; exit 1; }

clean:
	rm -rf $(VENV) .venv-clients node_modules dist build labextension/lib labextension/*.tsbuildinfo \
		server_ext/jupyter_train/labextension .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
