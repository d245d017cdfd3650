#!/bin/sh
# install-config.sh SAMPLE FILE: installs the sample as the configuration, unless there is one.
set -eu
sample=$1
file=${DESTDIR:-}$2

[ -e "$file" ] || install -D -m 644 "$sample" "$file"
