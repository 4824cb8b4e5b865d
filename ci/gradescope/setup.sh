#!/usr/bin/env bash
# Runs once, as root, when Gradescope builds the assignment's image: installs what grading needs and
# builds what no submission changes.
set -euo pipefail

export DEBIAN_FRONTEND=noninteractive
# PostgreSQL's programs, not a running server.
mkdir -p /etc/postgresql-common
echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.conf
apt-get update
apt-get install -y --no-install-recommends \
    bubblewrap ca-certificates curl gcc git libc6-dev postgresql
curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs |
    sh -s -- -y --no-modify-path --profile minimal --default-toolchain stable
export PATH="$HOME/.cargo/bin:$PATH"

cd /autograder/source/workbook
cargo fetch --locked
ci/warm
