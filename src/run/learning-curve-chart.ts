import { environmentText } from '../evaluate/index.ts';
import type { LineChart } from '../plot/index.ts';
import { taskTitle } from '../tasks/index.ts';
import type { LearningCurves } from './learning-curve.ts';

/** Figure 4 of the paper: every rule's reward as a faint point, and a moving average as a line, for each run. */
export function learningCurveChart(data: LearningCurves): LineChart {
  const { task, protocol, environment, chance, window, step, curves } = data;
  const points = step === 1 ? 'every rule' : `one rule in ${step}`;
  const averages = `the mean of the last ${window} rules`;
  return {
    title: 'Reward of the sampled rules',
    subtitle: `${taskTitle(task)}, protocol ${protocol}${environmentText(environment)}. Points: ${points}. Lines: ${averages}.`,
    x: { label: 'sampled rules' },
    y: { label: 'reward (validation accuracy)' },
    ...(chance === undefined ? {} : { levels: [{ name: 'chance', y: chance }] }),
    panels: [
      {
        title: '',
        series: curves.map(({ run, average, rewards }) => ({
          name: run,
          line: average,
          points: rewards.flatMap((reward, i) => (i % step === 0 ? [[i + 1, reward] as const] : [])),
        })),
      },
    ],
  };
}
