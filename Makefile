# Each target sets up what it needs first (tools/setup.sh). PYTHON=python3.12 chooses the interpreter.
.POSIX:
.PHONY: demo test test-all bench lint clean system
PYTHON =

demo: .venv/ready
	.venv/bin/passkoop demo

test: .venv/ready system
	.venv/bin/python -m pytest

test-all: .venv/ready .venv-schemathesis/ready system
	.venv/bin/python -m pytest -m ""

bench: .venv/ready .venv-peers/ready
	.venv/bin/python benchmarks/run.py --write

lint: .venv/ready
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports

clean:
	rm -rf .venv .venv-peers .venv-schemathesis build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

system: .venv/ready
	@tools/setup.sh system

.venv/ready: pyproject.toml constraints.txt
	@PYTHON='$(PYTHON)' tools/setup.sh python
	@touch $@

.venv-peers/ready: benchmarks/peers.txt
	@PYTHON='$(PYTHON)' tools/setup.sh peers
	@touch $@

.venv-schemathesis/ready: tests/schemathesis.txt
	@PYTHON='$(PYTHON)' tools/setup.sh schemathesis
	@touch $@
