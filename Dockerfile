# Keycard in a container: the built server with what it needs to run, as a user who may write only /data.
# Settings come from the environment. Commands: docker compose exec keycard node dist/server/cli.js help

FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# No package runs a script: native code comes prebuilt.
RUN npm ci --ignore-scripts
COPY tsconfig.json vite.config.ts vite.server.config.ts ./
COPY server server
COPY client client
# tRPC names TypeScript as its peer, for types only: nothing that runs needs it.
RUN node server/launch.js build && npm prune --omit=dev --ignore-scripts \
  && rm -r node_modules/typescript node_modules/@typescript

FROM node:24-slim
ENV NODE_ENV=production DATA_DIR=/data
WORKDIR /app
RUN install --directory --owner=node --group=node --mode=700 /data
# Owned by root, so that nothing that runs here can change them.
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
USER node
# For SQLite and its master.key; with PostgreSQL nothing is written.
VOLUME /data
EXPOSE 3000
# Whether the process is alive. The balancer asks /readyz whether it is ready for requests.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD ["node", "-e", \
  "fetch('http://127.0.0.1:' + (process.env.PORT || 3000) + '/healthz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Node itself is the first process, so that SIGTERM reaches it.
CMD ["node", "dist/server/main.js"]
