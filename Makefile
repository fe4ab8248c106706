# Slipway. `make demo` runs the main job, `make test` passes the tests; both install what is missing (root) or say what to
# install. Built things are cached under $SLIPWAY_CACHE (default ~/.cache/slipway) by the digest of what went into them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

export SLIPWAY_CACHE ?= $(HOME)/.cache/slipway
export CGO_ENABLED ?= 0
HOSTS ?= 3
NAME ?= demo

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -s -w -X main.version=$(VERSION)
BUNDLE := $(SLIPWAY_CACHE)/bundle/slipway-default.tar.zst
ROOTFS := $(SLIPWAY_CACHE)/rootfs/current
ISO ?= $(SLIPWAY_CACHE)/iso/slipway.iso
BOOT ?= .
BOOT_SHORT ?= -short
BOOT_LIMIT ?= 90m

.DEFAULT_GOAL := help
.PHONY: help build ui rootfs bundle iso demo run lab lab-down test test-boot test-boot-full test-bed unit e2e lint fuzz bench generate packages

help: ## Show what there is
	@awk -F': .*## ' '/^[a-z0-9-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' Makefile

packages: # Debian packages that the build and the lab need
	@tests/packages.sh

build: ui ## Build slipway and slipway-build into bin/
	@mkdir -p bin
	go build -trimpath -buildvcs=false -ldflags '$(LDFLAGS)' -o bin/ ./cmd/...

ui: ## Build the Local UI into localui/web/dist (a binary without it has a placeholder page)
	@localui/web/build.sh

bundle: packages build ## Build the default content bundle (Kubernetes and what it runs on)
	@mkdir -p $(dir $(BUNDLE))
	bin/slipway-build bundle -f cmd/slipway-build/packs/bundle.yaml -o $(BUNDLE)

rootfs: packages build ## Build the root file system of a host
	bin/slipway-build rootfs --agent bin/slipway -o $(ROOTFS)

iso: packages build ## Build the bootable image (APPLIANCE=appliance.yaml; SMALL=1 without drivers of real hardware)
	@mkdir -p $(dir $(ISO))
	bin/slipway-build iso --agent bin/slipway $(if $(APPLIANCE),-c $(APPLIANCE)) $(if $(SMALL),--small) -o $(ISO)
	bin/slipway-build iso verify $(ISO)

demo: bundle rootfs ## The main job: three hosts become a running Kubernetes cluster (KEEP=1 leaves it up)
	go run ./tests/e2e/demo --rootfs $(ROOTFS) --bundle $(BUNDLE) $(if $(KEEP),--keep)

run: build ## One agent on this machine, without root
	bin/slipway agent --root $(CURDIR)/.cache/run

lab: rootfs ## Start the lab alone (HOSTS=n)
	go run ./tests/lab/cmd/lab up --hosts $(HOSTS) --name $(NAME) --rootfs $(ROOTFS)

lab-down: ## Take the lab down without a trace
	go run ./tests/lab/cmd/lab down --name $(NAME)

generate: ## Generate the server, client and types from agent/api/openapi.yaml
	go generate ./agent/api

test: unit e2e ## Every test that can run here

unit: packages
	go vet ./...
	CGO_ENABLED=1 go test -race -timeout 15m $$(go list ./... | grep -v /tests/)
	go test ./tests/arch ./tests/boot
	localui/web/test.sh

e2e: bundle rootfs
	SLIPWAY_ROOTFS=$(ROOTFS) go test -count=1 -run TestTree ./iso/rootfs
	SLIPWAY_LAB=require SLIPWAY_ROOTFS=$(ROOTFS) SLIPWAY_BUNDLE=$(BUNDLE) CGO_ENABLED=1 go test -race -count=1 -timeout 60m ./tests/lab/... # alone: it compares the machine before and after
	SLIPWAY_LAB=require SLIPWAY_ROOTFS=$(ROOTFS) SLIPWAY_BUNDLE=$(BUNDLE) CGO_ENABLED=1 go test -race -count=1 -timeout 60m -p 2 ./tests/ui/... ./tests/e2e/...
	$(MAKE) --no-print-directory test-boot BOOT='^(TestBed|TestInstallBIOS)$$' # alone: QEMU emulates every instruction

test-boot: rootfs ## Install from the image in QEMU and boot what was installed (BOOT=TestReset; pictures in the cache)
	$(MAKE) iso SMALL=1 APPLIANCE=tests/boot/appliance.yaml ISO=$(SLIPWAY_CACHE)/iso/test.iso
	SLIPWAY_ISO=$(SLIPWAY_CACHE)/iso/test.iso go test -count=1 -run TestInitrd ./iso/rootfs
	SLIPWAY_BOOT=require SLIPWAY_ISO=$(SLIPWAY_CACHE)/iso/test.iso SLIPWAY_ROOTFS=$(ROOTFS) nice go test -v -count=1 -timeout $(BOOT_LIMIT) $(BOOT_SHORT) -run '$(BOOT)' ./tests/boot

test-boot-full: ## The same, and upgrade, linking two machines, every way to install (an hour or more)
	$(MAKE) test-boot BOOT_SHORT= BOOT_LIMIT=5h

test-bed: rootfs ## Boot the root file system on Debian's kernel in QEMU: consoles, keyboard, VLANs, bonds (minutes)
	SLIPWAY_BOOT=require SLIPWAY_ROOTFS=$(ROOTFS) nice go test -v -count=1 -timeout 30m -run TestBed ./tests/boot

lint: ## Static checks
	go vet ./...
	go run -modfile=.ci/lint/go.mod github.com/golangci/golangci-lint/v2/cmd/golangci-lint run ./...

fuzz: ## Fuzz every parser for a while (FUZZTIME=30s each)
	@for p in $$(grep -rl --include='*_test.go' '^func Fuzz' . | xargs -n1 dirname | sort -u); do \
	  for f in $$(grep -h -o '^func Fuzz[A-Za-z0-9]*' $$p/*_test.go | cut -d' ' -f2); do \
	    echo "$$p $$f"; go test $$p -run '^$$' -fuzz "^$$f\$$" -fuzztime $${FUZZTIME:-30s}; done; done

bench: bundle rootfs ## Ratios against named peers, side by side in one run
	SLIPWAY_BENCH=1 go test -count=1 -v -run TestAgainstXorriso ./iso
	go run ./tests/e2e/bench --rootfs $(ROOTFS) --bundle $(BUNDLE)
