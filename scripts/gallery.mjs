// Writes docs/exported/ and docs/gallery.md: some rules in every target of `nos export`. Run it after `npm run build`.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const RULES = ['powersign', 'addsign', 'optimizer1', 'table1-11'];

/** Arguments of the call that exports a rule into a folder; no store is read, as everybody has another. */
export const exporting = (rule, folder) => [
  'export',
  rule,
  '--to',
  'all',
  '--output',
  join(folder, rule),
  '--store',
  join(folder, 'none.db'),
];

const HEAD = `# Gallery

Two rules of the paper's authors and two that its search found, as \`nos export\` writes them for every target. The files are what the commands
print: \`node scripts/gallery.mjs\` makes them again, and a test compares them. [export.md](export.md) says what is shown of them.
`;

/** The page, from the folders of the exported rules. */
export function galleryPage(folder) {
  const sections = RULES.map((rule) => {
    const files = readdirSync(join(folder, rule)).sort();
    const about = readFileSync(
      join(
        folder,
        rule,
        files.find((name) => name.endsWith('.md')),
      ),
      'utf8',
    );
    const [, title, formula] = /^# (.*?)\n\n(\$\$\n.*\n\$\$)/.exec(about);
    const links = files.map((name) => {
      const target = /_([a-z]+)\.\w+$/.exec(name)[1];
      return `[${target}](exported/${rule}/${name})`;
    });
    return `## ${title}\n\n${formula}\n\n\`nos export ${rule} --to …\`: ${links.join(', ')}\n`;
  });
  return [HEAD, ...sections].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const pathOf = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
  const folder = pathOf('docs/exported');
  rmSync(folder, { recursive: true, force: true });
  for (const rule of RULES) {
    const { status } = spawnSync(process.execPath, [pathOf('bin/nos'), ...exporting(rule, folder)], {
      stdio: 'inherit',
    });
    if (status !== 0) process.exit(1);
  }
  writeFileSync(pathOf('docs/gallery.md'), galleryPage(folder));
}
