import { checkChart, type LineChart } from './chart.ts';
import { drawPanels, gridOf } from './panels.ts';
import { asGroup, MARGIN, picture } from './picture.ts';

/**
 * The chart as the text of an SVG file that stands alone: on a white ground of its own, so that it reads alike on light and
 * dark pages; texts stay texts; equal charts give equal bytes.
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
  const panels = chart.panels.length;
  const { width = panels === 1 ? 760 : 900 } = chart;
  return picture(chart, width, ({ element, document, top }) => {
    const { height = Math.ceil(top) + 70 + 270 * gridOf(panels).rows } = chart;
    const room = { width: width - MARGIN, height: height - top };
    if (room.width < 200 || room.height < 120) {
      throw new RangeError(`chart: ${width} by ${height} pixels are too few`);
    }
    return { elements: [asGroup(element, drawPanels(chart, { document, ...room }), top)], height };
  });
}
