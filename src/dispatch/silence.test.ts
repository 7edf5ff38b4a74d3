import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { watchSilence } from './silence.ts';

describe('watchSilence', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('calls back once, when nothing was heard for so long', () => {
    const onSilence = vi.fn();
    const watch = watchSilence(120, onSilence);
    vi.advanceTimersByTime(110_000);
    watch.heard();
    vi.advanceTimersByTime(110_000);
    expect(onSilence).not.toHaveBeenCalled();
    vi.advanceTimersByTime(500_000);
    expect(onSilence).toHaveBeenCalledTimes(1);
  });

  it('stops', () => {
    const onSilence = vi.fn();
    watchSilence(1, onSilence).stop();
    vi.advanceTimersByTime(10_000);
    expect(onSilence).not.toHaveBeenCalled();
  });
});

it.skipIf(process.platform === 'win32')(
  'does not count the time for which the process was stopped',
  async () => {
    const module = new URL('../../dist/dispatch/silence.js', import.meta.url).href;
    const child = spawn(process.execPath, [
      '--input-type=module',
      '-e',
      `import { watchSilence } from ${JSON.stringify(module)};
     let awake = 0;
     setInterval(() => { awake++; }, 20);
     watchSilence(1, () => { console.log(awake); process.exit(); });
     console.log('ready');`,
    ]);
    const lines: string[] = [];
    child.stdout.setEncoding('utf8').on('data', (text: string) => lines.push(...text.trim().split('\n')));
    const closed = once(child, 'close');
    await Promise.race([once(child.stdout, 'data'), closed]);
    child.kill('SIGSTOP');
    await sleep(1_500);
    child.kill('SIGCONT');
    await closed;
    // Ten ticks came while it was awake, and more of these; a plain timer would have been due at once.
    expect(lines[0]).toBe('ready');
    expect(Number(lines[1])).toBeGreaterThanOrEqual(8);
  },
);
