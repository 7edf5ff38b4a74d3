// Brings the engine when the package is installed, so that nothing is left to download when it is first used. Where npm runs no
// scripts, or the network is down, that first use does it; so this never fails.
import { existsSync } from 'node:fs';

const engine = new URL('../dist/engine/index.js', import.meta.url);
if (existsSync(engine)) {
  const { fetchEngine } = await import(engine.href);
  await fetchEngine().catch(({ message }) => {
    console.warn(`nos: ${message}\nnos: it is fetched when a command first needs it`);
  });
}
