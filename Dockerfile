# TimeTuna in a container: docker build -t timetuna . ; what to set: compose.yaml and docs/self-hosting.md.
FROM python:3.13.15-slim-trixie@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/timetuna
WORKDIR /source
COPY requirements/base.txt requirements/
RUN /opt/timetuna/bin/pip install --require-hashes -r requirements/base.txt
COPY . .
RUN /opt/timetuna/bin/pip install --no-deps . && /opt/timetuna/bin/python -m compileall -q /opt/timetuna

FROM python:3.13.15-slim-trixie@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b
# For `timetuna backup`: trixie's pg_dump is that of PostgreSQL 17, as in compose.yaml. Fonts are for the pictures beside links.
RUN apt-get update && apt-get install -y --no-install-recommends \
        postgresql-client fonts-dejavu-core fonts-droid-fallback libfribidi0 \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin timetuna \
    && install -d -o timetuna -g timetuna -m 0700 /data
COPY --from=build /opt/timetuna /opt/timetuna
ENV PATH=/opt/timetuna/bin:$PATH PYTHONUNBUFFERED=1 TIMETUNA_DATA_DIR=/data TIMETUNA_LISTEN=0.0.0.0:8000
USER timetuna
WORKDIR /data
VOLUME /data
EXPOSE 8000
# The answer counts, not its status: a web container without a worker says 503 and is well all the same.
HEALTHCHECK --interval=15s --timeout=5s --start-period=40s \
    CMD ["python", "-c", "import json, http.client as h; c = h.HTTPConnection('127.0.0.1', 8000, timeout=4); c.request('GET', '/healthz'); a = json.load(c.getresponse()); raise SystemExit({a.get('database'), a.get('pages')} != {'ok'})"]
STOPSIGNAL SIGTERM
CMD ["timetuna", "serve"]
