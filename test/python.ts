import { spawnSync } from 'node:child_process';

/** The Python that tests use. */
export const PYTHON = '/usr/bin/python3';

/** Why tests with PyTorch cannot run here; nothing where they can. */
export const noTorch: string | undefined =
  spawnSync(PYTHON, ['-c', 'import torch']).status === 0
    ? undefined
    : `SKIPPED, as ${PYTHON} has no torch (Debian: apt-get install python3-torch)`;

if (noTorch) console.warn(`Tests with PyTorch: ${noTorch}`);
