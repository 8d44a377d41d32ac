# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

# `make chat` and `make test` need a Swift toolchain; what else is missing they install (Debian,
# Ubuntu) or name. Everything uses one debug build, which is the fastest to have for the first time
# and is shared by `chat`, `test` and `interop`; `make chat CONFIGURATION=release` is there too.

PORT ?= 5000
CONFIGURATION ?= debug
# For every build, for example SWIFT_FLAGS='--scratch-path /somewhere/else'.
SWIFT_FLAGS ?=

export CONFIGURATION SWIFT_FLAGS
# What `make fuzz` fuzzes (RequestFuzzer, PayloadFuzzer or FileFuzzer); how long it and `make soak` go on, and
# where they begin.
TARGET ?= RequestFuzzer
SECONDS ?= 60
SEED ?= $(shell date +%s)
# How often `make official` runs its suite.
RUNS ?= 200
swift_files := $(wildcard Sources Tests Examples Benchmarks Fuzzing Package.swift)

.PHONY: help setup chat test interop autobahn official soak fuzz bench instructions lint format
.NOTPARALLEL:

help: ## says this
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile

setup: ## installs what the build needs and is missing
	@scripts/setup.sh

chat: setup ## builds the chat and runs it (PORT=5000)
	@swift run -c $(CONFIGURATION) $(SWIFT_FLAGS) ChatApp --port $(PORT)

test: setup ## builds and runs all Swift tests
	swift test $(SWIFT_FLAGS)

interop: setup ## tests against python-engineio, curl, Autobahn and Chromium (installs those)
	@scripts/interop.sh

autobahn: setup ## runs the whole Autobahn test suite for WebSocket, best with CONFIGURATION=release
	@scripts/autobahn.sh

official: setup ## runs what the official Engine.IO suite asserts again and again (RUNS=200)
	swift build --build-tests $(SWIFT_FLAGS)
	@"$$(swift build $(SWIFT_FLAGS) --show-bin-path)"/HTTPAppPackageTests.xctest \
	  --testing-library swift-testing --filter OfficialSuiteTests --repetitions $(RUNS) --repeat-until fail

soak: setup ## soaks Engine.IO with clients that behave by chance (SECONDS=60, SEED=1)
	@SOAK_SECONDS=$(SECONDS) SOAK_SEED=$(SEED) scripts/soak.sh

fuzz: setup ## fuzzes what peers send (TARGET=RequestFuzzer, PayloadFuzzer or FileFuzzer, SECONDS=60; faster with CONFIGURATION=release)
	@swift run -c $(CONFIGURATION) $(SWIFT_FLAGS) $(TARGET) \
	  --seconds $(SECONDS) --seed $(SEED) --corpus Fuzzing/corpus --keep

bench: setup ## compares the server's speed with SwiftNIO's and Hummingbird's
	swift build -c release --product EchoServer
	swift build -c release --package-path Benchmarks
	Benchmarks/.build/release/Compare

instructions: setup ## checks the instruction counts of the main paths (installs valgrind)
	@scripts/instructions.sh

lint: ## checks the format of every Swift file
	swift format lint --strict --parallel --recursive $(swift_files)

format: ## formats every Swift file
	swift format --in-place --parallel --recursive $(swift_files)
