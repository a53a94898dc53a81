# The build stages make what the lock file names; the image has that, Python, and nothing else.
FROM python:3.13-slim AS dependencies
COPY deploy/uv.txt deploy/build.txt /
RUN apt-get update -q && apt-get install -qy --no-install-recommends binutils \
    && pip install --no-cache-dir --require-hashes --requirement /uv.txt
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never UV_PROJECT_ENVIRONMENT=/venv
WORKDIR /src
COPY pyproject.toml uv.lock ./
COPY sandbox/pyproject.toml sandbox/
# botocore describes some 400 services; R2 needs s3. The others are 17 MB. Symbols for debuggers are 30 MB more.
RUN uv sync --frozen --no-dev --no-install-project \
    && find /venv/lib/*/site-packages/botocore/data -mindepth 1 -maxdepth 1 -type d ! -name s3 -exec rm -r {} + \
    && find /venv -name '*.cpython-*.so' -exec strip --strip-unneeded {} + \
    && rm -f /venv/.lock

FROM dependencies AS build
COPY README.md LICENSE line_easel.py ./
COPY app app
# Without sandbox/line_sandbox: stand-ins are for the demo, which is none of the service's.
RUN uv build --wheel --out-dir /dist --build-constraints /build.txt --require-hashes \
    && uv pip install --python /venv --no-deps --target /app /dist/*.whl \
    && rm -f /app/.lock

FROM python:3.13-slim
# Group 0 may write as well, for engines that give each container a user of its own.
RUN useradd --uid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin easel \
    && install -d -o easel -g 0 -m 770 /data
# Two layers, since most releases change the small one only.
COPY --from=dependencies /venv /venv
COPY --from=build /app /app
# glibc makes an arena for each thread; two are as fast here and take 5 MB less with 16 pictures at once.
ENV PATH=/app/bin:/venv/bin:$PATH PYTHONPATH=/app HOST=0.0.0.0 DATABASE_URL=sqlite:////data/easel.db MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=1048576 MALLOC_TRIM_THRESHOLD_=1048576
WORKDIR /data
USER easel
EXPOSE 8000
# All that is ever written; the rest of the file system may be read-only, /tmp included.
VOLUME /data
HEALTHCHECK --interval=10s --timeout=10s --start-period=20s CMD ["easel", "health"]
CMD ["easel", "serve"]
