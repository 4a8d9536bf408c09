# make run   the day's job against the built-in rehearsal web: alerts, a mail to read, an archive to open
# make test  the whole test suite
# make serve the archive in a browser; make live the real thing, after you have read README "Going live"
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready-$(shell cksum requirements.txt 2>/dev/null | cut -d' ' -f1)
export PYTHONUTF8 = 1

.PHONY: run live test serve lint setup browser netns

setup: $(READY)

$(READY): requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed, this is " + sys.version.split()[0])'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the pinned packages into $(VENV) (once, a minute or two) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@rm -f $(VENV)/.ready-*; touch $@

run: $(READY)
	@$(BIN)/scrapy rehearse

live: $(READY)
	@MFM_IS_LIVE=true $(BIN)/python schedule.py

serve: $(READY)
	@$(BIN)/scrapy serve

test: $(READY)
	@$(BIN)/python -m pytest -q -n auto

lint: $(READY)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

# A browser for the page tests; on other systems than Debian install Chromium yourself.
browser:
	@command -v chromium >/dev/null || { apt-get update -q && apt-get install -y -q --no-install-recommends chromium fonts-dejavu-core; }

# The core blocking scenarios over real packets; needs root, iproute2, nftables and iptables.
netns: $(READY)
	@$(BIN)/python tests/netns/real_packets.py
