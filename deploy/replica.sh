#!/bin/sh
# replica.sh FOLDER [OPTION …]: runs a PostgreSQL in FOLDER that follows the one of DATABASE_URL, with these options. Where
# there is no FOLDER yet, it is copied from there first.
set -eu
folder=$1
shift
if [ ! -e "$folder/PG_VERSION" ]; then
    rm -rf "$folder.new" # what was begun
    pg_basebackup --dbname "$DATABASE_URL" --pgdata "$folder.new" --checkpoint fast --write-recovery-conf
    mv "$folder.new" "$folder"
fi
exec postgres -D "$folder" "$@"
