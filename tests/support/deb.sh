#!/bin/sh
# Builds the packages from a copy of the tree, puts them into build/deb and has lintian look at them.
set -eu
cd "$(dirname "$0")/../.."
rm -rf build/deb
mkdir -p build/deb/sluis
tar -c --exclude=./build --exclude=./.git . | tar -x -C build/deb/sluis
(cd build/deb/sluis && dpkg-buildpackage -us -uc -b) >build/deb/log 2>&1 || {
	tail -n 40 build/deb/log >&2
	exit 1
}
rm -rf build/deb/sluis
lintian --allow-root --fail-on error build/deb/*.changes
ls build/deb/*.deb
