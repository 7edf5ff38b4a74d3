/** Adam (Kingma & Ba 2015), the controller's optimizer (NOS §4.2): β1 = 0.9, β2 = 0.999, ε = 1e-8. */
export interface AdamState {
  /** Running averages of the gradient and of its square, without bias correction. */
  readonly first: Float32Array;
  readonly second: Float32Array;
  /** Steps taken. */
  readonly step: number;
}

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

export function initialAdam(size: number): AdamState {
  return { first: new Float32Array(size), second: new Float32Array(size), step: 0 };
}

/** One step of descent, in place on the parameters and the state's arrays; returns the state to go on from. */
export function adamStep(
  state: AdamState,
  parameters: Float32Array,
  gradient: Float32Array,
  learningRate: number,
): AdamState {
  const { first, second } = state;
  const step = state.step + 1;
  const firstScale = 1 / (1 - BETA1 ** step);
  const secondScale = 1 / (1 - BETA2 ** step);
  for (let i = 0; i < parameters.length; i++) {
    const g = gradient[i] as number;
    const m = BETA1 * (first[i] as number) + (1 - BETA1) * g;
    const v = BETA2 * (second[i] as number) + (1 - BETA2) * g * g;
    first[i] = m;
    second[i] = v;
    const update = (m * firstScale) / (Math.sqrt(v * secondScale) + EPSILON);
    parameters[i] = (parameters[i] as number) - learningRate * update;
  }
  return { first, second, step };
}
