#!/bin/sh
# archive.sh FILE FOLDER: keeps a segment of PostgreSQL's write-ahead log, as its archive_command:
#     archive_command = 'sh /deploy/archive.sh "%p" /archive'
# A file that is not whole never has the name of a segment; one that is there already is not written over.
set -eu
name=$2/$(basename "$1")
[ ! -e "$name" ] || exec cmp -s "$1" "$name"
cp "$1" "$name.part"
sync "$name.part"
mv "$name.part" "$name"
