import { checkChart, type LineChart } from './chart.ts';
import { itemsOf } from './legend.ts';
import { drawPanels } from './panels.ts';
import { panelPicture } from './picture.ts';

/**
 * Draws the chart as the text of a self-contained SVG file. It has a white ground of its own, so that it reads the same on light and
 * dark pages. Texts stay texts. Equal charts give equal bytes.
 *
 * Points, and places of a line or a band, whose x or y is not finite are left out; the line or band has a gap there.
 *
 * @throws RangeError as {@link checkChart}.
 * @example
 * lineChart({
 *   title: 'Reward while searching', x: { label: 'rule' }, y: { label: 'reward' },
 *   panels: [{ title: '', series: [{ name: 'random', line: [[1, 0.2], [2, 0.4]] }] }],
 * })
 */
export function lineChart(chart: LineChart): string {
  checkChart(chart);
  const { title, subtitle, panels, width, height } = chart;
  const heading = { title, subtitle, items: itemsOf(chart), panels: panels.length, width, height };
  return panelPicture(heading, (canvas) => drawPanels(chart, canvas));
}
