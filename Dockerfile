# An image of Node, what it links to, and the program: no shell, no package manager. docs/deployment.md
FROM docker.io/library/node:24-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json tsconfig.json LICENSE ./
COPY scripts scripts
COPY console console
COPY config config
COPY src src
# Without install scripts: the package `node` would fetch a second Node, and no other needs its own here.
RUN npm ci --ignore-scripts && node scripts/prepare.js && node scripts/image-root.ts /image

FROM scratch
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
LABEL org.opencontainers.image.title="rcode5" \
  org.opencontainers.image.description="A DNS forwarder that says which layer refused" \
  org.opencontainers.image.version="0.2.0" \
  org.opencontainers.image.licenses="MIT" \
  org.opencontainers.image.revision="$REVISION" \
  org.opencontainers.image.created="$CREATED" \
  org.opencontainers.image.base.name="scratch"
COPY --from=build /image /
WORKDIR /rcode5
# What an earlier start compiled is kept where that folder can be written.
ENV PATH=/usr/local/bin NODE_ENV=production NODE_COMPILE_CACHE=/var/cache/rcode5
# By number: Kubernetes cannot know whether a name is root.
USER 1000:1000
# The configuration to mount as /etc/rcode5/rcode5.yaml listens where clients can reach it.
EXPOSE 5300/udp 5300/tcp
HEALTHCHECK --interval=10s --timeout=3s --start-period=3s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8053/healthz', { headers: { authorization: `Bearer ${process.env.RCODE5_TOKEN}` } }).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["rcode5"]
CMD ["serve"]
