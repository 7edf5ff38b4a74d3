import { describe, expect, it } from 'vitest';
import { CARRIED } from '../calling.ts';
import { defaultOf, flagOf, metaOf, type OptionSchema, variableOf } from '../option.ts';
import { commonOptions, settings } from '../options.ts';
import { commands } from './index.ts';

const loaded = await Promise.all(
  commands.map(async (entry) => ({ ...entry, ...(await entry.load()).command })),
);

describe('commands', () => {
  it('have names of their own', () => {
    expect(new Set(commands.map(({ name }) => name)).size).toBe(commands.length);
  });

  it.each(loaded)('$name takes what the list of commands says', ({ takes, options }) => {
    expect([...takes].sort()).toEqual(CARRIED.filter((option) => option in options).sort());
  });

  it.each(loaded)(
    '$name has a summary of one line, and examples that call it',
    ({ name, summary, example }) => {
      expect(summary).toMatch(/^\S.*[^.\s]$/);
      const lines = example.split('\n').filter((line) => line.includes('nos '));
      expect(lines[0]).toMatch(new RegExp(`^nos ${name}\\b`));
      for (const line of lines) expect(line).toContain(`nos ${name}`);
    },
  );

  it.each(loaded)('$name has options that are told apart', ({ options }) => {
    const all: Readonly<Record<string, OptionSchema>> = { ...options, ...commonOptions };
    const shorts = Object.values(all).flatMap((option) => metaOf(option).short ?? []);
    expect(new Set(shorts).size).toBe(shorts.length);
    for (const [name, option] of Object.entries(all)) {
      const { description } = metaOf(option);
      expect(description, flagOf(name)).toMatch(/^\S.*[^.\s]$/);
      // `--help` adds the default: prose does not repeat it.
      expect(description, flagOf(name)).not.toContain('[');
    }
  });

  it.each(loaded)('$name sets only by its flag what no other command shares', ({ options }) => {
    for (const [name, option] of Object.entries<OptionSchema>(options)) {
      const { source } = metaOf(option);
      if (source === 'flag') expect(Object.keys(settings)).not.toContain(name === 'option' ? '' : name);
      else expect(Object.keys(settings)).toContain(name);
    }
  });
});

describe('settings', () => {
  it('have flags and variables of their own', () => {
    const names = Object.keys(settings);
    expect(new Set(names.map(flagOf)).size).toBe(names.length);
    const variables = Object.entries(settings).flatMap(([name, option]) => [
      variableOf(name),
      metaOf(option).alias ?? [],
    ]);
    expect(new Set(variables.flat()).size).toBe(variables.flat().length);
  });

  it('have no default of their own: the commands say it', () => {
    for (const option of Object.values(settings)) {
      expect(defaultOf(option)).toBe(metaOf(option).otherwise);
    }
  });
});
