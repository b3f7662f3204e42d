/**
 * What keeps the page of a run under way up to date, behind the script of the report: takes the events of `events`, and loads
 * the page anew where it must look different. Plain JavaScript in a string, see `report/script.ts`.
 */
export const liveScript = `
'use strict';
{
  const { charts, redraw, slider, show, short } = window.report;
  const live = document.getElementById('live');
  /** Longer charts are thinned by who writes the page. */
  const MOST_ROWS = 9000;
  const lines = new Map(charts.flatMap((chart) => chart.names.map((name, line) => [name, { chart, line }])));
  const position = ['step', 'realSamples', 'seconds', 'failure'];
  let isLoading = false;
  const reload = () => {
    isLoading = true;
    location.reload();
  };

  /** False where it does not fit into the charts that are there. */
  function add(entry) {
    if (entry.gan) return false;
    if (entry.failure) fail(entry.failure);
    for (const [name, value] of Object.entries(entry)) {
      if (position.includes(name)) continue;
      if (value !== null && typeof value !== 'number') continue;
      const place = lines.get(name);
      if (!place) return false;
      const { chart, line } = place;
      const last = chart.steps.at(-1);
      if (entry.step < last || chart.steps.length > MOST_ROWS) return false;
      if (entry.step > last) {
        chart.steps.push(entry.step);
        chart.values.forEach((column) => column.push(false));
      }
      chart.values[line][chart.steps.length - 1] = value;
      changed.add(chart);
    }
    return true;
  }
  const changed = new Set();

  function fail(text) {
    const note = Object.assign(document.createElement('p'), { className: 'failure', textContent: 'Ended by an error: ' + text });
    note.setAttribute('role', 'alert');
    live.after(note);
  }

  function caption(chart) {
    const place = document.querySelector('[data-chart="' + charts.indexOf(chart) + '"]').parentElement.querySelector('figcaption span');
    const texts = chart.lines.map((line, index) => {
      const value = chart.values[index].findLast((item) => item !== false);
      const isNamed = line !== chart.title && !chart.title.endsWith('/' + line);
      return (isNamed ? line + ' ' : '') + (typeof value === 'number' ? short(value) : 'not finite');
    });
    place.textContent = texts.join(', ');
  }

  function addPicture({ step, source }) {
    const figure = document.querySelector('.samples');
    if (!slider || !figure) return false;
    const pictures = figure.querySelectorAll('img');
    const last = pictures[pictures.length - 1];
    if (Number(last.dataset.step) >= step) return true;
    const picture = last.cloneNode();
    const follows = Number(slider.value) === pictures.length - 1;
    Object.assign(picture, { loading: follows ? 'eager' : 'lazy', src: source, alt: 'Samples at step ' + step, hidden: true });
    picture.dataset.step = step;
    figure.append(picture);
    slider.max = pictures.length;
    if (follows) {
      slider.value = pictures.length;
      // The next one is fetched before it is shown.
      picture.decode().then(show, show);
    }
    return true;
  }

  function showFacts(facts) {
    const list = document.querySelector('dl');
    const known = new Map([...list.querySelectorAll('dt')].map((name) => [name.textContent, name.nextElementSibling]));
    if (facts.length !== known.size || facts.some(([name]) => !known.has(name))) {
      list.replaceChildren(...facts.map(([name, value]) => {
        const item = document.createElement('div');
        for (const [tag, text] of [['dt', name], ['dd', value]]) item.append(Object.assign(document.createElement(tag), { textContent: text }));
        return item;
      }));
      return;
    }
    for (const [name, value] of facts) if (known.get(name).textContent !== value) known.get(name).textContent = value;
  }

  const events = new EventSource('events?after=' + live.dataset.after);
  const say = (text) => {
    if (live.textContent !== text) live.textContent = text;
  };
  let hasEnded = false;
  events.onopen = () => say('Live.');
  events.onerror = () => {
    if (!hasEnded) say('Not connected; trying again.');
  };
  events.addEventListener('news', ({ data }) => {
    if (isLoading) return;
    const { entries, facts, pictures, isLast } = JSON.parse(data);
    const fits = [...entries.map(add), ...pictures.map(addPicture)].every(Boolean);
    // Who served the page has gone by then.
    if (!fits && !isLast) return reload();
    for (const chart of changed) {
      redraw(chart);
      caption(chart);
    }
    changed.clear();
    showFacts(facts);
  });
  events.addEventListener('reload', reload);
  events.addEventListener('end', () => {
    hasEnded = true;
    events.close();
    say('The training has ended. All of it is in report.html and the other files of its directory.');
  });
}
`;
