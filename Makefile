# Two commands on a fresh machine: `make report` and `make test`. Everything is set up in .venv.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help report lab learn test bench lock clean

help:
	@echo "make report   set up, then diagnose the demo store: prints the path of one HTML file"
	@echo "make lab      set up, then open JupyterLab in notebooks/"
	@echo "make learn    set up, then open the course in my-course/ (lang=zh or en, role=manager|operations|promotion|service|analyst)"
	@echo "make test     set up, then everything that CI runs"
	@echo "make bench    the figures of BENCHMARKS.md (ROWS=50_000_000 by default)"
	@echo "make lock     pin the requirements anew"

report: .venv/core
	@$(BIN)/ecomkit report store_diagnosis

lab: .venv/core
	$(BIN)/jupyter lab --notebook-dir=notebooks

learn: .venv/core
	@$(BIN)/ecomkit learn --to my-course $(if $(lang),--lang $(lang)) $(if $(role),--role $(role))

test: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder tests --doctest-modules ecomkit README.md README.zh.md --doctest-glob='*.md'
	$(BIN)/pytest -n 2 --dist loadfile --nbval-lax --nbval-current-env --nbval-cell-timeout=120 -W default notebooks

bench: .venv/dev
	$(BIN)/python tests/benchmarks/run.py

lock: .venv/dev
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --extra build pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --extra build --extra dev --extra spark -c requirements.lock pyproject.toml -o requirements-dev.lock

.venv/core: requirements.lock pyproject.toml
	@echo "Setting up .venv; the first time takes a minute or two."
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev: .venv/core requirements-dev.lock
	@$(BIN)/pip install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis
