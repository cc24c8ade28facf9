# The product in a small image, without the lab. `docker build -t leadmill .`, or by docker-compose.yml.

FROM rust:1.95-slim-bookworm AS builder
# The allocator is built with it.
RUN apt-get update && apt-get install --yes --no-install-recommends make
WORKDIR /src
COPY . .
# The registry and what was compiled stay between builds; only the binary leaves the mount.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --package leadmill \
    && cp target/release/leadmill /usr/local/bin/leadmill

FROM debian:bookworm-slim
# Certificate authorities, for amqps:// and for PostgreSQL with TLS.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin leadmill \
    # A new volume belongs to whom its place in the image belongs to: docker-compose.yml keeps the secret in one.
    && install --directory --owner=10001 --mode=700 /var/lib/leadmill
COPY --from=builder /usr/local/bin/leadmill /usr/local/bin/leadmill
COPY LICENSE-MIT LICENSE-APACHE /usr/share/doc/leadmill/
# A number, so that an orchestrator sees that it is not root.
USER 10001
WORKDIR /tmp
# SIGTERM, Docker's own, drains: what was taken is finished, confirmed and acknowledged.
ENTRYPOINT ["leadmill"]
CMD ["--help"]
