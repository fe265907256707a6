#!/bin/sh
# backup.sh FOLDER: puts all of the database that DATABASE_URL names into a new file there, while the service runs, and
# keeps the newest KEEP (14). A file that is not whole never has the name of a backup.
set -eu
folder=$1
file=$folder/examprep-$(date -u +%Y%m%dT%H%M%SZ).dump
rm -f "$folder"/examprep-*.dump.part
pg_dump --format custom --no-owner --dbname "$DATABASE_URL" --file "$file.part"
pg_restore --list "$file.part" > /dev/null # it can be read
mv "$file.part" "$file"
ls -1 "$folder"/examprep-*.dump | sort -r | tail -n +"$((${KEEP:-14} + 1))" | xargs -r rm -f
echo "$file"
