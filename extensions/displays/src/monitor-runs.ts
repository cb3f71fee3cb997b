/** The kind "runs": a table of runs as they stand, what one of them wrote, and what went wrong. */

import { h, sign } from '@nanoos/look';
import type { Link } from './display';
import { MakePart, Rows, Snapshot, asOf, badge, button, duration, failures, strip } from './monitor-parts';

interface Row {
  id: string;
  task: string;
  what: string;
  state: string;
  profile: string;
  attempt: number;
  started_at: number | null;
  finished_at: number | null;
  fraction: number | null;
  message: string;
  again_at: number | null;
  place: string;
  resources: { cpus?: number; gpus?: number; memory_gb?: number | null; walltime_hours?: number | null };
  used: { max_rss_bytes?: number; cpu_s?: number };
  can: string[];
}

interface RunsSnapshot extends Snapshot {
  rows: Row[];
  detail?: { run?: string; log?: string; error?: string };
  asked?: { run?: string };
}

const ROW = 31;
const COLUMNS = ['run', 'what', 'state', 'going', 'elapsed', 'asks', 'where', 'act'];
const TITLES: Record<string, string> = { what: 'task', going: 'progress', asks: 'resources', act: '' };

/** Make a cell whose whole text shows when the pointer rests on it, as it may be cut off. */
function cell(name: string, ...parts: (Node | string)[]): HTMLTableCellElement {
  const made = h('td', { class: name }, ...parts);
  made.title = made.textContent ?? '';
  return made;
}

function gigabytes(bytes: number): string {
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

function asks(row: Row): string {
  const { cpus = 1, gpus = 0, memory_gb } = row.resources;
  const used = row.used.max_rss_bytes ? gigabytes(row.used.max_rss_bytes) : '';
  const memory = used && memory_gb ? `${used}/${memory_gb} GB` : used || (memory_gb ? `${memory_gb} GB` : '');
  return [`${cpus} CPU`, gpus ? `${gpus} GPU` : '', memory].filter(Boolean).join(' · ');
}

function taken(row: Row, at: number): string {
  return row.started_at === null ? '–' : duration((row.finished_at ?? at) - row.started_at);
}

function going(row: Row): HTMLElement {
  const made = cell(`going${sign(row.state).tone === 'bad' ? ' bad' : ''}`);
  if (row.fraction !== null && row.state !== 'COMPLETED') {
    const percent = String(Math.round(100 * row.fraction));
    const done = h('div');
    done.style.width = `${percent}%`;
    made.append(h('div', { class: 'bar', role: 'progressbar', 'aria-valuenow': percent, 'aria-valuemin': 0, 'aria-valuemax': 100, 'aria-label': `run ${row.id}` }, done));
  }
  const waits = row.again_at ? `tried again at ${new Date(row.again_at * 1000).toLocaleTimeString()}` : '';
  made.append(row.message || waits);
  made.title = row.message || waits;
  return made;
}

export const runsPart: MakePart = (host, link) => {
  const open = new Set<string>();
  let shown: RunsSnapshot | null = null;
  let filter = '';
  let chosen = '';
  const [head, bar, closer, wrong, said] = [h('div', { class: 'head' }), h('div'), h('div'), h('div'), h('div', { class: 'said', role: 'status' })];
  const choose = (run: string, toggle = true) => {
    chosen = toggle && chosen === run ? '' : run;
    link?.send({ verb: 'asked', asked: chosen ? { run: chosen } : {} });
    draw();
    if (chosen) rows.reveal(chosen);
  };
  const titles = h('tr', {}, ...COLUMNS.map(name => h('th', { class: name, scope: 'col' }, TITLES[name] ?? name)));
  const rows = new Rows<Row>(titles, ROW, row => row.id, row => line(row, chosen, link, choose), row => JSON.stringify(row) + (row.id === chosen));
  host.append(head, bar, rows.scroll, closer, wrong, said);

  function header(snapshot: RunsSnapshot): void {
    const focused = head.contains(document.activeElement) ? (document.activeElement as HTMLElement).dataset.state : undefined;
    const filters = Object.entries(snapshot.counts).map(([state, count]) => {
      const made = h('button', { type: 'button', class: `badge ${sign(state).tone}`, 'data-state': state, 'aria-pressed': String(filter === state), title: filter === state ? 'show all' : `only ${state}` });
      made.append(...badge(state, count).childNodes);
      made.addEventListener('click', () => {
        filter = filter === state ? '' : state;
        draw();
      });
      return made;
    });
    head.replaceChildren(h('b', {}, snapshot.total === 1 ? '1 run' : `${snapshot.total} runs`), ...filters, asOf(snapshot));
    if (focused) head.querySelector<HTMLElement>(`[data-state="${focused}"]`)?.focus();
  }

  function closely(snapshot: RunsSnapshot): void {
    const row = snapshot.rows.find(one => one.id === chosen);
    if (!row) {
      closer.replaceChildren();
      return;
    }
    const { walltime_hours: limit } = row.resources;
    const facts = [
      row.id, row.task, row.what, row.attempt > 1 ? `attempt ${row.attempt}` : '', `on ${row.profile}`, row.place, asks(row),
      limit ? `at most ${duration(limit * 3600)}` : '', row.used.cpu_s ? `${duration(row.used.cpu_s)} of CPU` : '', row.message
    ].filter(Boolean);
    const detail = snapshot.detail?.run === chosen ? snapshot.detail : undefined;
    const old = closer.querySelector('pre');
    const follows = !old || old.dataset.run !== chosen || old.scrollTop + old.clientHeight >= old.scrollHeight - 4;
    const top = old?.scrollTop ?? 0;
    const text = detail ? detail.log || 'Its worker has not written anything to the log.' : link ? 'Reading its log …' : 'Its log is read where a kernel runs.';
    const log = h('pre', { 'data-run': chosen, tabindex: 0, 'aria-label': `log of run ${chosen}` }, text);
    closer.replaceChildren(
      h('div', { class: 'closer' }, h('div', { class: 'facts' }, ...facts.map(fact => h('span', {}, fact))), detail?.error ? h('div', { class: 'wrong' }, detail.error) : null, log)
    );
    log.scrollTop = follows ? log.scrollHeight : top;
  }

  function draw(): void {
    const snapshot = shown;
    if (!snapshot) return;
    if (filter && !snapshot.counts[filter]) filter = '';
    header(snapshot);
    rows.scroll.hidden = !snapshot.total;
    if (!snapshot.total) {
      bar.replaceChildren(h('p', { class: 'empty' }, 'No runs yet: lab.submit(...) or lab.map(...) makes some.'));
      for (const part of [closer, wrong, said]) part.replaceChildren();
      return;
    }
    bar.replaceChildren(strip(snapshot));
    const wanted = filter ? snapshot.rows.filter(row => row.state === filter) : snapshot.rows;
    rows.show(wanted);
    closely(snapshot);
    wrong.replaceChildren(failures(snapshot.failures, open, link, run => choose(run, false)));
    const many = (filter ? snapshot.counts[filter] : snapshot.total) ?? 0;
    said.textContent = [snapshot.live?.said ?? '', many > wanted.length ? `${wanted.length} of ${many} are in the table` : ''].filter(Boolean).join(' · ');
  }

  const clock = window.setInterval(() => {
    const snapshot = shown;
    if (!snapshot || !host.isConnected) return;
    const late = head.querySelector('.asof');
    late?.replaceWith(asOf(snapshot));
    if (!snapshot.live || late?.classList.contains('stale')) return;
    for (const row of snapshot.rows) {
      if (row.started_at === null || row.finished_at !== null) continue;
      const place = rows.scroll.querySelector(`tr[data-run="${CSS.escape(row.id)}"] td.elapsed`);
      if (place) place.textContent = taken(row, Date.now() / 1000);
    }
  }, 1000);

  return {
    update(data: RunsSnapshot) {
      shown = data;
      if (data.asked?.run !== undefined && data.asked.run !== chosen && !chosen) chosen = data.asked.run;
      draw();
    },
    dispose() {
      window.clearInterval(clock);
      rows.dispose();
    }
  };

  function line(row: Row, which: string, to: Link | undefined, pick: (run: string) => void): HTMLElement {
    const at = shown?.live ? Date.now() / 1000 : (shown?.at ?? 0);
    const state = cell('state', badge(row.state));
    if (row.attempt > 1) state.title = `attempt ${row.attempt}`;
    const what = cell('what', row.task, h('span', { class: 'quiet' }, row.what ? ` · ${row.what}` : ''));
    const acts = to ? row.can.map(verb => button(verb, `${verb} run ${row.id}`, () => to.send({ verb, runs: [row.id] }), verb === 'cancel' ? 'sure?' : '')) : [];
    const made = h(
      'tr',
      { class: row.id === which ? 'row chosen' : 'row', tabindex: 0, 'data-run': row.id, 'aria-selected': String(row.id === which) },
      cell('run', h('code', {}, row.id)), what, state, going(row), cell('elapsed', taken(row, at)), cell('asks', asks(row)), cell('where', row.place || row.profile), h('td', { class: 'act' }, ...acts)
    );
    made.addEventListener('click', () => pick(row.id));
    made.addEventListener('keydown', event => {
      if ((event.key === 'Enter' || event.key === ' ') && event.target === made) {
        event.preventDefault();
        pick(row.id);
      }
    });
    return made;
  }
};
