/** The kind "batch": many runs of one task. Its pace, the best so far, every value, and a table with pictures. */

import { h, sign } from '@nanoos/look';
import { Chart, Point } from './chart';
import { MakePart, Rows, Snapshot, asOf, badge, duration, failures, number, strip } from './monitor-parts';

interface PropertyWords {
  name: string;
  label: string;
  unit: string;
}

interface BatchSnapshot extends Snapshot {
  id: string;
  label: string;
  task: string;
  created_at: number;
  reused: number;
  rate_per_s: number | null;
  left_s: number | null;
  properties: PropertyWords[];
  property: PropertyWords | null;
  direction: 'lowest' | 'highest';
  method: string;
  unlike: number;
  synthetic: boolean;
  runs: string[];
  names: string[];
  formulas: string[];
  states: string;
  ended: (number | null)[];
  values: (number | null)[];
  uncertainties: (number | null)[];
  best: { run: string; name: string; formula: string; text: string } | null;
  pictures?: Record<string, string>;
  asked?: { run?: string; property?: string; direction?: string };
}

interface Row {
  run: string;
  rank: string;
  name: string;
  formula: string;
  state: string;
  value: string;
}

const STATES: Record<string, string> = {
  C: 'COMPLETED', R: 'RUNNING', Q: 'QUEUED', S: 'SUBMITTING', P: 'PENDING', F: 'FAILED', L: 'LOST', X: 'CANCELLED'
};
const ROW = 47;

function titled(property: PropertyWords | null): string {
  return property ? (property.unit ? `${property.label} / ${property.unit}` : property.label) : 'value';
}

function pace(rate: number): string {
  if (rate >= 1) return `${number(rate, 2)} a second`;
  return rate * 60 >= 1 ? `${number(rate * 60, 2)} a minute` : `${number(rate * 3600, 2)} an hour`;
}

function figure(name: string, value: Node | string, note = ''): HTMLElement {
  return h('div', {}, h('dt', {}, name), h('dd', {}, value, note ? h('small', {}, ` ${note}`) : null));
}

function picture(svg: string | undefined, name: string): HTMLElement | string {
  return svg ? h('img', { src: `data:image/svg+xml;utf8,${encodeURIComponent(svg)}`, alt: `structure of ${name}`, loading: 'lazy' }) : '';
}

export const batchPart: MakePart = (host, link) => {
  const open = new Set<string>();
  let shown: BatchSnapshot | null = null;
  let filter = '';
  let chosen = '';
  let against: 'time' | 'order' = 'time';
  let sorted: 'value' | 'order' = 'value';
  let asked = new Set<string>();

  const [head, bar, figures, choices, wrong, sees, said] = [
    h('div', { class: 'head' }), h('div'), h('dl', { class: 'figures' }), h('div', { class: 'choices' }), h('div'), h('div', { class: 'sees' }), h('div', { class: 'said', role: 'status' })
  ];
  const say = (more: Record<string, unknown>) => link?.send({ verb: 'asked', asked: { ...(shown?.asked ?? {}), run: chosen, ...more } });
  const choose = (run: string) => {
    chosen = run;
    say({ run });
    draw();
    rows.reveal(run);
  };
  const chart = new Chart(choose);
  const order = h('button', { type: 'button', title: 'sort by value or by order' }, 'value');
  order.addEventListener('click', () => {
    sorted = sorted === 'value' ? 'order' : 'value';
    draw();
  });
  const titles = h(
    'tr', {}, h('th', { class: 'rank', scope: 'col' }, '#'), h('th', { class: 'pic', scope: 'col' }), h('th', { class: 'name', scope: 'col' }, 'structure'),
    h('th', { class: 'state', scope: 'col' }, 'state'), h('th', { class: 'value', scope: 'col', role: 'columnheader' }, order)
  );
  const rows = new Rows<Row>(titles, ROW, row => row.run, line, row => `${JSON.stringify(row)}${row.run === chosen}${Boolean(shown?.pictures?.[row.run])}`, visible => fetchPictures(visible));
  host.append(head, bar, figures, choices, chart.host, rows.scroll, sees, wrong, said);

  /** Ask for the pictures of the rows in sight, each once. */
  function fetchPictures(visible: readonly Row[]): void {
    const missing = visible.map(row => row.run).filter(run => !shown?.pictures?.[run] && !asked.has(run));
    if (!link || !missing.length) return;
    missing.forEach(run => asked.add(run));
    link.send({ verb: 'pictures', runs: missing });
  }

  function line(row: Row): HTMLElement {
    const made = h(
      'tr', { class: row.run === chosen ? 'row chosen' : 'row', tabindex: 0, 'data-run': row.run, 'aria-selected': String(row.run === chosen) },
      h('td', { class: 'rank num' }, row.rank), h('td', { class: 'pic' }, picture(shown?.pictures?.[row.run], row.name)),
      h('td', { class: 'name', title: `${row.name} · run ${row.run}` }, row.name || row.run, h('span', { class: 'quiet' }, row.formula && row.formula !== row.name ? ` · ${row.formula}` : '')),
      h('td', { class: 'state', title: row.state }, badge(row.state)), h('td', { class: 'value num' }, row.value)
    );
    made.addEventListener('click', () => choose(row.run));
    made.addEventListener('keydown', event => {
      if ((event.key === 'Enter' || event.key === ' ') && event.target === made) {
        event.preventDefault();
        choose(row.run);
      }
    });
    return made;
  }

  function header(data: BatchSnapshot): void {
    const filters = Object.entries(data.counts).map(([state, count]) => {
      const made = h('button', { type: 'button', class: `badge ${sign(state).tone}`, 'data-state': state, 'aria-pressed': String(filter === state), title: filter === state ? 'show all' : `only ${state}` });
      made.append(...badge(state, count).childNodes);
      made.addEventListener('click', () => {
        filter = filter === state ? '' : state;
        draw();
      });
      return made;
    });
    const focused = head.contains(document.activeElement) ? (document.activeElement as HTMLElement).dataset.state : undefined;
    head.replaceChildren(h('b', {}, data.label || `${data.task} · ${data.total} ${data.total === 1 ? 'run' : 'runs'}`), ...filters, asOf(data));
    if (focused) head.querySelector<HTMLElement>(`[data-state="${focused}"]`)?.focus();
  }

  function summary(data: BatchSnapshot): void {
    const done = data.total - data.unfinished;
    const parts = [figure('done', `${done} of ${data.total}`, data.reused ? `${data.reused} were there before` : '')];
    if (data.rate_per_s && data.unfinished) parts.push(figure('rate', pace(data.rate_per_s)));
    if (data.unfinished) parts.push(figure('time left', data.left_s === null ? '–' : `about ${duration(data.left_s)}`, data.left_s === null ? 'known after two have ended' : ''));
    if (data.best) {
      const to = h('button', { type: 'button', class: 'do', title: `show run ${data.best.run}` }, data.best.name || data.best.run);
      to.addEventListener('click', () => choose(data.best!.run));
      parts.push(figure(`${data.direction} ${data.property?.label.toLowerCase() ?? 'value'}`, data.best.text), figure('of', to));
    }
    const focused = figures.contains(document.activeElement);
    figures.replaceChildren(...parts);
    if (focused) figures.querySelector('button')?.focus();
  }

  function select(name: string, options: [string, string][], value: string, changed: (value: string) => void): HTMLElement {
    const made = h('select', {}, ...options.map(([key, words]) => h('option', { value: key }, words)));
    made.value = value;
    made.addEventListener('change', () => changed(made.value));
    return h('label', {}, name, made);
  }

  let chosenFrom = '';
  function choicesOf(data: BatchSnapshot): void {
    const now = JSON.stringify([data.properties, data.property, data.direction, against, data.method, data.unlike]);
    if (now === chosenFrom) return;
    chosenFrom = now;
    const parts: HTMLElement[] = [];
    if (link && data.property) {
      parts.push(
        select('property', data.properties.map(one => [one.name, titled(one)]), data.property.name, property => say({ property, direction: '' })),
        select('best is', [['lowest', 'the lowest'], ['highest', 'the highest']], data.direction, direction => say({ direction }))
      );
    }
    parts.push(select('against', [['time', 'time'], ['order', 'order']], against, value => {
      against = value as 'time' | 'order';
      draw();
    }));
    const remarks = [data.method, data.synthetic ? 'SYNTHETIC' : '', data.unlike ? `${data.unlike} values of other methods are left out` : ''].filter(Boolean).join(' · ');
    if (remarks) parts.push(h('span', { class: data.synthetic || data.unlike ? 'warn' : '' }, remarks));
    choices.replaceChildren(...parts);
  }

  function points(data: BatchSnapshot): Point[] {
    const unit = data.property?.unit ?? '';
    const found: Point[] = [];
    data.values.forEach((y, k) => {
      const x = against === 'time' ? data.ended[k] : k + 1;
      if (y !== null && y !== undefined && x !== null && x !== undefined) {
        found.push({ key: data.runs[k]!, x: against === 'time' ? Math.max(0, x) : x, y, state: STATES[data.states[k]!] ?? '', words: `${data.names[k]} · ${number(y)} ${unit}` });
      }
    });
    return found;
  }

  function table(data: BatchSnapshot): Row[] {
    const order = data.runs.map((_, k) => k);
    const sense = data.direction === 'lowest' ? 1 : -1;
    const far = (k: number) => data.values[k] ?? null;
    const ranked = [...order].sort((a, b) => {
      const [x, y] = [far(a), far(b)];
      return x === null || y === null ? Number(x === null) - Number(y === null) || a - b : sense * (x - y) || a - b;
    });
    const rank = new Map(ranked.map((k, place) => [k, far(k) === null ? '' : String(place + 1)]));
    const used = sorted === 'value' ? ranked : order;
    return used
      .map(k => {
        const [value, off] = [far(k), data.uncertainties[k] ?? null];
        return {
          run: data.runs[k]!, rank: rank.get(k)!, name: data.names[k]!, formula: data.formulas[k]!, state: STATES[data.states[k]!] ?? '?',
          value: value === null ? '–' : off ? `${number(value)} ± ${number(off, 2)}` : number(value)
        };
      })
      .filter(row => !filter || row.state === filter);
  }

  function draw(): void {
    const data = shown;
    if (!data) return;
    if (filter && !data.counts[filter]) filter = '';
    header(data);
    bar.replaceChildren(strip(data));
    summary(data);
    choicesOf(data);
    order.title = `${titled(data.property)}: sort by value or by order`;
    order.textContent = `${data.property?.unit || 'value'} ${sorted === 'value' ? (data.direction === 'lowest' ? '↑' : '↓') : ''}`;
    chart.host.hidden = !data.total;
    chart.show({
      points: points(data), x: against === 'time' ? 'time since it was asked for' : 'order', y: titled(data.property),
      tick: against === 'time' ? duration : x => String(Math.round(x)), chosen, best: data.best ? { key: data.best.run, direction: data.direction } : null,
      none: data.unfinished ? 'no values yet' : 'these runs gave no numbers'
    });
    rows.show(table(data));
    const at = data.runs.indexOf(chosen);
    sees.replaceChildren();
    if (!link && at >= 0) {
      const drawing = picture(data.pictures?.[chosen], data.names[at]!);
      sees.append(drawing || h('span', { class: 'quiet' }, 'Its picture is drawn where a kernel runs.'), h('span', {}, `${data.names[at]} · ${data.formulas[at]}`));
    }
    wrong.replaceChildren(failures(data.failures, open, link, choose));
    said.textContent = data.live?.said ?? '';
  }

  const clock = window.setInterval(() => {
    if (shown && host.isConnected) head.querySelector('.asof')?.replaceWith(asOf(shown));
  }, 1000);

  return {
    update(data: BatchSnapshot) {
      shown = data;
      if (!chosen && data.asked?.run) chosen = data.asked.run;
      draw();
    },
    dispose() {
      window.clearInterval(clock);
      chart.dispose();
      rows.dispose();
    }
  };
};
