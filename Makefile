# make demo   watch a network learn to write     make test   run every test and every notebook
# make lab    open the first lesson              make        list all commands
PYTHON ?= python3
export TF_CPP_MIN_LOG_LEVEL ?= 3
BIN := .venv/bin
READY := .venv/ready

BENCH := .venv-bench/bin/python

.PHONY: help setup demo lab page check test test-quick notebooks handout site bench bench-quick clinic published format lock clean

help:
	@echo "make demo         train a small GAN on digits and save pictures in outputs/demo (about 1 minute)"
	@echo "make lab          open JupyterLab at the first lesson"
	@echo "make page         draw a few characters in the browser, and a network writes in your hand"
	@echo "make test         run every test and every notebook"
	@echo "make test-quick   run the unit tests, except those with a long training (at most 3 minutes)"
	@echo "make check        check that this machine has what the lessons need"
	@echo "make setup        create .venv with the pinned packages (the other commands do so when needed)"
	@echo "make notebooks    rebuild and run the notebooks from notebooks/source"
	@echo "make handout      pack the course for learners, without solutions, into outputs/handout.zip"
	@echo "make site         build web pages of the solved lessons in outputs/site"
	@echo "make bench        compare speed and memory with other implementations (half an hour)"
	@echo "make bench-quick  run shorter versions of these benchmarks, without memory (3 minutes)"
	@echo "make clinic       break runs on purpose and count how often the doctor is right (about an hour)"
	@echo "make published    train every tutorial's recipe as published (hours; may be stopped and continued)"
	@echo "make format       format and lint the code"
	@echo "make lock         renew requirements.lock from pyproject.toml"
	@echo "make clean        delete the environments and outputs"

setup: $(READY)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(None if (3, 10) <= v <= (3, 13) else \
		f"Found Python {v[0]}.{v[1]}, but TensorFlow needs 3.10 to 3.13. Run: make PYTHON=python3.12 " + "$(MAKECMDGOALS)")'
	@echo "Installing the packages into .venv (2.7 GB). This takes a few minutes at most and happens only once."
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

demo: $(READY)
	$(BIN)/python -m course_lib demo

lab: $(READY)
	$(BIN)/jupyter lab notebooks/00_welcome.ipynb

page: $(READY)
	$(BIN)/python -m course_lib page

check: $(READY)
	$(BIN)/python -m course_lib check

test: $(READY)
	$(BIN)/python -m pytest -n 2 --dist loadfile

test-quick: $(READY)
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow" tests

notebooks: $(READY)
	$(BIN)/python tools/build_notebooks.py

handout: $(READY)
	$(BIN)/python tools/make_handout.py

site: $(READY)
	$(BIN)/python tools/build_site.py

.venv-bench/ready: requirements.lock benchmarks/requirements.txt
	$(PYTHON) -m venv .venv-bench
	$(BENCH) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BENCH) -m pip install --quiet --disable-pip-version-check -r benchmarks/requirements.txt
	PYTHONWARNINGS=ignore $(BENCH) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

bench: .venv-bench/ready
	rm -f benchmarks/*.json
	$(BENCH) benchmarks/speed.py
	$(BENCH) benchmarks/quality.py
	$(BENCH) benchmarks/loading.py
	$(BENCH) benchmarks/memory.py
	$(BENCH) benchmarks/report.py

bench-quick: .venv-bench/ready
	$(BENCH) benchmarks/speed.py --quick
	$(BENCH) benchmarks/quality.py --quick
	$(BENCH) benchmarks/loading.py --quick

clinic: $(READY)
	$(BIN)/python benchmarks/clinic

published: $(READY)
	$(BIN)/python benchmarks/published

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(READY)
	$(BIN)/python -m pip install --quiet uv
	( echo "# The exact versions that the tests ran with, for Python 3.10 to 3.13 on Linux, macOS and Windows."; \
	  echo "# Made from pyproject.toml by \`make lock\`."; \
	  $(BIN)/uv pip compile pyproject.toml --extra lab --extra dev --extra page --universal --python-version 3.10 \
	    --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet ) > requirements.new
	mv requirements.new requirements.lock

clean:
	rm -rf .venv .venv-bench outputs
