# The service in production shape: one image for web, worker, beat and migrations.

FROM node:22-bookworm-slim AS packages
WORKDIR /packages
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

# Lends the connections to PostgreSQL.
FROM debian:bookworm-slim AS pgbouncer
RUN apt-get update && apt-get install -y --no-install-recommends pgbouncer postgresql-client && rm -rf /var/lib/apt/lists/*
COPY deploy/pgbouncer.ini /etc/pgbouncer/pgbouncer.ini
USER postgres
CMD ["sh", "-c", "umask 077; printf '\"examprep\" \"%s\"\\n' \"$POSTGRES_PASSWORD\" > /tmp/users && exec pgbouncer /etc/pgbouncer/pgbouncer.ini"]

# Ends TLS and shares out requests.
FROM debian:bookworm-slim AS proxy
RUN apt-get update && apt-get install -y --no-install-recommends nginx openssl && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 proxy && install --directory --owner proxy /var/cache/nginx
COPY deploy/nginx.conf /etc/nginx/nginx.conf
COPY deploy/proxy.sh /srv/proxy.sh
USER proxy
EXPOSE 8080 8443
CMD ["sh", "/srv/proxy.sh", "start"]

FROM python:3.13-slim-bookworm
# Without a limit glibc gives nearly every thread memory of its own to allocate from, and a web worker a tenth more.
ENV MALLOC_ARENA_MAX=2 \
    PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 \
    EXAMPREP_PRODUCTION=1 DATA_DIR=/data
RUN useradd --system --uid 10001 --create-home --home-dir /home/examprep examprep \
    && install --directory --owner examprep /data /data/media
WORKDIR /srv/examprep
COPY requirements/base.txt requirements/base.txt
RUN pip install --no-deps --require-hashes -r requirements/base.txt
COPY --from=packages /packages/node_modules node_modules
COPY manage.py ./
COPY fixtures fixtures
COPY examprep examprep
COPY questions questions
COPY quizzes quizzes
# Collecting needs settings, and settings a secret; this one is gone with the layer.
RUN SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(50))')" python manage.py collectstatic --noinput \
    && python -m compileall -q examprep questions quizzes
USER examprep
EXPOSE 8000
# It asks by a name that the service answers to, as the proxy does.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import os, urllib.request as u; host = os.environ.get('ALLOWED_HOSTS', '').split(',')[0].lstrip('*.') or 'localhost'; u.urlopen(u.Request('http://127.0.0.1:8000/health/ready', headers={'Host': host, 'X-Forwarded-Proto': 'https'}), timeout=4)"]
CMD ["gunicorn", "examprep.wsgi", "--preload", "--bind", "0.0.0.0:8000", "--worker-class", "examprep.run.worker.BufferingWorker", "--workers", "2", "--threads", "8", "--worker-tmp-dir", "/dev/shm", "--graceful-timeout", "60", "--max-requests", "5000", "--max-requests-jitter", "500", "--no-control-socket", "--logger-class", "examprep.run.gunicorn_log.OneLog"]
