import { environmentText } from '../evaluate/index.ts';
import type { LineChart } from '../plot/index.ts';
import { taskTitle } from '../tasks/index.ts';
import type { LearningCurves } from './learning-curve.ts';

/** Figure 4 of the paper: every rule's reward as a faint point, and a moving average as a line, for each run. */
export function learningCurveChart(data: LearningCurves): LineChart {
  const { task, protocol, environment, chance, window, curves } = data;
  const averages = `the mean of the last ${window} rules`;
  return {
    title: 'Reward of the sampled rules',
    subtitle: `${taskTitle(task)}, protocol ${protocol}${environmentText(environment)}. Points: every rule. Lines: ${averages}.`,
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
