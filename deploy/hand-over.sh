#!/bin/sh
# hand-over.sh: replaces the web containers by as many of the image that was built last, while people go on working:
#     docker compose build && deploy/hand-over.sh
# The new ones start beside the old, the proxy moves when all of them are healthy, and the old end when they have answered
# what they were asked. If the database cannot be migrated, or a new one ends, does not start, or is not healthy within
# PATIENCE (120) seconds, nothing moves, the new ones go, and the exit status is 1.
set -eu

abandon() {
    trap - INT TERM
    echo "hand-over: $1: the version that runs goes on" >&2
    # shellcheck disable=SC2086 - they are many
    [ -z "$new" ] || docker rm --force $new > /dev/null
    exit 1
}

health() {
    docker inspect --format '{{.State.Status}} {{.State.Health.Status}}' "$1" || echo "gone"
}

new=""
old=$(docker compose ps --quiet web)
count=$(echo "$old" | wc -w)
[ "$count" -gt 0 ] || abandon "there is no web container to take over from"
tries=5 # a table that is in use for long is not waited for, see PGOPTIONS of migrate
until docker compose run --rm -T migrate; do
    tries=$((tries - 1))
    [ $tries -gt 0 ] || abandon "the database was not migrated"
done

trap 'abandon "interrupted"' INT TERM
started=yes
docker compose up --detach --no-deps --no-recreate --scale "web=$((2 * count))" web || started=no
for each in $(docker compose ps --quiet --all web); do
    case $old in *"$each"*) ;; *) new="$new $each" ;; esac
done
if [ "$started" = no ] || [ "$(echo "$new" | wc -w)" -ne "$count" ]; then
    abandon "the new version was not started"
fi
began=$(date +%s)
for each in $new; do
    while state=$(health "$each") && [ "$state" != "running healthy" ]; do
        case $state in *unhealthy | exited* | dead* | restarting* | gone) abandon "$each is $state" ;; esac
        [ $(($(date +%s) - began)) -lt "${PATIENCE:-120}" ] || abandon "$each is still $state"
        sleep 1
    done
done

addresses=""
for each in $new; do
    address=$(docker inspect --format '{{range .NetworkSettings.Networks}}{{.IPAddress}}:8000{{end}}' "$each")
    addresses="$addresses $address"
done
# shellcheck disable=SC2086
docker compose exec -T proxy sh /srv/proxy.sh move $addresses || abandon "the proxy did not move"
trap - INT TERM
# shellcheck disable=SC2086
docker stop $old > /dev/null && docker rm $old > /dev/null
docker compose exec -T proxy sh /srv/proxy.sh move
docker compose up --detach --no-deps worker worker-long beat
echo "hand-over: done"
