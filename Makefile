# Two commands on a fresh machine with Python 3.12: `make demo` and `make test` (pip only).
PYTHON ?= $(shell command -v python3.12 2>/dev/null || echo python3)
VENV ?= .venv
RUN = $(VENV)/bin/python

.PHONY: demo test check verify clean

$(VENV)/ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 12))' || \
	  { echo "dyadsim needs Python 3.12 or newer; '$(PYTHON)' is older. Try: make PYTHON=/path/to/python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --quiet --disable-pip-version-check "pip>=25.1"
	$(RUN) -m pip install --quiet --disable-pip-version-check -c constraints.txt --group dev -e ".[scale,web]"
	@touch $@

demo: $(VENV)/ready
	$(RUN) -m dyadsim

test: $(VENV)/ready check
	$(RUN) -m pytest

check: $(VENV)/ready
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy
	$(VENV)/bin/lint-imports

verify: $(VENV)/ready
	$(RUN) -m pytest -m verification tests/verification

clean:
	rm -rf $(VENV) build dist
