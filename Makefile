# On a machine with Python 3.11 or later, git and make, every target sets up all it needs under .tools and .venv.
PYTHON ?= python3
UV = .tools/bin/uv
RUN = $(UV) run --frozen --no-sync
IMAGED = Dockerfile $(wildcard deploy/compose*.yaml)
VERSION = $(shell sed -n 's/^version = "\(.*\)"$$/\1/p' pyproject.toml)
export UV_PYTHON_DOWNLOADS = never
export UV_PYTHON_PREFERENCE = only-system
# Whoever switches compiled files off pays 3 s of processor at each start, and the tests start hundreds of processes.
export PYTHONDONTWRITEBYTECODE =
WORKERS = 4 # tests at once; on two cores, since most of them wait for something
COVERED = 95 # of 100 lines and branches of app/, by all tests together
# Where HOME cannot be written, uv keeps its downloads here.
CACHE = $${XDG_CACHE_HOME:-$$HOME/.cache}/uv
ifeq ($(or $(UV_CACHE_DIR),$(shell mkdir -p "$(CACHE)" 2>/dev/null && [ -w "$(CACHE)" ] && echo it can)),)
export UV_CACHE_DIR = $(CURDIR)/.tools/cache
endif

# What looks like a secret and is none. Tests are full of made-up ones: there only keys of a known shape are looked for.
NO_SECRETS = --exclude-lines postgresql:// --exclude-secrets '^(0123456789\w+|sk-stand-in-0+|key)$$'
BY_SHAPE = $(addprefix --disable-plugin ,HexHighEntropyString Base64HighEntropyString KeywordDetector BasicAuthDetector)

.DEFAULT_GOAL := help
.PHONY: help setup demo chat init serve test test-quick test-deep coverage check format bench chaos sweep soak fuzz siege reading train lock lock-uv lock-build pin-images owner dist try-dist release-notes release-check clean

help: ## what can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: .venv/.ready-dev ## a virtual environment with everything the lock file names

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "$(PYTHON) is missing or older than 3.11: name another one, make $(or $(MAKECMDGOALS),setup) PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv .tools || \
	  { rm -rf .tools; echo "$(PYTHON) makes no environments: on Debian and Ubuntu, apt install python3-venv"; exit 1; }
	.tools/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement deploy/uv.txt

# Each target has its own mark: what only runs needs a fifth of what the developers' tools need, and never takes it away.
SYNC = $(UV) sync --frozen --quiet --python $$($(PYTHON) -c 'import sys; print(sys.executable)')

.venv/.ready-dev: $(UV) pyproject.toml uv.lock
	$(SYNC)
	@touch $@ .venv/.ready

.venv/.ready: $(UV) pyproject.toml uv.lock
	$(SYNC) --no-dev --inexact
	@touch $@

demo: .venv/.ready ## one round trip with stand-ins of LINE, OpenAI and R2, no account; then, in a terminal, the chat page
	$(RUN) easel demo --say "一隻在彈吉他的水獺"
	@if [ -t 1 ]; then $(RUN) easel demo; fi

chat: .venv/.ready ## the chat page of the demo, until Ctrl-C
	$(RUN) easel demo

init: .venv/.ready ## ask for each value of a real bot, try it at once, write .env
	$(RUN) easel init

serve: .venv/.ready ## the service; its settings come from the environment or .env
	$(RUN) easel serve

test: setup ## all tests, WORKERS (4) at once; each file stays on one
	$(RUN) pytest -n $(WORKERS) --dist loadfile

test-quick: setup ## between two edits: what needs no process of its own and no Postgres
	$(RUN) pytest -q -n auto --dist worksteal -m "not slow" tests/unit sandbox/tests

test-deep: setup ## all tests, the generated ones with many more examples, chosen anew each time
	DEEP=1 $(RUN) pytest

coverage: setup ## all tests (or TESTS), and which lines and branches of app/ they run, in every process: data/coverage
	rm -f .coverage.*
	$(RUN) coverage run -m pytest -n $(WORKERS) --dist loadfile $(TESTS); passed=$$?; \
	  $(RUN) coverage combine --quiet && $(RUN) coverage html --quiet && \
	  $(RUN) coverage report $(if $(TESTS),,--fail-under=$(COVERED)) && exit $$passed

check: setup ## lint, format, types, dependencies, workflows and secrets; needs no network
	$(RUN) ruff check
	$(RUN) ruff format --check
	$(RUN) mypy --strict app sandbox/line_sandbox line_easel.py
	$(RUN) mypy --explicit-package-bases tests sandbox/tests bench proof training
	$(RUN) deptry --no-ansi app
	$(RUN) deptry --no-ansi --config sandbox/pyproject.toml sandbox/line_sandbox
	$(RUN) zizmor --offline --pedantic --no-progress --quiet .github
	git ls-files . ':!tests' ':!sandbox/tests' ':!bench' ':!proof' ':!uv.lock' | xargs $(RUN) detect-secrets-hook --no-verify $(NO_SECRETS)
	git ls-files tests sandbox/tests bench proof ':!tests/samples/tls' | xargs $(RUN) detect-secrets-hook --no-verify $(BY_SHAPE)

format: setup ## put the code into its form
	$(RUN) ruff check --fix
	$(RUN) ruff format

bench: setup ## speed and memory, measured
	$(RUN) python -m bench

chaos: setup ## everything goes wrong for SECONDS (180) on DATABASE (sqlite, postgres); SEED replays a run
	$(RUN) python -m proof chaos --seconds $(or $(SECONDS),180) --database $(or $(DATABASE),sqlite) $(if $(SEED),--seed $(SEED))

sweep: setup ## kill -9 at every commit and call on the way of a picture, at most POINTS (60) of each story, on DATABASE
	$(RUN) python -m proof sweep --points $(or $(POINTS),60) --database $(or $(DATABASE),sqlite)

soak: setup ## memory, open files and the database over REQUESTS (10000) pictures
	$(RUN) python -m proof soak --requests $(or $(REQUESTS),10000)

fuzz: setup ## webhook bodies that nobody thought of, for SECONDS (60)
	$(RUN) python -m proof fuzz --seconds $(or $(SECONDS),60)

siege: setup ## strangers do their worst for SECONDS (60) each: slow, half and endless requests, bombs
	$(RUN) python -m proof siege --seconds $(or $(SECONDS),60)

reading: setup ## what reading messages is worth, on authors whom it never learned from
	$(RUN) python -m training

train: setup ## teach the classifier of messages anew from training/corpus; takes minutes
	$(RUN) python -m training.train

lock: $(UV) ## bring uv.lock up to date, within the week's cooldown of pyproject.toml
	$(UV) lock --upgrade

lock-uv: $(UV) ## write the hashes of the uv that deploy/uv.txt names
	@head -2 deploy/uv.txt >.tools/uv.txt
	grep --only-matching '^uv==[0-9.]*' deploy/uv.txt | $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-annotate --exclude-newer "7 days" - >>.tools/uv.txt
	mv .tools/uv.txt deploy/uv.txt

lock-build: $(UV) ## write the hashes of what builds the wheel, as pyproject.toml requires it, into deploy/build.txt
	@head -2 deploy/build.txt >.tools/build.txt
	.tools/bin/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")' | \
	  $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-annotate --exclude-newer "7 days" - >>.tools/build.txt
	mv .tools/build.txt deploy/build.txt

dist: $(UV) ## wheel, source archive and bill of materials (CycloneDX) into dist/
	rm -rf dist
	$(UV) build --quiet --out-dir dist --build-constraints deploy/build.txt --require-hashes
	$(UV) export --frozen --quiet --no-dev --format cyclonedx1.5 --output-file dist/line-easel-$(VERSION).cdx.json >/dev/null

try-dist: $(UV) ## draw a picture with the wheel of dist/ and what the lock file names, and nothing newer
	rm -rf .tools/try
	$(UV) venv --quiet --python $$($(PYTHON) -c 'import sys; print(sys.executable)') .tools/try
	$(UV) export --frozen --quiet --no-dev --no-emit-workspace --output-file .tools/locked.txt >/dev/null
	$(UV) pip install --quiet --python .tools/try --require-hashes --requirement .tools/locked.txt
	$(UV) pip install --quiet --python .tools/try --no-deps --no-index dist/*.whl
	.tools/try/bin/line-easel demo --stand-ins --say "an otter that plays the guitar"

# What people read of this release: its part of the changelog.
release-notes:
	@awk '/^## \[$(subst .,\.,$(VERSION))\]/ {on = 1; next} /^## / {on = 0} on' CHANGELOG.md

pin-images: ## write the digest behind each image's tag in Dockerfile and deploy/; asks their registries
	@for image in $$(sed -nE 's/^(FROM| +image:) ([a-z]+:[^ @]+)( .*)?$$/\2/p' $(IMAGED) | sort -u); do \
	  digest=$$(docker buildx imagetools inspect --format '{{.Manifest.Digest}}' "$$image") || exit 1; \
	  sed -i -E "s#^(FROM| +image:) $$image( |$$)#\1 $$image@$$digest\2#" $(IMAGED); \
	done

owner: ## once: put OWNER=you, the account that publishes, into pages and manifests
	@echo "$(OWNER)" | grep -qE '^[A-Za-z0-9-]+$$' || { echo "which account? make owner OWNER=you"; exit 1; }
	@for file in $$(grep -rlI "[O]WNER/easel" pyproject.toml README*.md deploy docs); do \
	  sed -i.old -e "s|ghcr.io/[O]WNER/|ghcr.io/$$(echo "$(OWNER)" | tr A-Z a-z)/|g" -e "s|[O]WNER/easel|$(OWNER)/easel|g" "$$file" \
	    && rm "$$file.old" || exit 1; \
	done

release-check: ## whether TAG=v1.2.3 can be released: it is pyproject.toml's version, with a changelog and an owner
	@[ "$(TAG)" = "v$(VERSION)" ] || { echo "TAG=$(TAG), and pyproject.toml is of $(VERSION)"; exit 1; }
	@[ -n "$$($(MAKE) --silent release-notes)" ] || { echo "CHANGELOG.md tells nothing of $(VERSION)"; exit 1; }
	@! grep -nE '^(FROM| +image:) [a-z]+:[^ @]+( |$$)' $(IMAGED) || { echo "these need a digest: make pin-images"; exit 1; }
	@! git grep --line-number "[O]WNER/easel" -- ':!tests' ':!Makefile' || \
	  { echo "whose is it? make owner OWNER=you"; exit 1; }
	@[ -z "$$GITHUB_REPOSITORY" ] || grep -q "^Homepage = \"https://github.com/$$GITHUB_REPOSITORY\"" pyproject.toml || \
	  { echo "this is $$GITHUB_REPOSITORY, and pyproject.toml names another"; exit 1; }

clean: ## remove what the other targets made
	rm -rf .venv .tools data dist
