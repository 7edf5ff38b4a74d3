/**
 * Seven colours that people of every colour vision can tell apart, each at least 3 : 1 against white, as WCAG 2.2 (1.4.11) wants
 * it of lines: those of Okabe and Ito, Color Universal Design (2008), without their yellow, and orange and sky blue darker.
 * The order is fixed: the first series is always blue.
 */
export const COLOURS = ['#0067a5', '#d55e00', '#009e73', '#cc6fa3', '#6b5000', '#4598d0', '#000000'] as const;

/** Dashes of lines: lines also differ by them, for readers who see or print no colours. */
const DASHES = ['none', '9 4', '3 3', '10 3 2 3', '4 2 4 6', '14 3 2 3 2 3', '16 4'] as const;
/** Distance in the list of dashes between series of the same colour, of which there are some beyond seven. */
const SHIFT = 3;

export interface Stroke {
  readonly colour: string;
  /** Dashes as SVG's stroke-dasharray. */
  readonly dashes: string;
  /** Width in pixels; 2 unless given. */
  readonly width?: number;
}

/** Returns the look of the series of number `index`, from 0; there are forty-nine. */
export function strokeOf(index: number): Stroke {
  const round = Math.floor(index / COLOURS.length);
  return {
    colour: COLOURS[index % COLOURS.length] as string,
    dashes: DASHES[(index + SHIFT * round) % DASHES.length] as string,
  };
}

/** The dashes of a line that goes with another. */
export const DOTS = '1 2.5';

export const INK = '#1f2328';
export const FAINT_INK = '#59636e';
export const PAPER = '#ffffff';

/** Look of marks that belong to no series. */
export const INKED: Stroke = { colour: INK, dashes: 'none' };

const LEVEL_DASHES = ['5 4', '9 3 1.5 3', '2 4'] as const;

/** Returns the look of the level of number `index`, from 0. Levels are no series and have no colour. */
export function levelStrokeOf(index: number): Stroke {
  return { colour: FAINT_INK, dashes: LEVEL_DASHES[index % LEVEL_DASHES.length] as string };
}
