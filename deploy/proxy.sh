#!/bin/sh
# proxy.sh start: starts the proxy, with a certificate of its own where /certificates has none.
# proxy.sh move [HOST:PORT …]: has new requests go there, or, without addresses, to all web containers that there are. It
# returns when the last request that went elsewhere has been answered.
set -eu

write() {
    if [ $# = 0 ]; then
        echo 'map $scheme $web { default "web:8000"; }'
    else
        echo 'upstream moved {'
        printf '    server %s max_fails=0;\n' "$@"
        echo '}'
        echo 'map $scheme $web { default moved; }'
    fi > /tmp/web.conf
}

move() {
    [ ! -e /tmp/nginx.conf ] || conf=/tmp/nginx.conf
    cp /tmp/web.conf /tmp/web.conf.before
    write "$@"
    if ! nginx -q -t -c "$conf"; then
        mv /tmp/web.conf.before /tmp/web.conf
        exit 1
    fi
    master=$(cat /tmp/nginx.pid)
    before=$(cat "/proc/$master/task/$master/children")
    nginx -c "$conf" -s reload
    # Those that had the old addresses take no new connections, and end with their last request.
    for worker in $before; do
        while grep -qs "nginx" "/proc/$worker/cmdline"; do sleep 0.1; done
    done
}

conf=${NGINX_CONF:-/etc/nginx/nginx.conf}
what=$1
shift
case $what in
    start)
        if [ ! -e /certificates/fullchain.pem ]; then
            echo "There is no /certificates/fullchain.pem: browsers will warn of the certificate that is made here." >&2
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj /CN=localhost \
                -addext subjectAltName=DNS:localhost,IP:127.0.0.1 \
                -keyout /tmp/privkey.pem -out /tmp/fullchain.pem 2> /dev/null
            sed 's|/certificates/|/tmp/|' "$conf" > /tmp/nginx.conf
            conf=/tmp/nginx.conf
        fi
        write
        exec nginx -c "$conf" -g 'daemon off;'
        ;;
    move) move "$@" ;;
esac
