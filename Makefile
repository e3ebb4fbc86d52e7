# Everything a newcomer types. The environment lives in .venv; only python3 (3.11 or newer, with venv) and make are assumed.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
# Offices behind a proxy of their own trust it through the system's certificates, which pip's configuration names too.
export UV_SYSTEM_CERTS ?= true

# Header lines of a catalogue that would change at each run or say nothing.
BABEL_ADDS := Project-Id-Version|Report-Msgid-Bugs-To|POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|MIME-Version|Content-Transfer-Encoding|Generated-By

.PHONY: help demo test browser drill check fix cards serve bench texts lock clean

help:  ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

demo: $(READY)  ## the main job on show, against the sandbox
	@$(BIN)/prokes demo

test: $(READY)  ## all tests
	@$(BIN)/pytest $(PYTEST_ARGS)

browser: $(READY)  ## the pages in a real browser
	@$(BIN)/pytest -m "browser and not slow" -n 2 $(PYTEST_ARGS)

drill: $(READY)  ## publishers killed and frozen against a lying sandbox, on SQLite and on PostgreSQL
	@$(BIN)/pytest -m slow -n 2 --ignore tests/drill $(PYTEST_ARGS)
	@$(BIN)/pytest -m slow -n 0 tests/drill $(PYTEST_ARGS)

check: $(READY)  ## format, lint, types and layers
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

fix: $(READY)  ## format, and mend what can be mended
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

cards: $(READY)  ## a contact sheet of every template and size
	@$(BIN)/prokes card sheet --out build/cards

serve: $(READY)  ## the sandbox and the web service, with the sample data
	@$(BIN)/prokes demo --serve

bench: $(READY)  ## benchmarks; figures are ratios of one run
	@$(BIN)/python -m benchmarks

texts: $(READY)  ## collect the English texts of the source into the Indonesian catalogue
	@mkdir -p build && cp src/prokes_social/locale/id.po build/id.po
	@$(BIN)/pybabel --quiet extract -F pyproject.toml -k _ -k n_:1,2 --no-location --sort-output -o build/prokes.pot src/prokes_social
	@$(BIN)/pybabel --quiet update -i build/prokes.pot -o build/id.po -l id \
		--no-fuzzy-matching --ignore-obsolete --width 120
	@sed -E '/^"($(BABEL_ADDS)):/d' build/id.po > src/prokes_social/locale/id.po

lock:  ## write requirements.lock anew from pyproject.toml
	@$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-annotate \
		--group dev --group browser --group bench --all-extras --custom-compile-command "make lock" \
		pyproject.toml -o requirements.lock --upgrade --quiet

clean:  ## remove what the commands above made
	@rm -rf .venv build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

$(READY): requirements.lock tools/uv.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tools/uv.txt
	@$(BIN)/uv pip sync --quiet --require-hashes --python $(BIN)/python requirements.lock tools/uv.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@
