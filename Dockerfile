# The page about it: docs/how-to/containers.md

FROM python:3.13-slim AS build
# The constraints hold for the libraries and for what builds the wheel.
ENV PIP_CONSTRAINT=/src/constraints.txt PIP_BUILD_CONSTRAINT=/src/constraints.txt
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
COPY pyproject.toml hatch_build.py constraints.txt README.md LICENSE ./
COPY ui ui
COPY botyard botyard
RUN pip wheel --no-deps --wheel-dir /wheels . \
    && python -m venv /opt/botyard \
    && /opt/botyard/bin/pip install "$(echo /wheels/botyard-*.whl)[s3]"

FROM python:3.13-slim
RUN groupadd --gid 10001 botyard \
    && useradd --uid 10001 --gid botyard --no-create-home --home-dir /data --shell /usr/sbin/nologin botyard \
    && install -d -o botyard -g botyard -m 700 /data
COPY --from=build /opt/botyard /opt/botyard
ENV PATH=/opt/botyard/bin:$PATH PYTHONUNBUFFERED=1
# By number, so that an orchestrator sees that it is not root.
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8024
# The image has no curl. No proxy that the environment names is asked, either.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import http.client as h; c = h.HTTPConnection('127.0.0.1', 8024, timeout=4); c.request('GET', '/health'); raise SystemExit(c.getresponse().status != 200)"]
# Without a shell between, the server itself gets the signal to stop.
ENTRYPOINT ["botyard"]
CMD ["serve", "--host", "0.0.0.0", "--data", "/data"]
