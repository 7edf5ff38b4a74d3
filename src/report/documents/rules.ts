import * as z from 'zod';
import * as f from '../../fields.ts';

export const ruleDocument = z.strictObject({
  text: f.text('the rule as text'),
  canonical: f.text('canonical text'),
  key: f.key,
  latex: f.text('the rule as LaTeX'),
  slots: f.count('state tensors per weight'),
  flopsPerWeight: f.number('floating-point operations per weight and step, approximately'),
  names: f.names,
  remarks: f.texts('what is odd about the rule: it ignores the gradient, or its step is not finite'),
});

export const exportDocument = z.strictObject({
  rule: f.text('the rule as text'),
  className: f.text('name of the class, or of the functions'),
  exports: f.list(
    z.strictObject({
      target: f.text('what the text is for: `pytorch`, `numpy`, …'),
      file: f.text('the file that was written').nullable(),
      text: f.text('the whole text'),
      test: z
        .strictObject({ file: f.text('the file of the test'), text: f.text('its text') })
        .nullable()
        .describe('the test beside it; null without `--with-test`'),
    }),
    'one per target',
  ),
});

export const rulesDocument = z.strictObject({
  rules: f.list(
    z.strictObject({
      name: f.text('name in the catalogue'),
      title: f.text('what it is, in a line'),
      text: f.text('the rule as text'),
      source: f.text('where it was published'),
    }),
    'the catalogue',
  ),
});

const size = z
  .union([z.int().nonnegative(), z.string().regex(/^\d+$/)])
  .describe('number of token strings; a string of its digits beyond 2⁵³');
const chosen = z
  .array(z.enum(['operands', 'unary', 'binary']))
  .describe('vocabularies that are not those of the named space');
const space = {
  name: f.text('name of the space'),
  title: f.text('what it is, in a line'),
  iterations: f.count('iterations of the space'),
  chosen,
  size,
};

export const spacesDocument = z.strictObject({ spaces: f.list(z.strictObject(space), 'the spaces') });

const distinct = z.strictObject({
  samples: f.count('random strings'),
  rules: f.count('distinct rules among them'),
});

export const spaceDocument = z.strictObject({
  ...space,
  operands: f.texts('operands'),
  unary: f.texts('unary functions'),
  binary: f.texts('binary functions'),
  constraints: f.texts('constraints on the strings'),
  sizes: f.list(z.strictObject({ iterations: space.iterations, size }), 'sizes with one to three iterations'),
  distinct: distinct.describe('how many distinct rules random strings denote'),
});

const points = (description: string) => z.array(f.figures('a point')).describe(description);

export const trajectoryDocument = z.strictObject({
  file: f.text('path of the picture'),
  function: z
    .strictObject({
      name: f.text('name of the function'),
      title: f.text('title'),
      equation: f.text('equation'),
      source: f.text('where it comes from'),
      start: f.figures('start of every trajectory'),
      minima: points('points of the least value'),
      least: f.figure('least value'),
      noise: f.figures('standard deviation of the noise in each component of the gradient').exactOptional(),
    })
    .describe('the function'),
  steps: f.count('steps of every trajectory'),
  seed: f.seed,
  learningRates: f.figures('learning rates that were tried'),
  trajectories: f.list(
    z.strictObject({
      rule: f.text('the rule as the user named it'),
      learningRate: f.figure('best learning rate; NaN if all diverged'),
      edgeOfGrid: f.flag('whether that is the first or last of those tried'),
      sweep: f.list(
        z.strictObject({
          learningRate: f.figure('learning rate'),
          excess: f.figure('value above the least at the end'),
        }),
        'end of the trajectory at each learning rate',
      ),
      excess: f.figure('value above the least at the end; Infinity if it diverged'),
      distance: f.figure('distance to the nearest minimum at the end; Infinity if it diverged'),
      diverged: f.flag('whether it met a number that is not finite'),
      points: points('the start, and the point after each step'),
      values: f.figures('value at each point'),
    }),
    'one trajectory per rule',
  ),
});
