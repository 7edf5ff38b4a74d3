// Writes docs/documents.md from the schemas of what `--json` prints. Run it after `npm run build`.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';

const HEAD = `# What \`--json\` prints

With \`--json\` a command prints exactly one JSON document on stdout; [cli.md](cli.md#promises-to-scripts) has the rules
for scripts. The tables name every field. \`rules[].rank\` is the field \`rank\` of each item of the list \`rules\`; \`measures{}\` is each value of an
object whose names vary; a field with a question mark may be absent. Numbers that are not finite are the strings \`"NaN"\`,
\`"Infinity"\` and \`"-Infinity"\`.

<!-- Made by \`node scripts/documents.mjs\` from src/cli/commands/. -->`;

/** The schemas of what commands print, by the call. */
export async function documentsOf(commands) {
  const loaded = await Promise.all(commands.map(({ load }) => load()));
  return Object.assign({}, ...loaded.map(({ command }) => command.documents));
}

/** The page about the documents: `documents` has a zod schema per call. */
export function documentsPage(documents) {
  const types = new Map();
  const calls = Object.entries(documents);
  const sections = calls.map(([call, schema]) => {
    const { $defs = {}, ...json } = z.toJSONSchema(schema, { io: 'input' });
    for (const [name, definition] of Object.entries($defs)) types.set(name, definition);
    const [first] = calls.find(([, other]) => other === schema);
    const table = first === call ? tableOf(json, types) : `As of \`nos ${first}\`.`;
    return `## nos ${call}\n\n${table}`;
  });
  const shared = [...types].sort(([a], [b]) => (a < b ? -1 : 1));
  const definitions = shared.map(([name, json]) => `## ${name}\n\n${tableOf(json, types)}`);
  return `${[HEAD, ...sections, ...definitions].join('\n\n')}\n`;
}

function tableOf(schema, types) {
  if (schema.$ref) return `A ${linkTo(schema)}.`;
  const rows = fieldsOf(schema, '', types).map(({ path, type, description }) => {
    return `| \`${path}\` | ${type} | ${description.replaceAll('|', '\\|')} |`;
  });
  return ['| field | type | what it holds |', '|---|---|---|', ...rows].join('\n');
}

const nameOf = ({ $ref }) => $ref.split('/').at(-1);
const linkTo = (schema) => `[${nameOf(schema)}](#${nameOf(schema).toLowerCase()})`;

/** The rows of an object's fields, and of the fields of objects within it. */
function fieldsOf({ properties, required = [] }, before, types) {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const [field, ...others] = rowsOf(schema, before + name, types);
    return [required.includes(name) ? field : { ...field, path: `${field.path}?` }, ...others];
  });
}

function rowsOf(schema, path, types) {
  const { items, anyOf, oneOf, additionalProperties, properties, prefixItems } = schema;
  const description = schema.description ?? anyOf?.[0].description ?? '';
  const row = (type, text = description) => ({ path, type, description: text });
  if (schema.$ref) return [row(linkTo(schema), description || types.get(nameOf(schema)).description)];
  if (properties) return [row('object'), ...fieldsOf(schema, `${path}.`, types)];
  if (prefixItems) return [row(`[${prefixItems.map((one) => one.description).join(', ')}]`)];
  const values = items ?? (Object.keys(additionalProperties ?? {}).length > 0 && additionalProperties);
  if (values) {
    const [first, ...others] = rowsOf(values, path + (items ? '[]' : '{}'), types);
    const type = `${items ? 'list' : 'object'} of ${first.type.replace(/^object$/, 'objects')}`;
    return [row(type), ...others];
  }
  const objects = (anyOf ?? oneOf ?? []).filter((option) => option.properties);
  if (objects.length === 0) return [row(typeOf(schema))];
  const fields = objects.flatMap((option) => fieldsOf(option, `${path}.`, types));
  return [row(anyOf?.some(({ type }) => type === 'null') ? 'object or null' : 'object'), ...fields];
}

const NOT_FINITE = JSON.stringify(['NaN', 'Infinity', '-Infinity']);

function typeOf(schema) {
  const { anyOf, enum: names, const: only, type } = schema;
  if (only !== undefined) return `\`${JSON.stringify(only)}\``;
  if (JSON.stringify(names) === NOT_FINITE) return 'number';
  if (names) return names.map((name) => `\`${name}\``).join(', ');
  if (anyOf) return [...new Set(anyOf.map(typeOf))].join(' or ');
  if (Array.isArray(type)) return type.map((one) => typeOf({ type: one })).join(' or ');
  return (
    { integer: 'whole number', string: 'text', boolean: '`true` or `false`' }[type] ?? type ?? 'anything'
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { commands } = await import('../dist/cli/commands/index.js');
  const documents = await documentsOf(commands);
  writeFileSync(new URL('../docs/documents.md', import.meta.url), documentsPage(documents));
}
