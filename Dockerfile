# nos, for workers and coordinators alike: docs/deployment.md. Debian, as the engine is built for glibc and does not run on Alpine's musl.
ARG BASE=node:20-bookworm-slim

FROM ${BASE} AS build
WORKDIR /opt/nos
COPY package.json package-lock.json ./
# No scripts: ours would build before the sources are here, and the engine's would download libraries for graphics cards.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src src/
RUN npm run build
RUN npm prune --omit=dev --ignore-scripts --no-audit --no-fund
# The engine comes for every platform: 288 MB, of which this one needs a sixth.
RUN find node_modules/onnxruntime-node/bin/napi-v6 -mindepth 2 -maxdepth 2 ! -path "*/linux/$(node -p process.arch)" -exec rm -r {} +

FROM ${BASE}
WORKDIR /opt/nos
COPY package.json LICENSE ./
COPY bin bin/
COPY assets assets/
COPY deploy/coordinate deploy/
COPY --from=build /opt/nos/node_modules node_modules/
COPY --from=build /opt/nos/dist dist/
RUN ln -s /opt/nos/bin/nos /usr/local/bin/nos
RUN mkdir -p /var/lib/nos/runs /var/lib/nos/data && chown -R node:node /var/lib/nos
ENV NODE_ENV=production NOS_STORE=/var/lib/nos/runs/nos.db NOS_DATA=/var/lib/nos/data
WORKDIR /var/lib/nos
USER node
EXPOSE 9464
# Whoever starts it without --metrics switches this off: docker run --no-healthcheck.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["node", "-e", "fetch('http://127.0.0.1:9464/metrics').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["nos"]
CMD ["worker", "--metrics", "0.0.0.0:9464"]
