import { type SpawnSyncReturns, spawnSync } from 'node:child_process';

/** What a shell has, and no npm script around it; its home and npm's settings are the user's. */
const environment = (variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv => {
  const kept = Object.entries(process.env).filter(
    ([name]) =>
      !/^(npm_(package|lifecycle|node|command|execpath|config_local_prefix)|NOS_|INIT_CWD|NODE_|FORCE_COLOR)/.test(
        name,
      ),
  );
  return { ...Object.fromEntries(kept), NO_COLOR: '1', ...variables };
};

/** Runs a command line in a folder, to its end. */
export function shell(
  cwd: string,
  command: string,
  variables: NodeJS.ProcessEnv = {},
): SpawnSyncReturns<string> {
  const options = { cwd, env: environment(variables), encoding: 'utf8', maxBuffer: 1e8 } as const;
  return spawnSync('sh', ['-c', command], options);
}

/** What it prints. @throws Error with what it says where it fails. */
export function output(cwd: string, command: string, variables?: NodeJS.ProcessEnv): string {
  const { status, stdout, stderr } = shell(cwd, command, variables);
  if (status !== 0) throw new Error(`${command}: exit code ${status}\n${stdout}\n${stderr}`);
  return stdout;
}
