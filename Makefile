# Two commands do everything on a fresh machine: `make run` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SHARED ?= ../shared

.DEFAULT_GOAL := help
.PHONY: help run test check lint format types floors docs recipes approve dist eval encodings fuzz fuzz-bytes chaos scale cost audit dates bench bench-normalize profile repairs peers-normalize remote parquet clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

TABLES := $(wildcard newsingest/rules/*.toml newsingest/profiles/*.toml)

$(BIN)/newsingest: pyproject.toml .ci/compile_tables.py $(TABLES) # compiles the tables
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.dev: pyproject.toml | $(BIN)/newsingest
	$(BIN)/pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	$(BIN)/pip install --quiet --group dev
	@touch $@

run: $(BIN)/newsingest ## set up, parse samples/, show the records and the summary
	$(BIN)/newsingest parse samples/

test: $(VENV)/.dev ## set up and run every test
	$(BIN)/python -m pytest -q

check: lint types floors test ## lint, types, import floors, and every test (the documentation's examples too)

lint: $(VENV)/.dev ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(VENV)/.dev ## ruff: rewrite
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(VENV)/.dev ## mypy, strict
	$(BIN)/mypy

floors: $(VENV)/.dev ## imports point one way
	$(BIN)/lint-imports

docs: $(VENV)/.dev ## make the generated pages anew: docs/command-line.md, record.md, normalisation.md
	NEWSINGEST_WRITE_DOCS=1 $(BIN)/python -m pytest -q tests/test_docs.py tests/test_schema.py tests/test_profiles.py

approve: $(VENV)/.dev ## pin the records of samples/ as they are now; read the diff
	NEWSINGEST_APPROVE=1 $(BIN)/python -m pytest -q tests/test_samples.py
	git diff --stat tests/approved

recipes: ## the examples of docs/recipes.md, with their tools in a venv of their own
	$(PYTHON) -m venv .venv-recipes
	.venv-recipes/bin/pip install --quiet --disable-pip-version-check . pytest hypothesis fastjsonschema duckdb pandas datasets 'datatrove[io]'
	.venv-recipes/bin/python -m pytest -q tests/test_docs.py -k recipes -W default

remote: ## servers of S3 and Cloud Storage with faults in the middle, a Dask cluster over one, in a venv of its own
	$(PYTHON) -m venv .venv-remote
	.venv-remote/bin/pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1' # older ones find no versions that fit
	.venv-remote/bin/pip install --quiet --disable-pip-version-check --editable '.[remote,parquet,dask]' pytest hypothesis fastjsonschema 'moto[server]' gcp-storage-emulator
	.venv-remote/bin/python -m pytest -q tests/test_remote.py tests/test_remote_s3.py tests/test_remote_gs.py

parquet: ## records in columns, read back by DuckDB, pandas, datasets and Spark, in a venv of its own
	$(PYTHON) -m venv .venv-parquet
	.venv-parquet/bin/pip install --quiet --disable-pip-version-check --editable '.[parquet]' pytest hypothesis fastjsonschema 'fsspec[http]' duckdb pandas datasets pyspark
	.venv-parquet/bin/python -m pytest -q tests/test_columns.py
	.venv-parquet/bin/python -m pytest -q tests/test_docs.py -k parquet -W default

dist: ## build sdist and wheel, install the wheel alone in a clean venv, run it there
	rm -rf build
	$(PYTHON) -m venv build/tools
	build/tools/bin/pip install --quiet --disable-pip-version-check build
	build/tools/bin/python -m build --outdir build/dist . >build.log 2>&1 || { cat build.log; exit 1; }
	rm build.log
	$(PYTHON) -m venv build/clean
	build/clean/bin/pip install --quiet --disable-pip-version-check build/dist/*.whl
	cd build && clean/bin/newsingest parse ../samples -o records.jsonl
	cd build && clean/bin/newsingest verify --root ../samples records.jsonl
	cd build && clean/bin/python -c 'import doctest, newsingest, sys; sys.exit(doctest.testmod(newsingest).failed)'

eval: $(VENV)/.dev ## accuracy per outlet and field against gold; floors checked
	$(BIN)/python bench/eval.py $(EVAL)

repairs: $(VENV)/.dev ## how much of damaged articles is made whole again
	$(BIN)/pip install --quiet --group damage
	NEWSINGEST_SHARED=$(SHARED) $(BIN)/python bench/repairs.py

fuzz: $(VENV)/.dev ## look for new counter-examples to the laws, for minutes
	NEWSINGEST_FUZZ=1 $(BIN)/python -m pytest -q tests -k "not time_grows"

fuzz-bytes: $(VENV)/.dev ## bytes to record: a million spoilt articles on all cores; FUZZ="20000 --seed x"
	$(BIN)/python bench/fuzz.py $(FUZZ)

chaos: $(VENV)/.dev ## kill the command and its workers at hundreds of moments; large and hostile inputs
	NEWSINGEST_KILLS=60 $(BIN)/python -m pytest -q -rP tests/test_chaos.py tests/test_bounds.py tests/test_disks.py

scale: ## clusters of Dask with workers killed, starved and cut off; Ray, Spark, GNU parallel
	$(PYTHON) -m venv .venv-scale
	.venv-scale/bin/pip install --quiet --disable-pip-version-check --editable '.[dask]' pytest hypothesis fastjsonschema ray 'pyspark>=4'
	.venv-scale/bin/python -m pytest -q -rPs -W default tests/test_scale.py tests/test_docs.py tests/test_shards.py -k "scale or clusters or recipe"

cost: ## how cost grows with articles and workers, Dask beside the process pool: 15 minutes; COST=--quick, COST="--articles 2000 --workers 1 2"
	$(PYTHON) -m venv .venv-scale
	.venv-scale/bin/pip install --quiet --disable-pip-version-check --editable '.[dask]'
	.venv-scale/bin/python bench/scale.py $(COST)

audit: $(VENV)/.dev ## known advisories of the dependencies; fails where the index does not tell them
	$(PYTHON) -m venv .venv-audit
	.venv-audit/bin/pip install --quiet --disable-pip-version-check pip-audit
	$(BIN)/pip freeze --quiet --exclude-editable >.venv-audit/requirements.txt
	.venv-audit/bin/pip-audit --strict --no-deps --disable-pip -r .venv-audit/requirements.txt

encodings: $(VENV)/.dev ## how often the encoding is told right, beside charset_normalizer
	NEWSINGEST_SHARED=$(SHARED) $(BIN)/python bench/encodings.py

dates: $(VENV)/.dev ## how right and how fast dates are read; DATES=--quick
	NEWSINGEST_SHARED=$(SHARED) $(BIN)/python bench/dates.py $(DATES)

bench: $(VENV)/.dev ## newsingest, the floor and peers side by side; BENCH=--quick
	$(BIN)/python bench/run.py $(BENCH)

bench-normalize: ## the normaliser beside its peers, in a venv of its own
	$(PYTHON) -m venv .venv-normalize
	.venv-normalize/bin/pip install --quiet --disable-pip-version-check --editable . pyarabic arabic-norm arabic-normalize
	NEWSINGEST_SHARED=$(SHARED) .venv-normalize/bin/python bench/normalize.py

profile: $(VENV)/.dev ## where the time of parsing goes
	$(BIN)/python bench/where.py $(PROFILE)

peers-normalize: ## the peers' profiles beside the peers' packages, on whole strings
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/pip install --quiet --disable-pip-version-check .
	.venv-peers/bin/pip install --quiet --disable-pip-version-check --no-deps -r bench/peers/requirements-normalize.txt
	NEWSINGEST_SHARED=$(SHARED) .venv-peers/bin/python bench/peers_normalize.py

clean: ## remove what the targets made
	rm -rf $(VENV) .venv-recipes .venv-normalize .venv-peers .venv-remote .venv-scale .venv-parquet build .bench .fuzz .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
