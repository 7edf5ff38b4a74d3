import { registry } from '../registry.ts';
import type { Coordinates, TestFunction } from './test-function.ts';

type Pair = readonly [x: number, y: number];

/** A function of the plane, by its two coordinates. */
function plane(
  facts: Omit<TestFunction, 'dimension' | 'value' | 'gradient'>,
  value: (x: number, y: number) => number,
  gradient: (x: number, y: number) => Pair,
): TestFunction {
  const on =
    <T>(f: (x: number, y: number) => T) =>
    ([x = Number.NaN, y = Number.NaN]: Coordinates): T =>
      f(x, y);
  return { ...facts, dimension: 2, value: on(value), gradient: on(gradient) };
}

const rosenbrock = plane(
  {
    name: 'rosenbrock',
    title: 'Rosenbrock',
    equation: '(1 − x)² + 100 (y − x²)²',
    source:
      'Rosenbrock 1960, "An automatic method for finding the greatest or least value of a function"; NOS Figure 6',
    // The figure shows no coordinates of its start; this is read off its trajectories.
    start: [-1.5, 1.5],
    minima: [[1, 1]],
    least: 0,
    bounds: [
      [-2, 2],
      [-1, 3],
    ],
  },
  (x, y) => (1 - x) ** 2 + 100 * (y - x ** 2) ** 2,
  (x, y) => [-2 * (1 - x) - 400 * x * (y - x ** 2), 200 * (y - x ** 2)],
);

const BEALE = [
  [1.5, 1],
  [2.25, 2],
  [2.625, 3],
] as const;

const beale = plane(
  {
    name: 'beale',
    title: 'Beale',
    equation: '(1.5 − x + xy)² + (2.25 − x + xy²)² + (2.625 − x + xy³)²',
    source: 'Beale 1958; Moré, Garbow and Hillstrom 1981, no. 5, whose start it is',
    start: [1, 1],
    minima: [[3, 0.5]],
    least: 0,
    bounds: [
      [-4.5, 4.5],
      [-4.5, 4.5],
    ],
  },
  (x, y) => BEALE.reduce((sum, [c, n]) => sum + (c - x + x * y ** n) ** 2, 0),
  (x, y) => {
    const residuals = BEALE.map(([c, n]) => 2 * (c - x + x * y ** n));
    const sum = (slope: (n: number) => number) =>
      BEALE.reduce((total, [, n], i) => total + (residuals[i] as number) * slope(n), 0);
    return [sum((n) => y ** n - 1), sum((n) => n * x * y ** (n - 1))];
  },
);

const himmelblau = plane(
  {
    name: 'himmelblau',
    title: 'Himmelblau',
    equation: '(x² + y − 11)² + (x + y² − 7)²',
    source: 'Himmelblau 1972, "Applied Nonlinear Programming"',
    start: [-0.5, -1],
    minima: [
      [3, 2],
      [-2.805118086952745, 3.131312518250573],
      [-3.779310253377747, -3.28318599128617],
      [3.584428340330492, -1.848126526964404],
    ],
    least: 0,
    bounds: [
      [-5, 5],
      [-5, 5],
    ],
  },
  (x, y) => (x ** 2 + y - 11) ** 2 + (x + y ** 2 - 7) ** 2,
  (x, y) => {
    const [a, b] = [x ** 2 + y - 11, x + y ** 2 - 7];
    return [4 * x * a + 2 * b, 2 * a + 4 * y * b];
  },
);

const rastrigin = plane(
  {
    name: 'rastrigin',
    title: 'Rastrigin',
    equation: '20 + x² − 10 cos 2πx + y² − 10 cos 2πy',
    source: 'Rastrigin 1974, "Systems of extremal control"',
    start: [2.3, -1.7],
    minima: [[0, 0]],
    least: 0,
    bounds: [
      [-3, 3],
      [-3, 3],
    ],
  },
  (x, y) => 20 + x ** 2 - 10 * Math.cos(2 * Math.PI * x) + y ** 2 - 10 * Math.cos(2 * Math.PI * y),
  (x, y) => [
    2 * x + 20 * Math.PI * Math.sin(2 * Math.PI * x),
    2 * y + 20 * Math.PI * Math.sin(2 * Math.PI * y),
  ],
);

const illConditioned = plane(
  {
    name: 'ill-conditioned',
    title: 'Ill-conditioned quadratic',
    equation: '½ (x² + 100 y²)',
    source: 'condition number 100; Goh 2017, "Why Momentum Really Works"',
    start: [-2, 1],
    minima: [[0, 0]],
    least: 0,
    bounds: [
      [-2.5, 1.5],
      [-1.5, 1.5],
    ],
  },
  (x, y) => (x ** 2 + 100 * y ** 2) / 2,
  (x, y) => [x, 100 * y],
);

const noisyQuadratic: TestFunction = {
  ...plane(
    {
      name: 'noisy-quadratic',
      title: 'Noisy quadratic',
      equation: '½ (x² + y²/10), noise of variance 1 and 1/10 in the gradient',
      source:
        'Zhang et al. 2019, "Which Algorithmic Choices Matter at Which Batch Sizes? Insights From a Noisy Quadratic Model", in two dimensions',
      start: [-2, 2],
      minima: [[0, 0]],
      least: 0,
      bounds: [
        [-3, 2],
        [-2, 3],
      ],
    },
    (x, y) => (x ** 2 + y ** 2 / 10) / 2,
    (x, y) => [x, y / 10],
  ),
  // The model's noise has the curvature as its covariance.
  noise: [1, Math.sqrt(0.1)],
};

const saddle = plane(
  {
    name: 'saddle',
    title: 'Saddle',
    equation: '½ x² + ¼ y⁴ − ½ y²',
    source:
      'Nesterov 2004, "Introductory Lectures on Convex Optimization", example 1.2.2; its saddle is at the origin',
    // On y = 0 the gradient leads into the saddle; a thousandth beside it, it leads out in the end.
    start: [1.2, 0.001],
    minima: [
      [0, 1],
      [0, -1],
    ],
    least: -0.25,
    bounds: [
      [-1.5, 1.5],
      [-1.5, 1.5],
    ],
  },
  (x, y) => x ** 2 / 2 + y ** 4 / 4 - y ** 2 / 2,
  (x, y) => [x, y ** 3 - y],
);

export const testFunctions = registry<TestFunction>('function', [
  rosenbrock,
  beale,
  himmelblau,
  rastrigin,
  illConditioned,
  noisyQuadratic,
  saddle,
]);
