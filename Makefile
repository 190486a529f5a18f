# All commands of the project; `make` lists them. Needs GNU make 3.81 or newer, git and any Python 3; the rest is installed
# inside this folder: uv in .tools/, and Python 3.13 with packages in .venv/, .venv-sam/ and .venv-lambda/, each when it is needed.
.DEFAULT_GOAL := help

UV_VERSION := 0.13.9
ARCH ?= arm64
HOST_ARCH := $(shell uname -m | sed 's/aarch64/arm64/')
STACK ?= dateline
# The folders that hold Python, once there is some in them.
CODE := $(sort $(dir $(wildcard functions/*.py shared/*.py local/*.py ops/*.py bench/*.py tests/*.py)))
SOURCES := $(shell find functions shared -type f -not -path '*/__pycache__/*')

# A CPython 3.13 of pyenv is found even where its shims are set to another version. Without one uv looks, then downloads.
PYENV_ROOT ?= $(HOME)/.pyenv
PYENV_PATH := $(subst $() ,,$(foreach bin,$(wildcard $(PYENV_ROOT)/versions/3.13*/bin),$(bin):))
export PATH := $(PYENV_PATH)$(PATH)

# pip's settings of this machine hold for uv too, which reads only its own. An empty one counts as unset.
export UV_DEFAULT_INDEX := $(or $(UV_DEFAULT_INDEX),$(UV_INDEX_URL),$(PIP_INDEX_URL))
export UV_EXTRA_INDEX_URL := $(or $(UV_EXTRA_INDEX_URL),$(PIP_EXTRA_INDEX_URL))
export UV_FIND_LINKS := $(or $(UV_FIND_LINKS),$(firstword $(wildcard $(PIP_FIND_LINKS))))
export UV_INSECURE_HOST := $(or $(UV_INSECURE_HOST),$(PIP_TRUSTED_HOST))
export UV_HTTP_TIMEOUT := $(or $(UV_HTTP_TIMEOUT),$(PIP_DEFAULT_TIMEOUT),60)
ifdef PIP_CERT
SSL_CERT_FILE ?= $(PIP_CERT)
export SSL_CERT_FILE
endif
# Not the machine's virtual environment: ours.
unexport VIRTUAL_ENV PYTHONHOME PYTHONPATH
export SAM_CLI_TELEMETRY := 0

# The machine's uv where pyproject.toml's required-version accepts it (any command checks that), else the pinned one.
UV := $(shell uv cache dir >/dev/null 2>&1 && command -v uv || echo .tools/uv/bin/uv)

.PHONY: help
help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' Makefile

.PHONY: demo
demo: .venv/locked ## start the embedded stack, walk one story through it and compare (STORY=file brings your own)
	@.venv/bin/python -m local.demo

.PHONY: run
run: .venv/locked ## keep the embedded stack up until Ctrl-C (LOCAL_FILE=path: write its addresses and tokens there)
	@.venv/bin/python -m local.run

.PHONY: test
test: .venv/locked .venv-sam/locked .venv-lambda/locked ## run all tests (ARGS="-k word" to choose)
	@.venv/bin/python -m pytest $(ARGS)

.PHONY: check
check: .venv/locked .venv-sam/locked ## format, lint, types, template, OpenAPI document, dependencies, secrets
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy $(CODE)
	.venv/bin/cfn-lint template.yaml
	# W2001: SAM fills CorsOrigin in while it translates, so nothing refers to it any more.
	.venv/bin/python -m tests.template.translate | .venv/bin/cfn-lint --ignore-checks W2001
	.venv-sam/bin/sam validate --lint
	.venv/bin/python -m local.generated --check
	"$(UV)" pip check --quiet --python .venv/bin/python
	.venv/bin/deptry functions shared
	# Hashes in locks/ and ids in events/ look random and are no secrets; nor is what the tests call one.
	git ls-files -z --cached --others --exclude-standard | xargs -0 .venv/bin/detect-secrets-hook \
		--exclude-files '^(events|locks)/' --exclude-secrets '^(test|testing|[a-z]+-secret)$$'

.PHONY: format
format: .venv/locked ## format the code and mend what lint can mend
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

.PHONY: build
build: .venv-sam/locked ## build for AWS in .aws-sam/build (ARCH=x86_64 for other than arm64)
	@$(call sam_build,$(ARCH),.aws-sam/build)

.PHONY: deploy
deploy: build .venv/locked ## deploy to your AWS account, then make the signing keys (STACK=, PARAMETERS="TitleName=…", ARGS=--guided)
	PATH="$(CURDIR)/.venv-sam/bin:$$PATH" .venv-sam/bin/sam deploy --stack-name $(STACK) $(ARGS) \
		--parameter-overrides Architecture=$(ARCH) $(PARAMETERS)
	.venv/bin/python -m ops.keys --stack $(STACK)

.PHONY: invoke
invoke: .venv/locked .venv-lambda/locked .aws-sam/$(HOST_ARCH)/template.yaml ## run built functions on their samples, without Docker (FUNCTION=record_view EVENT=events/….json)
	@.venv/bin/python -m local.invoke $(FUNCTION) $(EVENT)

.PHONY: user
user: .venv/locked ## an editor's account (EMAIL=, GROUP=reporter|editor|admin, STACK=)
	@.venv/bin/python -m ops.user --stack "$(STACK)" --email "$(EMAIL)" --group "$(GROUP)"

.PHONY: redrive
redrive: .venv/locked ## count dead letters, or send them again (QUEUE=name or ALL=1, STACK=)
	@.venv/bin/python -m ops.redrive --stack "$(STACK)" $(if $(QUEUE),--queue $(QUEUE),$(if $(ALL),--all))

.PHONY: recount
recount: .venv/locked ## compare counters with the markers of today and yesterday (WRITE=1 puts yesterday right, STACK=)
	@.venv/bin/python -m ops.recount --stack "$(STACK)" $(if $(WRITE),--write)

.PHONY: reconcile
reconcile: .venv/locked ## check that days, totals and hours of every story add up (STACK=)
	@.venv/bin/python -m ops.reconcile --stack "$(STACK)"

.PHONY: import-totals
import-totals: .venv/locked ## take over an older site's counts (FILE=totals.csv, WRITE=1 does it, STACK=)
	@.venv/bin/python -m ops.import_totals --stack "$(STACK)" $(if $(WRITE),--write) "$(FILE)"

.PHONY: rights
rights: .venv/locked ## take each right of each function away, alone, and see something fail (writes docs/rights.md)
	@.venv/bin/python -m local.rights --write

.PHONY: generated
generated: .venv/locked ## make the OpenAPI document, event schemas and the pages that come from the code again
	@.venv/bin/python -m local.generated

.PHONY: bench
bench: .venv/locked .aws-sam/$(HOST_ARCH)/template.yaml ## measure, compare with the committed figures and budgets (ONLY=views)
	@.venv/bin/python -m bench

.PHONY: lock
lock: $(filter .tools/%,$(UV)) ## pin the dependencies of pyproject.toml in locks/ (UPGRADE=1 moves to the newest)
	$(call uv_lock,dev) --extra parsers --group local --group test --group lint pyproject.toml
	$(call uv_lock,runtime) --constraints locks/dev.txt pyproject.toml
	$(call uv_lock,parsers) --constraints locks/dev.txt --extra parsers pyproject.toml \
		$(shell sed -n 's/^\([a-z0-9-]*\)==.*/--no-emit-package \1/p' locks/runtime.txt)
	$(call uv_lock,sam) --group sam
	$(call uv_lock,lambda) --group lambda

.PHONY: clean
clean: ## remove what was built and installed here
	rm -rf .aws-sam .tools .venv .venv-sam .venv-lambda .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# -- How they work

# Locks name every file's hash and no registry: a machine takes them from whichever it is set to.
uv_lock = "$(UV)" pip compile --quiet --universal --python-version 3.13 --generate-hashes --no-header --no-annotate \
	$(if $(UPGRADE),--upgrade) --output-file locks/$(1).txt

# An environment for a lock: made again when its Python has gone, synchronised when its lock has changed.
define uv_sync
	@$(1)/bin/python -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null \
		|| "$(UV)" venv --quiet --clear --python 3.13 $(1)
	@echo "Installing $(2) in $(1) (once, until the lock changes)"
	@"$(UV)" pip sync --python $(1)/bin/python --require-hashes --compile-bytecode $(2)
	@touch $@
endef

.venv/locked: locks/dev.txt $(filter .tools/%,$(UV))
	$(call uv_sync,.venv,$<)

.venv-sam/locked: locks/sam.txt $(filter .tools/%,$(UV))
	$(call uv_sync,.venv-sam,$<)

.venv-lambda/locked: locks/lambda.txt $(filter .tools/%,$(UV))
	$(call uv_sync,.venv-lambda,$<)

# Some Pythons come without venv (Debian), some without pip: whichever way works.
.tools/uv/bin/uv:
	@echo "Installing uv $(UV_VERSION) in .tools/"
	@for python in python3 python3.13 /usr/bin/python3 python; do \
		$$python -c 'import sys; sys.exit(sys.version_info[0] != 3)' 2>/dev/null || continue; \
		rm -rf .tools/uv; \
		$$python -m venv .tools/uv >/dev/null 2>&1 && .tools/uv/bin/pip install --quiet uv==$(UV_VERSION) && exit 0; \
		rm -rf .tools/uv; \
		$$python -m pip install --quiet --target .tools/uv uv==$(UV_VERSION) && exit 0; \
	done; \
	echo "No Python 3 with venv or pip was found: install one, or uv itself." >&2; exit 1

# What SAM copies has no byte code, and a cold start would compile it again each time; so it is compiled here.
define sam_build
	ARCH=$(1) UV="$(if $(filter .tools/%,$(UV)),$(CURDIR)/)$(UV)" PATH="$(CURDIR)/.venv-sam/bin:$$PATH" .venv-sam/bin/sam build \
		--build-dir $(2) --parameter-overrides Architecture=$(1)
	.venv-sam/bin/python -m compileall -q --invalidation-mode unchecked-hash $(2)
endef

# Builds to look at: the machine's own for `make invoke`, and each architecture for tests/packaging.
.aws-sam/%/template.yaml: template.yaml samconfig.toml shared/Makefile locks/runtime.txt $(SOURCES) | .venv-sam/locked
	@$(call sam_build,$*,.aws-sam/$*)
