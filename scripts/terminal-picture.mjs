/**
 * Draws what a terminal shows as an SVG picture:
 *
 *     tmux capture-pane -ep | node scripts/terminal-picture.mjs 'The live view of a search' > docs/live.svg
 *
 * Reads text with the colours of ANSI escape sequences (SGR: 0, 1, 2, 22, 30–37, 39, 90–97) and leaves out every other sequence.
 */
import { text } from 'node:stream/consumers';

const [WIDTH, HEIGHT, MARGIN] = [8.4, 18, 16];
const GROUND = '#1e2127';
const INK = '#d7dae0';
const COLOURS = ['#5c6370', '#e06c75', '#98c379', '#e5c07b', '#61afef', '#c678dd', '#56b6c2', '#d7dae0'];

const escaped = (part) => part.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** What a code of a sequence such as `1;32` changes. */
function change(code) {
  if (code === 0) return { bold: false, dim: false, colour: undefined };
  if (code === 1) return { bold: true };
  if (code === 2) return { dim: true };
  if (code === 22) return { bold: false, dim: false };
  if (code === 39) return { colour: undefined };
  if (code >= 30 && code <= 37) return { colour: COLOURS[code - 30] };
  if (code >= 90 && code <= 97) return { colour: COLOURS[code - 90] };
  return {};
}

/** A line as pieces of one style, each with the column that it begins at. `style` goes on from line to line. */
function piecesOf(line, style) {
  let column = 0;
  const pieces = [];
  for (const [i, part] of line.split('\u001b[').entries()) {
    const end = i === 0 ? -1 : part.indexOf('m');
    if (i > 0) for (const code of part.slice(0, end).split(';')) Object.assign(style, change(Number(code)));
    const plain = part.slice(end + 1);
    pieces.push({ style: { ...style }, column, plain });
    column += [...plain].length;
  }
  return { pieces, columns: column };
}

function tspan({ style: { bold, dim, colour }, column, plain }) {
  if (plain.trim() === '') return '';
  const weight = bold ? ' font-weight="bold"' : '';
  const opacity = dim ? ' opacity="0.65"' : '';
  const fill = colour ? ` fill="${colour}"` : '';
  const lead = plain.length - plain.trimStart().length;
  const shown = plain.trim();
  const [x, length] = [MARGIN + (column + lead) * WIDTH, [...shown].length * WIDTH];
  return `<tspan x="${x.toFixed(1)}" textLength="${length.toFixed(1)}" lengthAdjust="spacingAndGlyphs"${fill}${weight}${opacity}>${escaped(shown)}</tspan>`;
}

const lines = (await text(process.stdin)).trimEnd().split('\n');
const style = {};
let widest = 0;
const rows = lines.map((line, i) => {
  const read = piecesOf(line, style);
  widest = Math.max(widest, read.columns);
  const y = MARGIN + (i + 0.75) * HEIGHT;
  return `<text y="${y}" xml:space="preserve">${read.pieces.map(tspan).join('')}</text>`;
});
const [width, height] = [Math.ceil(widest * WIDTH + 2 * MARGIN), lines.length * HEIGHT + 2 * MARGIN];
process.stdout.write(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" fill="${INK}">
<title>${escaped(process.argv[2] ?? 'A terminal')}</title>
<rect width="100%" height="100%" rx="8" fill="${GROUND}"/>
${rows.join('\n')}
</svg>
`);
