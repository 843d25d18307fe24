# Every target sets up .venv by itself. Needs only Python 3.11 or newer (with venv and pip) and make.
# After the first set-up nothing here touches the network.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
KYOSO := $(BIN)/kyoso

SAMPLE := --raw raw/sample --home var/sample --as-of 2026-11-20

export DO_NOT_TRACK := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help setup nightly test test-slow spark-setup spark evidence test-browser pictures simulate check lint types imports sql-lint drift docs columns bench fuzz properties year sample lock sbom audit clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

setup: $(READY) ## set up .venv from the hash-locked requirements

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 以上が必要です。見つかった版: " + sys.version.split()[0] + "。例: make PYTHON=python3.11 setup")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo '仮想環境を作れません。python3-venv を入れてから、もう一度実行してください。例: apt-get install python3-venv' >&2; exit 1; }
	@echo '環境を準備しています(初回のみ、数分)…'
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

nightly: $(READY) ## the sample night: raw/sample -> released warehouse and evaluation report
	@$(KYOSO) nightly $(SAMPLE)

test: $(READY) ## the tests (under five minutes)
	@$(BIN)/python -m pytest -q -n 2 --dist loadscope

test-slow: $(READY) ## faults, whole nights, property tests at length
	@$(BIN)/python -m pytest -q -m slow -n 2 --dist loadscope

# A layer over .venv: what it holds already is not installed again, and nothing of Spark gets into it.
SPARK := $(VENV)/spark
SPARK_READY := $(SPARK)/.ready

$(SPARK_READY): requirements-spark.lock $(READY)
	@command -v java >/dev/null || { echo 'Java 17 が要ります。例: apt-get install openjdk-17-jre-headless' >&2; exit 1; }
	@echo 'Sparkを準備しています(初回のみ、数分)…'
	@rm -rf $(SPARK)
	@$(BIN)/python -m venv $(SPARK)
	@$(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))' > \
		"$$($(SPARK)/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/house.pth"
	@$(SPARK)/bin/python -m pip install --quiet --require-hashes -r requirements-spark.lock
	@touch $@

spark-setup: $(SPARK_READY) ## .venv/spark: what KYOSO_ENGINE=spark needs beside .venv (needs Java 17)

FACTOR ?= 1

# FACTOR=10: an invented programme of ten times as many municipalities under another seed, instead of the sample.
spark: nightly $(SPARK_READY) ## whole nights on a Spark cluster of this machine, every table as DuckDB's (FACTOR=1; needs PostgreSQL)
	@$(SPARK)/bin/python -m tests.spark --factor $(FACTOR)

evidence: $(READY) ## every figure again from its evidence alone (some twenty minutes)
	@KYOSO_EVERY_FIGURE=1 $(BIN)/python -m pytest -q -m slow tests/unit/model/test_evidence.py tests/recomputation

test-browser: $(READY) ## the pages in a real Chromium, the documents in a real LibreOffice
	@$(BIN)/python -m pytest -q -m '(browser or office) and not slow' -n 2 --dist loadscope

pictures: nightly ## the README's pictures again, from the sample (needs Chromium and poppler)
	@$(BIN)/python -m tests.browser.pictures var/sample reports/pictures

simulate: $(READY) ## size, coverage and power of the effect estimate, over thousands of invented programmes
	@$(BIN)/python -m pytest -q -m slow tests/simulations

check: lint types imports sql-lint drift test ## everything a change must pass

lint: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(READY)
	@$(BIN)/mypy

imports: $(READY)
	@$(BIN)/lint-imports

sql-lint: $(READY)
	@$(BIN)/sqlfluff lint dbt_project/models dbt_project/tests --config .sqlfluff --processes 2

drift: $(READY) ## generated files say what their sources say
	@$(BIN)/python -m pipelines.model.sources --check
	@$(BIN)/python -m pipelines.model.released_columns --check

docs: $(READY) ## regenerate what is generated
	@$(BIN)/python -m pipelines.model.sources

columns: $(READY) ## add new mart columns to the list of names that others rely on
	@$(BIN)/python -m pipelines.model.released_columns

SIZES ?= 30,300
# SIZES=30,300,1741: the whole nation as well, which takes hours and 24 GiB.
bench: $(READY) ## speed as ratios, and growth, measured on this machine; replaces tests/benchmarks/RESULTS.md's figures (SIZES=30,300)
	@$(BIN)/python -m tests.benchmarks --record
	@$(BIN)/python -m tests.benchmarks.reading --record
	@$(BIN)/python -m tests.benchmarks.slack --record
	@$(BIN)/python -m tests.benchmarks.marts --record
	@$(BIN)/python -m tests.benchmarks.pandas_script --record
	@$(BIN)/python -m tests.benchmarks.readers --record
	@$(BIN)/python -m tests.benchmarks.growth --sizes $(SIZES) --record

FUZZ_SECONDS ?= 60

fuzz: $(READY) ## damage files of every kind and read them (FUZZ_SECONDS=60)
	@$(BIN)/python -m tests.fuzz --seconds $(FUZZ_SECONDS)

properties: $(READY) ## the property tests with 2,000 random examples each, new ones every time
	@HYPOTHESIS_PROFILE=thorough $(BIN)/python -m pytest -q -n 2 \
		$$(grep -rl 'from hypothesis' tests/unit | sort)

NIGHTS ?= 365

year: $(READY) ## a year of nights under a clock of its own, with what grew (NIGHTS=365; some twenty seconds a night)
	@$(BIN)/python -m tests.year --nights $(NIGHTS) --folder var/year

sample: $(READY) ## regenerate raw/sample (seed 1)
	@$(KYOSO) demo raw/sample --seed 1

lock: $(READY) ## renew requirements.lock and requirements-spark.lock (needs a package index)
	@$(PYTHON) -m venv $(VENV)/lock
	@$(VENV)/lock/bin/python -m pip install --quiet uv
	@$(VENV)/lock/bin/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
		--generate-hashes --no-strip-extras --no-emit-index-url --no-annotate --no-header --quiet -o requirements.lock
	@$(VENV)/lock/bin/uv pip compile pyproject.toml --extra spark --constraint requirements.lock --universal \
		--python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url --no-annotate --no-header \
		--quiet -o requirements-spark.lock
	@rm -rf $(VENV)/lock

# Tools of their own: what looks at the installation is no part of it.
AUDIT := $(VENV)/audit
AUDIT_READY := $(AUDIT)/.ready

$(AUDIT_READY): requirements-audit.txt $(READY)
	@echo '部品表と脆弱性調べの道具を準備しています(初回のみ。パッケージ置き場につなぎます)…'
	@rm -rf $(AUDIT)
	@$(BIN)/python -m venv $(AUDIT)
	@$(AUDIT)/bin/python -m pip install --quiet -r requirements-audit.txt || { rm -rf $(AUDIT); echo '道具を取れません。パッケージ置き場につながる機械で実行してください。' >&2; exit 1; }
	@touch $@

sbom: $(AUDIT_READY) ## what is installed, as CycloneDX: sbom.cdx.json
	@$(AUDIT)/bin/cyclonedx-py environment $(BIN)/python --pyproject pyproject.toml --output-reproducible --output-format JSON --output-file sbom.cdx.json
	@echo 'sbom.cdx.json'

audit: $(AUDIT_READY) ## known vulnerabilities of everything in requirements.lock (asks a public index of them)
	@$(AUDIT)/bin/pip-audit --requirement requirements.lock --require-hashes --disable-pip --strict --progress-spinner off || { code=$$?; echo '脆弱性があるか、公開の脆弱性情報につながらず調べられませんでした(上の表示)。make audit は、外につながる機械で実行してください。' >&2; exit $$code; }

clean: ## remove what the sample night made (never raw/)
	@rm -rf var/sample
