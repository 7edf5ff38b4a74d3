/** Whether a number of the step is not 0, as torch.where takes it. */
export const TRUTH = [
  '',
  '',
  'def _truth(number: float | Tensor, param: Tensor) -> Tensor:',
  '    return torch.as_tensor(number != 0.0, device=param.device)',
];

/** Draws for a parameter, which tests put recorded ones in the place of. */
export const DRAWS = {
  normal: [
    'def _normal(param: Tensor, generator: torch.Generator | None) -> Tensor:',
    '    return torch.randn(',
    '        param.shape, generator=generator, dtype=param.dtype, device=param.device',
    '    )',
  ],
  mask: [
    'def _uniform(param: Tensor, generator: torch.Generator | None) -> Tensor:',
    '    return torch.rand(param.shape, generator=generator, device=param.device)',
  ],
};

/** The helpers that a text calls, two empty lines before each. */
export const helpersOf = (text: string): readonly string[] => [
  ...(text.includes('_normal(') ? ['', '', ...DRAWS.normal] : []),
  ...(text.includes('_uniform(') ? ['', '', ...DRAWS.mask] : []),
  ...(text.includes('_truth(') ? TRUTH : []),
];
