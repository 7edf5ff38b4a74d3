// Another state of this project, built beside the working tree, for benchmarks that compare the two.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '..');

const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();

/**
 * Checks out a commit into a scratch folder, with its own packages and the engine of the working tree, and builds it; removes all of it
 * when the work is done or has failed.
 *
 * @param {string} commit
 * @param {(folder: string, scratch: string) => void} work - is given the built folder, and a scratch folder of its own.
 */
export function withCommit(commit, work) {
  const scratch = mkdtempSync(join(tmpdir(), 'nos-commit-'));
  const folder = join(scratch, git('rev-parse', '--short', commit));
  try {
    git('worktree', 'add', '--quiet', '--detach', folder, commit);
    execFileSync('npm', ['ci', '--no-audit', '--no-fund'], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const engine = join(root, 'engine');
    if (existsSync(engine)) cpSync(engine, join(folder, 'engine'), { recursive: true });
    work(folder, scratch);
  } finally {
    git('worktree', 'remove', '--force', folder);
    rmSync(scratch, { recursive: true, force: true });
  }
}
