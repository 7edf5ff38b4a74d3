/** Epochs of Table 1 and Figure 7. */
export const EPOCHS = 300;

/** Their network at a scale: it shrinks too, and at 1 is the published one. */
export function networkAt(scale: number): string {
  if (scale >= 1) return 'cifar10-wide-resnet';
  return `cifar10-wide-resnet(depth=${scale >= 0.1 ? '16,widening=4' : '10,widening=1'})`;
}
