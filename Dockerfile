# Builds with everything, runs with production packages alone.
FROM node:24-slim AS build
WORKDIR /build
COPY package.json package-lock.json tsconfig.json ./
COPY scripts scripts
COPY console console
COPY src src
RUN npm ci

FROM node:24-slim AS packages
WORKDIR /packages
COPY package.json package-lock.json ./
# All was built above.
RUN npm ci --omit=dev --ignore-scripts

FROM node:24-slim
WORKDIR /rcode5
ENV NODE_ENV=production
COPY --from=packages /packages/node_modules node_modules
COPY --from=build /build/dist dist
COPY package.json LICENSE ./
COPY config config
# Where decisionLog.to and cacheFile can write, also on volumes, and what an earlier start compiled.
RUN install -d -o node -g node /var/log/rcode5 /var/lib/rcode5 /var/cache/rcode5
ENV NODE_COMPILE_CACHE=/var/cache/rcode5
USER node
# The configuration to mount in place of config/default.yaml listens where clients can reach it.
EXPOSE 5300/udp 5300/tcp
HEALTHCHECK --interval=10s --timeout=3s --start-period=3s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8053/healthz', { headers: { authorization: `Bearer ${process.env.RCODE5_TOKEN}` } }).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "dist/cli/main.js"]
CMD ["serve", "-c", "config/default.yaml"]
