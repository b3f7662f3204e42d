/**
 * What runs in the page: the charts and the slider. Plain JavaScript in a string, since nothing compiles it on its way there;
 * `uPlot` stands before it.
 */
export const script = `
'use strict';
{
  const charts = JSON.parse(document.getElementById('charts').textContent);
  const HEIGHT = 260;
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const short = (value) => (value === null || value === undefined ? '–' : String(Number(value.toPrecision(4))));
  const large = (value) => (Math.abs(value) >= 1e4 || (value !== 0 && Math.abs(value) < 1e-3) ? value.toExponential(1) : String(Number(value.toPrecision(6))));

  const dataOf = (chart) => [chart.steps, ...chart.values.map((column) => column.map((value) => (value === false ? undefined : value)))];

  function draw(place, chart) {
    const data = dataOf(chart);
    const axis = { stroke: colour('--faint'), grid: { stroke: colour('--rule'), width: 1 }, ticks: { stroke: colour('--rule'), width: 1 } };
    const plot = new uPlot({
      width: place.clientWidth,
      height: HEIGHT,
      scales: { x: { time: false }, y: chart.range ? { range: chart.range } : {} },
      series: [
        { label: 'step', value: (_, step) => (step === null ? '–' : step.toLocaleString('en')) },
        ...chart.lines.map((label, index) => ({
          label,
          stroke: colour('--line-' + (index % 6)),
          dash: index < 6 ? [] : [6, 4],
          width: 1.5,
          points: { show: chart.steps.length < 40, size: 5, fill: colour('--line-' + (index % 6)) },
          value: (_, value) => short(value),
        })),
      ],
      axes: [{ ...axis, space: 70, values: (_, ticks) => ticks.map((step) => step.toLocaleString('en', { notation: 'compact' })) },
        { ...axis, size: 58, values: (_, ticks) => ticks.map(large) }],
      cursor: { drag: { x: true, y: false } },
    }, data, place);
    const [canvas] = place.getElementsByTagName('canvas');
    canvas.setAttribute('aria-hidden', 'true');
    place.querySelector('.u-legend').setAttribute('aria-live', 'polite');
    return plot;
  }

  /** Arrows move the cursor, as the mouse does. */
  function move(plot, key) {
    const [steps] = plot.data;
    const now = plot.cursor.idx ?? steps.length;
    const [from, to] = plot.series[0].idxs;
    const stride = Math.max(1, Math.round((to - from) / 100));
    const next = { ArrowLeft: now - stride, ArrowRight: now + stride, Home: from, End: to }[key];
    if (next === undefined) return false;
    const index = Math.min(to, Math.max(from, next));
    const value = plot.data.slice(1).map((column) => column[index]).find((item) => typeof item === 'number');
    plot.setCursor({ left: plot.valToPos(steps[index], 'x'), top: value === undefined ? 0 : plot.valToPos(value, 'y') });
    return true;
  }

  const redraw = new Map();
  /** The last step that each chart has shown. */
  const shown = new Map();
  for (const place of document.querySelectorAll('.plot')) {
    const chart = charts[Number(place.dataset.chart)];
    let plot = draw(place, chart);
    new ResizeObserver(() => {
      if (place.clientWidth !== plot.width) plot.setSize({ width: place.clientWidth, height: HEIGHT });
    }).observe(place);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
      plot.destroy();
      plot = draw(place, chart);
    });
    place.addEventListener('keydown', (event) => {
      if (move(plot, event.key)) event.preventDefault();
    });
    redraw.set(chart, () => {
      const { min, max } = plot.scales.x;
      const [steps] = plot.data;
      // Who has zoomed in stays there.
      const isWhole = min === null || min === undefined || (min <= steps[0] && max >= shown.get(chart));
      shown.set(chart, chart.steps.at(-1));
      plot.setData(dataOf(chart), isWhole);
      if (!isWhole) plot.redraw(false);
    });
    shown.set(chart, chart.steps.at(-1));
    place.addEventListener('blur', () => plot.setCursor({ left: -10, top: -10 }));
  }

  const slider = document.getElementById('slider');
  const show = () => {
    const pictures = [...document.querySelectorAll('.samples img')];
    pictures.forEach((picture, index) => (picture.hidden = index !== Number(slider.value)));
    const { step } = pictures[Number(slider.value)].dataset;
    slider.setAttribute('aria-valuetext', 'step ' + step);
    document.getElementById('step').textContent = 'step ' + Number(step).toLocaleString('en');
  };
  if (slider) {
    slider.addEventListener('input', show);
    show();
  }
  /** For a page that goes on changing. */
  window.report = { charts, redraw: (chart) => redraw.get(chart)(), slider, show, short };
}
`;
