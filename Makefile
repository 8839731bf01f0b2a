# What a newcomer types: make demo, make test. Everything happens in .venv; nothing else of the machine is touched,
# but for system libraries that Qt needs on a bare Debian run as root.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
APT_LIBRARIES := libgl1 libegl1 libdbus-1-3 libfontconfig1 libxkbcommon0 libglib2.0-0 fonts-dejavu-core
APT_WINDOW := libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 \
	libxcb-shape0 libxcb-xfixes0 libxcb-xkb1 libxkbcommon-x11-0

# The tests start hundreds of programs, each of which would compile all modules anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test check texts bench docs-pictures clean system
.DEFAULT_GOAL := help

help:
	@echo "make demo    the live window on a bilateral multifidus clip, and its measurements in demo/"
	@echo "make test    the tests"
	@echo "make check   ruff, mypy, import-linter"
	@echo "make texts   compiles what is said in each language, after a change of usbio/locale"
	@echo "make bench   accuracy, speed, memory"
	@echo "make docs-pictures   the pictures of docs/when-it-is-wrong.md, patient-screen.md, visit.md"

demo: $(READY)
	$(BIN)/usbio-gui --demo

# On every core; the tests of one file stay together, since they share what was made for them once.
test: $(READY)
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

texts: $(READY)
	$(BIN)/pybabel --quiet compile --directory usbio/locale --domain usbio

bench: $(READY)
	$(BIN)/python -m bench.bench_accuracy
	$(BIN)/python -m bench.bench_screen
	$(BIN)/python -m bench.bench_measure
	$(BIN)/python -m bench.bench_decode
	$(BIN)/python -m bench.bench_analyze
	$(BIN)/python -m bench.bench_latency
	$(BIN)/python -m bench.bench_turns
	$(BIN)/python -m bench.bench_paint
	$(BIN)/python -m bench.bench_two_sources
	$(BIN)/python -m bench.bench_recording
	$(BIN)/python -m bench.bench_streaming
	$(BIN)/python -m bench.bench_network
	$(BIN)/python -m bench.bench_patient

docs-pictures: $(READY)
	$(BIN)/python -m bench.status_pictures
	$(BIN)/python -m bench.draw_patient --docs
	$(BIN)/python -m bench.visit_pictures

# The libraries a bare Debian lacks. As root they are installed, anywhere else the line to type is printed.
system:
	@APT_LIBRARIES="$(APT_LIBRARIES)" APT_WINDOW="$(APT_WINDOW)" sh .ci/system-libraries

$(READY): pyproject.toml .ci/system-libraries
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "usbio: Python 3.11 or newer is needed; name it with: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(MAKE) --no-print-directory system
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "usbio: python3-venv is missing; type: apt-get install -y python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --editable ".[dev]"
	@$(BIN)/python -m compileall -q -j 0 $(VENV)/lib >/dev/null || true  # others ship files that are no Python 3
	@touch $(READY)

clean:
	rm -rf $(VENV) demo build dist *.egg-info
