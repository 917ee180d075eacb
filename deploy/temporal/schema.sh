#!/bin/sh
# Creates or upgrades Temporal's two databases; running it again changes nothing. Where they are is in SQL_*.
set -eu

prepare() {
  # Fails when it is there; if for another reason, the next line fails as well.
  temporal-sql-tool --database "$1" create || true
  temporal-sql-tool --database "$1" setup-schema --version 0.0
  temporal-sql-tool --database "$1" update-schema --schema-dir "/etc/temporal/schema/postgresql/v12/$2/versioned"
}

prepare temporal temporal
prepare temporal_visibility visibility
