# Every target carries its help after "##"; `make help` prints them.
# A machine needs Python 3.11 with venv, and make: the first target that needs them makes .venv itself.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help demo run test check format screenshots screenshots-png man bench fuzz soak wheel clean

help: ## print this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /\1\t/' | awk -F'\t' '{printf "  %-16s %s\n", $$1, $$2}'

# What is compiled is compiled again when its source changed.
COMPILED := $(shell find src -name '*.py[x]' -o -name '*.px[di]') hatch_build.py

$(STAMP): pyproject.toml constraints.txt $(COMPILED)
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "tetratui needs Python 3.11 or newer; name one with: make PYTHON=python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,pictures]'
	@touch $@

demo: $(STAMP) ## the screens on the bundled real capture, replayed as if live
	$(BIN)/tetratui demo

run: $(STAMP) ## the screens on SOURCE=… (default: the export file of the installed Tetragon)
	$(BIN)/tetratui $(SOURCE)

test: $(STAMP) ## all tests
	$(BIN)/python -m pytest -n 2 --dist loadgroup $(ARGS)

check: $(STAMP) ## lint, format, types, import contracts
	$(BIN)/ruff check src tests benchmarks screenshots docs
	$(BIN)/ruff format --check src tests benchmarks screenshots docs
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMP) ## let ruff format and mend what it can
	$(BIN)/ruff check --fix src tests benchmarks screenshots docs
	$(BIN)/ruff format src tests benchmarks screenshots docs

screenshots: $(STAMP) ## draw screenshots/*.svg anew from the bundled capture
	$(BIN)/python screenshots/draw.py

screenshots-png: $(STAMP) ## the same as PNG, for the README
	$(BIN)/python screenshots/draw.py --png

man: $(STAMP) ## write man/tetratui.1 from docs and the verbs' --help
	$(BIN)/python docs/man.py

# A comparison that cannot be installed is left out.
bench: $(STAMP) ## measure against peers in one run; writes bench-out/
	-$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]'
	$(BIN)/python -m benchmarks $(ARGS)

# A copy of the sources, so that the checks of the compiler do not slow what is installed.
fuzz: $(STAMP) ## compare the compiled reader with a slow one over ten million damaged lines, with ASan and UBSan (ARGS=--minutes=5)
	rm -rf build/fuzz && mkdir -p build/fuzz && cp -r src hatch_build.py build/fuzz && find build/fuzz -name '*.so' -delete
	CFLAGS='-g -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all' $(BIN)/python build/fuzz/hatch_build.py
	cd tests && PYTHONPATH=../build/fuzz/src PYTHONMALLOC=malloc LD_PRELOAD="$$(cc -print-file-name=libasan.so)" \
	  ASAN_OPTIONS=detect_leaks=0 ../$(BIN)/python -m fuzz $(ARGS)

soak: $(STAMP) ## ten minutes at 5,000 events a second with rotation
	$(BIN)/python -m benchmarks.soak

wheel: $(STAMP) ## build the wheel and the sdist into dist/
	$(BIN)/python -m build

clean: ## remove the virtual environment and what tools left behind
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis bench-out
