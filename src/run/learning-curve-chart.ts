import type { LineChart } from '../plot/index.ts';
import type { LearningCurves } from './learning-curve.ts';

/** Figure 4 of the paper: every rule's reward as a faint point, and a moving average as a line, for each run. */
export function learningCurveChart(data: LearningCurves): LineChart {
  const { task, protocol, environment, chance, window, curves } = data;
  const where = environment === 'none' ? '' : `, environment ${environment}`;
  const averages = `the mean of the last ${window} rules`;
  return {
    title: 'Reward of the sampled rules',
    subtitle: `${shortTask(task)}, protocol ${protocol}${where}. Points: every rule. Lines: ${averages}.`,
    x: { label: 'sampled rules' },
    y: { label: 'reward (validation accuracy)' },
    ...(chance === undefined ? {} : { levels: [{ name: 'chance', y: chance }] }),
    panels: [
      {
        title: '',
        series: curves.map(({ run, average, rewards }) => ({
          name: run,
          line: average,
          points: rewards.map((reward, i) => [i + 1, reward] as const),
        })),
      },
    ],
  };
}

/** `/home/me/spirals.mjs#6b1f0c2d9e8a` as `spirals.mjs`: a picture is shown to others. */
const shortTask = (task: string): string => task.replace(/#.*$/, '').replace(/^.*[/\\]/, '');
