# Parlour: the page, the binary with the page in it, and a small Debian that runs it.

FROM node:22-bookworm-slim AS page
WORKDIR /parlour/web
COPY web/package.json web/package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --no-audit --no-fund
COPY web ./
RUN npm run build

FROM rust:1-bookworm AS binary
WORKDIR /parlour
COPY . .
COPY --from=page /parlour/web/dist web/dist
# The caches are the builder's own: a second build compiles what changed. Nothing of them is in the image.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/parlour/target \
    cargo build --release --locked --bin parlour \
    && install -D target/release/parlour /out/parlour

FROM debian:bookworm-slim
RUN groupadd --gid 10001 parlour \
    && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin parlour
COPY --from=binary /out/parlour /usr/local/bin/parlour
COPY --chmod=0755 scripts/container-health /usr/local/bin/healthy
USER parlour
# Inside a container the port is published, or not, from outside. Everything else has its default.
ENV PARLOUR_LISTEN=0.0.0.0:4000
EXPOSE 4000
ENTRYPOINT ["parlour"]
HEALTHCHECK --interval=3s --timeout=4s --start-period=20s --retries=3 CMD ["healthy"]
