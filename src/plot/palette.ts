/**
 * Seven colours that people of every colour vision can tell apart on white: Okabe and Ito, Color Universal Design (2008),
 * without its yellow, which is too faint for a line. The order is fixed: the first series is always blue.
 */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000'] as const;

/** Beyond seven series the colours come again, in other dashes: there are twenty-one looks. */
const DASHES = ['none', '6 3', '2 2'] as const;

export interface Stroke {
  readonly colour: string;
  /** As SVG's stroke-dasharray. */
  readonly dashes: string;
}

/** The look of the series that comes as number `index`, from 0. */
export function strokeOf(index: number): Stroke {
  const colour = COLOURS[index % COLOURS.length] as string;
  return { colour, dashes: DASHES[Math.floor(index / COLOURS.length) % DASHES.length] as string };
}

export const INK = '#1f2328';
export const FAINT_INK = '#59636e';
export const PAPER = '#ffffff';
/** Levels, which are no series. */
export const LEVEL: Stroke = { colour: FAINT_INK, dashes: '5 4' };
