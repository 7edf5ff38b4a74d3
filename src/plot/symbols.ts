/** Marks of single places. */
export type SymbolName = 'circle' | 'square' | 'diamond' | 'up' | 'down' | 'star';

type Corner = readonly [x: number, y: number];

/** Corners on a circle of radius 1 around (0, 0), y growing downwards: `count` of them, the first at `turn` of a whole turn from the top. */
const around = (count: number, turn = 0, radius = (_: number) => 1): readonly Corner[] =>
  Array.from({ length: count }, (_, i) => {
    const angle = 2 * Math.PI * (turn + i / count);
    return [radius(i) * Math.sin(angle), -radius(i) * Math.cos(angle)];
  });

/** Corners of shapes with about the area of a circle of radius 1. */
const CORNERS: Readonly<Record<Exclude<SymbolName, 'circle'>, readonly Corner[]>> = {
  square: around(4, 1 / 8, () => 1.25),
  diamond: around(4, 0, () => 1.3),
  up: around(3, 0, () => 1.45),
  down: around(3, 1 / 2, () => 1.45),
  star: around(10, 0, (i) => (i % 2 === 0 ? 1.55 : 0.6)),
};

/** Returns the corners around (x, y) as SVG's `points`. */
export function cornersOf(
  symbol: Exclude<SymbolName, 'circle'>,
  { x, y }: { readonly x: number; readonly y: number },
  radius: number,
): string {
  return CORNERS[symbol]
    .map(([right, down]) => `${(x + radius * right).toFixed(2)},${(y + radius * down).toFixed(2)}`)
    .join(' ');
}

/** Symbol type of Observable Plot. */
interface Path {
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  closePath(): void;
}

/** The same for Observable Plot, whose circles have the area `size`. */
export function plotSymbol(symbol: SymbolName) {
  if (symbol === 'circle') return 'circle';
  return {
    draw(path: Path, size: number) {
      const radius = Math.sqrt(size / Math.PI);
      for (const [i, [x, y]] of CORNERS[symbol].entries()) {
        if (i === 0) path.moveTo(radius * x, radius * y);
        else path.lineTo(radius * x, radius * y);
      }
      path.closePath();
    },
  };
}
