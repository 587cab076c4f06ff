# Two commands on a fresh machine with Python 3.12: `make demo` and `make test` (pip only).
PYTHON ?= $(shell command -v python3.12 2>/dev/null || echo python3)
VENV ?= .venv
RUN = $(VENV)/bin/python
LOWEST = build/lowest

.PHONY: demo test check verify verify-r lowest fuzz calibrate-check clean

$(VENV)/ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 12))' || \
	  { echo "dyadsim needs Python 3.12 or newer; '$(PYTHON)' is older. Try: make PYTHON=/path/to/python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --quiet --disable-pip-version-check "pip>=25.1"
	$(RUN) -m pip install --quiet --disable-pip-version-check -c constraints.txt --group dev -e ".[files,scale,web]"
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
	$(RUN) -m pytest -m verification -rs tests/verification
	$(MAKE) lowest

# The suite with the lowest versions that pyproject.toml declares, in an environment of its own. Old
# versions warn of what newer ones have mended: a warning is no error here.
lowest: $(VENV)/ready
	$(RUN) -m pip install --quiet --disable-pip-version-check uv
	rm -rf $(LOWEST)
	$(RUN) -m uv venv --quiet --python $(abspath $(RUN)) $(LOWEST)
	$(RUN) -m uv pip install --quiet --python $(LOWEST) --resolution lowest-direct -e ".[files,scale,web]"
	$(RUN) -m uv pip install --quiet --python $(LOWEST) --group test
	$(LOWEST)/bin/python tests/promises/lowest_versions.py
	$(LOWEST)/bin/python -m pytest -o filterwarnings=default

verify-r: $(VENV)/ready
	$(RUN) -m pytest -m verification -rs tests/verification/test_r_*.py

# Facts met by world, facts over members, spread, coverage and prediction, from committed files.
calibrate-check: $(VENV)/ready
	$(RUN) tests/verification/calibrate_check.py

fuzz: $(VENV)/ready
	$(RUN) tests/fuzz/fuzzer.py --cases $(or $(CASES),10000) --seed $(or $(SEED),1)

clean:
	rm -rf $(VENV) build dist
