# nos, for workers and coordinators alike: docs/deployment.md. Debian, as the engine is built for glibc and does not run on Alpine's musl.
ARG BASE=node:20-bookworm-slim

FROM ${BASE} AS build
WORKDIR /opt/nos
COPY package.json package-lock.json ./
# No scripts: ours would build before the sources are here.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY bin bin/
COPY scripts scripts/
COPY src src/
COPY web web/
COPY assets/digits assets/digits/
# And fetches the engine.
RUN npm run build
RUN npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM ${BASE}
# The native engine compiles each network once, into the volume of data: 200 MB, for tasks of one's own as well as for ours.
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/nos
COPY package.json LICENSE ./
COPY bin bin/
COPY assets assets/
COPY deploy/coordinate deploy/
COPY --from=build /opt/nos/node_modules node_modules/
COPY --from=build /opt/nos/dist dist/
COPY --from=build /opt/nos/engine engine/
RUN ln -s /opt/nos/bin/nos /usr/local/bin/nos
RUN mkdir -p /var/lib/nos/runs /var/lib/nos/data && chown -R node:node /var/lib/nos
ENV NODE_ENV=production NOS_STORE=/var/lib/nos/runs/nos.db NOS_DATA=/var/lib/nos/data XDG_CACHE_HOME=/var/lib/nos/data/cache
WORKDIR /var/lib/nos
USER node
EXPOSE 9464
# Whoever starts it without --metrics switches this off: docker run --no-healthcheck.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["node", "-e", "fetch('http://127.0.0.1:9464/metrics').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["nos"]
CMD ["worker", "--metrics", "0.0.0.0:9464"]
