// Hooks of the module loader for a Node.js that runs no TypeScript by itself: types become white space, so that lines and columns stay.
// What strips them is the code that Node.js 22.18 and later have built in: equal modules run or are refused on both.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import swc from '@swc/wasm-typescript';

const TYPESCRIPT = /\.[cm]?ts$/;

export async function load(url, context, next) {
  const { protocol, pathname } = new URL(url);
  if (protocol !== 'file:' || !TYPESCRIPT.test(pathname)) return next(url, context);
  const path = fileURLToPath(url);
  const text = await readFile(path, 'utf8');
  const format = pathname.endsWith('.cts') ? 'commonjs' : 'module';
  return { format, source: strip(text, path), shortCircuit: true };
}

function strip(text, path) {
  try {
    return swc.transformSync(text, { mode: 'strip-only', filename: path }).code;
  } catch (cause) {
    const { message, startLine } = cause;
    // The line above an error's text is where Node.js, too, says the place of what does not parse.
    const error = new SyntaxError(message ?? String(cause));
    error.stack = `${path}:${startLine ?? 1}\n${error.stack}`;
    throw error;
  }
}
