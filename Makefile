# Two commands on a fresh machine with Python 3.12: `make demo` and `make test` (pip only).
PYTHON ?= $(shell command -v python3.12 2>/dev/null || echo python3)
VENV ?= .venv
RUN = $(VENV)/bin/python
LOWEST = build/lowest
SPELLED = *.md docs dyadsim conf experiments paper packaging

.PHONY: demo test slow check docs verify verify-r lowest fuzz calibrate-check reproducible clean

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
	$(RUN) -m codespell_lib $(SPELLED)
	$(RUN) -m mypy
	$(VENV)/bin/lint-imports

# The documentation site in build/site/html: a warning is an error. What commands and notebooks print is
# made now and kept until the source of dyadsim changes. Nothing is fetched but the packages.
SITE = build/site
docs: $(VENV)/ready
	$(RUN) -m pip install --quiet --disable-pip-version-check -c constraints.txt --group docs
	$(RUN) docs/site/assemble.py $(SITE)
	$(RUN) -m sphinx -W --keep-going -q -b html $(SITE)/source $(SITE)/html
	@echo "open $(SITE)/html/index.html"

# Tests that take seconds each: killed processes, wheels, experiments, statistics over many samples.
slow: $(VENV)/ready
	$(RUN) -m pytest -m slow tests

verify: $(VENV)/ready
	$(RUN) -m pytest -m "verification or slow" -rs tests
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
	$(LOWEST)/bin/python -m pytest -m "not verification" -o filterwarnings=default

verify-r: $(VENV)/ready
	$(RUN) -m pytest -m verification -rs tests/verification/test_r_*.py

# Facts met by world, facts over members, spread, coverage and prediction, from committed files.
calibrate-check: $(VENV)/ready
	$(RUN) tests/verification/calibrate_check.py

# Wheel and sdist twice, with the time of the last commit: the bytes must be the same. They stay in dist/.
reproducible: $(VENV)/ready
	$(RUN) -m pip install --quiet --disable-pip-version-check -c constraints.txt "hatchling>=1.25"
	rm -rf dist build/again
	SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(RUN) -m hatchling build --directory dist
	SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(RUN) -m hatchling build --directory build/again
	cd dist && sha256sum * > ../build/again/SHA256SUMS && cd ../build/again && sha256sum -c SHA256SUMS

fuzz: $(VENV)/ready
	$(RUN) tests/fuzz/fuzzer.py --cases $(or $(CASES),10000) --seed $(or $(SEED),1)

clean:
	rm -rf $(VENV) build dist
