// Writes the keys of the catalogue's rules, src/rules/catalogue/keys.ts, so that naming a rule costs nothing. Run it after `npm run build`.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { catalogue, parseRule, ruleKey } from '../dist/rules/index.js';

const lines = catalogue.map(({ name, text }) => `  ['${name}', '${ruleKey(parseRule(text))}'],`);
const text = `/** The key of every rule of the catalogue, by name. Made by \`node scripts/catalogue-keys.mjs\` from the texts. */
export const catalogueKeys: readonly (readonly [name: string, key: string])[] = [
${lines.join('\n')}
];
`;
writeFileSync(fileURLToPath(new URL('../src/rules/catalogue/keys.ts', import.meta.url)), text);
