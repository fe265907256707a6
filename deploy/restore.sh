#!/bin/sh
# restore.sh FILE: makes the database that DATABASE_URL names what it was when the file was written: all of it, or nothing.
set -eu
pg_restore --clean --if-exists --no-owner --single-transaction --exit-on-error --dbname "$DATABASE_URL" "$1"
