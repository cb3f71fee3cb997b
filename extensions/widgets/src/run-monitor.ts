/** The run monitor (anywidget): what Python last saw of the runs, and buttons that ask Python to act. */

import type { AnyModel, RenderProps } from '@anywidget/types';

interface Row {
  id: string;
  task: string;
  what: string;
  state: string;
  profile: string;
  attempt: number;
  elapsed: string;
  fraction: number | null;
  message: string;
  place: string;
  can: string[];
}

interface Snapshot {
  counts: Record<string, number>;
  total: number;
  unfinished: number;
  rows: Row[];
  failures: { type: string; message: string; runs: string[] }[];
  log?: { run: string; text: string };
}

interface Model {
  snapshot: Snapshot;
  selected: string;
  said: string;
}

const TONES: Record<string, string> = {
  COMPLETED: 'good',
  RUNNING: 'busy',
  QUEUED: 'wait',
  SUBMITTING: 'wait',
  PENDING: 'idle',
  FAILED: 'bad',
  LOST: 'bad',
  CANCELLED: 'warn'
};

const STYLE = `
.nanoos-monitor{font:13px/1.45 var(--jp-ui-font-family,system-ui,sans-serif);color:var(--jp-content-font-color1,#212529);max-width:1080px}
.nanoos-monitor .head{display:flex;gap:10px;align-items:center;flex-wrap:wrap;margin:2px 0 6px}
.nanoos-monitor .head b{font-size:15px;font-weight:600}
.nanoos-monitor .strip{display:flex;height:8px;border-radius:4px;overflow:hidden;background:var(--jp-layout-color3,#e3e6e9);margin:0 0 8px}
.nanoos-monitor .strip span{display:block;height:8px;background:currentColor}
.nanoos-monitor .scroll{max-height:380px;overflow:auto;border:1px solid var(--jp-border-color2,#dee2e6);border-radius:4px}
.nanoos-monitor table{border-collapse:collapse;width:100%;font-size:12.5px;margin:0}
.nanoos-monitor th{position:sticky;top:0;background:var(--jp-layout-color1,#fff);color:var(--jp-content-font-color2,#5c636a);font-weight:600;text-align:left;padding:5px 10px;border-bottom:1px solid var(--jp-border-color1,#ced4da);z-index:1}
.nanoos-monitor td{padding:4px 10px;text-align:left;vertical-align:middle;white-space:nowrap;border-top:1px solid var(--jp-border-color3,#edf0f2)}
.nanoos-monitor td.say{white-space:normal;min-width:12em;color:var(--jp-content-font-color2,#5c636a)}
.nanoos-monitor td.num{text-align:right;font-variant-numeric:tabular-nums}
.nanoos-monitor tr.row{cursor:pointer}
.nanoos-monitor tr.row:hover{background:var(--jp-layout-color2,#f1f3f5)}
.nanoos-monitor tr.chosen{background:var(--jp-layout-color2,#e9ecef)}
.nanoos-monitor code{font-family:var(--jp-code-font-family,ui-monospace,monospace);font-size:12px;background:none}
.nanoos-monitor .badge{display:inline-block;padding:0 7px;border-radius:9px;font-size:11px;line-height:17px;border:1px solid currentColor;font-weight:600}
.nanoos-monitor .bar{height:6px;width:110px;border-radius:3px;background:var(--jp-layout-color3,#e3e6e9);overflow:hidden}
.nanoos-monitor .bar div{height:6px;background:#0b68b0}
.nanoos-monitor button{font:inherit;font-size:11.5px;padding:1px 9px;border:1px solid var(--jp-border-color1,#adb5bd);border-radius:3px;background:var(--jp-layout-color1,#fff);color:inherit;cursor:pointer}
.nanoos-monitor button:hover{background:var(--jp-layout-color2,#f1f3f5)}
.nanoos-monitor button:focus-visible,.nanoos-monitor tr.row:focus-visible{outline:2px solid #0b68b0;outline-offset:-2px}
.nanoos-monitor pre{margin:8px 0 0;padding:8px 10px;max-height:220px;overflow:auto;background:var(--jp-layout-color2,#f8f9fa);border-radius:4px;font-size:12px;white-space:pre-wrap}
.nanoos-monitor .failures{margin:8px 0 0;padding:0;list-style:none}
.nanoos-monitor .said{min-height:1.4em;color:var(--jp-content-font-color2,#5c636a)}
.nanoos-monitor .good{color:#0a7d55}.nanoos-monitor .busy{color:#0b68b0}.nanoos-monitor .wait{color:#5b7fa6}
.nanoos-monitor .bad{color:#c2410c}.nanoos-monitor .idle{color:#6c757d}.nanoos-monitor .warn{color:#a15c00}
[data-jp-theme-light="false"] .nanoos-monitor .good{color:#4cc38a}[data-jp-theme-light="false"] .nanoos-monitor .busy{color:#70b8ff}
[data-jp-theme-light="false"] .nanoos-monitor .bad{color:#ff8b5e}[data-jp-theme-light="false"] .nanoos-monitor .warn{color:#f0c000}
`;

/** Make an element with a class and text; text is never HTML. */
function make<K extends keyof HTMLElementTagNameMap>(tag: K, name = '', text = ''): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text) made.textContent = text;
  return made;
}

function heading(snapshot: Snapshot): HTMLElement {
  const head = make('div', 'head');
  head.append(make('b', '', snapshot.total === 1 ? '1 run' : `${snapshot.total} runs`));
  for (const [state, count] of Object.entries(snapshot.counts)) {
    head.append(make('span', `badge ${TONES[state] ?? 'idle'}`, `${count} ${state}`));
  }
  return head;
}

function strip(snapshot: Snapshot): HTMLElement {
  const bar = make('div', 'strip');
  bar.setAttribute('role', 'img');
  const words = Object.entries(snapshot.counts).map(([state, count]) => `${count} ${state.toLowerCase()}`);
  bar.setAttribute('aria-label', words.join(', '));
  for (const [state, count] of Object.entries(snapshot.counts)) {
    const part = make('span', TONES[state] ?? 'idle');
    part.style.width = `${(100 * count) / Math.max(1, snapshot.total)}%`;
    bar.append(part);
  }
  return bar;
}

function progress(row: Row): HTMLElement {
  const cell = make('td');
  if (row.fraction !== null) {
    const bar = make('div', 'bar');
    const done = make('div');
    done.style.width = `${Math.round(100 * row.fraction)}%`;
    bar.setAttribute('role', 'progressbar');
    bar.setAttribute('aria-valuenow', String(Math.round(100 * row.fraction)));
    bar.append(done);
    cell.append(bar);
  }
  return cell;
}

function tableRow(row: Row, model: AnyModel<Model>): HTMLElement {
  const line = make('tr', row.id === model.get('selected') ? 'row chosen' : 'row');
  line.tabIndex = 0;
  line.dataset.run = row.id;
  const id = make('td');
  id.append(make('code', '', row.id));
  const state = make('td');
  state.append(make('span', `badge ${TONES[row.state] ?? 'idle'}`, row.state));
  const buttons = make('td');
  for (const verb of row.can) {
    const button = make('button', '', verb);
    button.setAttribute('aria-label', `${verb} run ${row.id}`);
    button.addEventListener('click', event => {
      event.stopPropagation();
      model.send({ verb, run: row.id });
    });
    buttons.append(button);
  }
  line.append(id, make('td', '', row.task), make('td', '', row.what), state, progress(row));
  line.append(make('td', 'num', row.elapsed), make('td', '', row.place || row.profile), make('td', 'say', row.message), buttons);
  const choose = () => {
    model.set('selected', model.get('selected') === row.id ? '' : row.id);
    model.save_changes();
  };
  line.addEventListener('click', choose);
  line.addEventListener('keydown', event => {
    if (event.key === 'Enter' && event.target === line) choose();
  });
  return line;
}

function table(snapshot: Snapshot, model: AnyModel<Model>): HTMLElement {
  const scroll = make('div', 'scroll');
  const drawn = make('table');
  const head = make('tr');
  for (const word of ['run', 'task', 'on', 'state', 'progress', 'elapsed', 'where', '', '']) head.append(make('th', '', word));
  const body = make('tbody');
  for (const row of snapshot.rows) body.append(tableRow(row, model));
  const top = make('thead');
  top.append(head);
  drawn.append(top, body);
  scroll.append(drawn);
  return scroll;
}

function failures(snapshot: Snapshot): HTMLElement | null {
  if (!snapshot.failures.length) return null;
  const list = make('ul', 'failures');
  for (const one of snapshot.failures) {
    const item = make('li');
    item.append(make('span', 'badge bad', `${one.runs.length} × ${one.type || 'failed'}`), ` ${one.message}`);
    list.append(item);
  }
  return list;
}

function render({ model, el }: RenderProps<Model>): () => void {
  const host = make('div', 'nanoos-monitor');
  const style = make('style');
  style.textContent = STYLE;
  const content = make('div');
  host.append(style, content);
  el.append(host);
  const draw = () => {
    const snapshot = model.get('snapshot');
    const old = content.querySelector('.scroll');
    const [top, focused] = [old?.scrollTop ?? 0, (document.activeElement as HTMLElement | null)?.dataset?.run];
    content.replaceChildren(heading(snapshot));
    if (!snapshot.total) {
      content.append(make('p', 'idle', 'No runs yet: lab.submit(...) or lab.map(...) makes some.'));
      return;
    }
    content.append(strip(snapshot), table(snapshot, model));
    const wrong = failures(snapshot);
    if (wrong) content.append(wrong);
    if (snapshot.log && snapshot.log.run === model.get('selected')) {
      content.append(make('pre', '', snapshot.log.text || 'Its worker has not written anything to the log.'));
    }
    content.append(make('div', 'said', model.get('said')));
    const scroll = content.querySelector('.scroll');
    if (scroll) scroll.scrollTop = top;
    if (focused) content.querySelector<HTMLElement>(`tr[data-run="${focused}"]`)?.focus({ preventScroll: true });
  };
  draw();
  for (const name of ['snapshot', 'selected', 'said']) model.on(`change:${name}`, draw);
  return () => {
    for (const name of ['snapshot', 'selected', 'said']) model.off(`change:${name}`, draw);
    host.remove();
  };
}

export default { render };
