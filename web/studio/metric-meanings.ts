/** What the figures that strategies report mean, and what to look for: docs/controller.md has more. */
export const MEANINGS: Readonly<Record<string, string>> = {
  rewardMean:
    'Mean reward of the batch. It rises as the search learns, and is noisy with few rules per batch.',
  distinctShare: 'Share of different rules in the batch. Below 0.5, most evaluations repeat what is known.',
  baseline: 'Moving average that rewards are compared with: the curve to read.',
  advantageStd:
    'Spread of what the batch taught. 0: all rewards were equal, and nothing was learnt beside their level.',
  entropyWeight: 'Weight of the bonus for variety. A rise says that the policy had settled.',
  entropy: 'How undecided the policy is about the next token. Near 0 it writes one rule again and again.',
  loss: "The algorithm's own loss. It is no measure of progress.",
  gradientNorm: 'Size of the gradient. Near 0 once the policy has collapsed.',
  policyLag: 'How far the policy moved between asking and telling. 0 with one batch in flight.',
  newShare:
    'Share of new rules among all that were drawn. Near 0 for long: nothing new is left near what is good.',
  weightMean:
    'Mean importance weight. 1 with one batch in flight; near 0 the batch was written by another policy.',
  kl: 'How far the update moved the policy. It stays below its bound.',
  surrogateGain: 'What the update gained on this batch, in reward.',
  accepted: '1 where the parameters changed. Often 0, with few distinct rules, is a collapsed policy.',
  lineSearchSteps: 'Steps that were tried for the update.',
  epochs: 'Steps of the update that were taken.',
  cgIterations: 'Products that the conjugate gradient took.',
  cgResidual: 'How exactly it was solved: below 0.1 is enough.',
  clippedShare: 'Share of tokens beyond the clip. Above 0.5 the epochs move the policy far.',
};
