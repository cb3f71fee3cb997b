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
.nanoos-monitor{--line:var(--jp-border-color2,#dee2e6);--soft:var(--jp-content-font-color2,#5c636a);--page:var(--jp-layout-color1,#fff);--shade:var(--jp-layout-color2,#f1f3f5);
  font:13px/1.45 var(--jp-ui-font-family,system-ui,sans-serif);color:var(--jp-content-font-color1,#212529);max-width:1080px;container-type:inline-size}
.nanoos-monitor .head{display:flex;gap:6px 8px;align-items:center;flex-wrap:wrap;margin:2px 0 6px}
.nanoos-monitor .head b{font-size:15px;font-weight:600;margin-right:2px}
.nanoos-monitor .strip{display:flex;gap:1px;height:6px;border-radius:3px;overflow:hidden;background:var(--line);margin:0 0 8px}
.nanoos-monitor .strip span{display:block;min-width:2px;background:currentColor}
.nanoos-monitor .scroll{max-height:380px;overflow:auto;border:1px solid var(--line);border-radius:4px}
.nanoos-monitor table{border-collapse:separate;border-spacing:0;width:100%;font-size:12.5px;margin:0;table-layout:fixed}
.nanoos-monitor th,.nanoos-monitor td{padding:4px 8px;text-align:left;vertical-align:middle;white-space:nowrap;overflow:hidden;text-overflow:ellipsis;max-width:none;box-sizing:border-box;background:var(--page)}
.nanoos-monitor th{position:sticky;top:0;z-index:1;color:var(--soft);font-weight:600;padding-block:5px;border-bottom:1px solid var(--line)}
.nanoos-monitor tr.row+tr.row td{border-top:1px solid var(--jp-border-color3,#edf0f2)}
.nanoos-monitor .run{width:106px}.nanoos-monitor .state{width:112px}.nanoos-monitor .elapsed{width:86px;text-align:right}
.nanoos-monitor .where{width:122px}.nanoos-monitor .what{width:19%}.nanoos-monitor .act{width:78px;text-overflow:clip;text-align:right}
.nanoos-monitor td.elapsed{font-variant-numeric:tabular-nums}
.nanoos-monitor td.going{color:var(--soft)}
.nanoos-monitor td.going.bad{color:var(--bad)}
.nanoos-monitor td .soft{color:var(--soft)}
.nanoos-monitor tr.row{cursor:pointer}
.nanoos-monitor tr.row:hover td,.nanoos-monitor tr.chosen td{background:var(--shade)}
.nanoos-monitor tr.chosen td:first-child{box-shadow:inset 3px 0 var(--busy)}
.nanoos-monitor code{font-family:var(--jp-code-font-family,ui-monospace,monospace);font-size:12px;background:none;padding:0;color:inherit}
.nanoos-monitor .badge{display:inline-block;padding:0 7px;border-radius:9px;font-size:11px;line-height:17px;border:1px solid currentColor;font-weight:600}
.nanoos-monitor .bar{display:inline-block;vertical-align:middle;height:6px;width:84px;margin-right:8px;border-radius:3px;background:var(--jp-border-color1,#ced4da);overflow:hidden}
.nanoos-monitor .bar div{height:6px;background:var(--busy)}
.nanoos-monitor button{font:inherit;font-size:11.5px;padding:0 8px;border:1px solid var(--jp-border-color1,#adb5bd);border-radius:3px;background:var(--page);color:inherit;cursor:pointer}
.nanoos-monitor button:hover{border-color:currentColor}
.nanoos-monitor button:focus-visible,.nanoos-monitor tr.row:focus-visible{outline:2px solid var(--busy);outline-offset:-2px}
.nanoos-monitor pre{margin:8px 0 0;padding:8px 10px;max-height:220px;overflow:auto;background:var(--shade);color:inherit;border-radius:4px;font-size:12px;white-space:pre-wrap;overflow-wrap:anywhere}
.nanoos-monitor .failures{margin:8px 0 0;padding:0;list-style:none}
.nanoos-monitor .failures li{margin:3px 0;overflow-wrap:anywhere}
.nanoos-monitor .whole{margin-top:8px;overflow-wrap:anywhere}
.nanoos-monitor .whole+pre{margin-top:4px}
.nanoos-monitor .said{min-height:1.4em;margin-top:4px;color:var(--soft)}
.nanoos-monitor{--good:#0a7d55;--busy:#0b68b0;--wait:#4a6f97;--bad:#c2410c;--idle:#636b73;--warn:#915300}
[data-jp-theme-light="false"] .nanoos-monitor{--good:#4cc38a;--busy:#70b8ff;--wait:#9fb8d6;--bad:#ff8b5e;--idle:#aab1b8;--warn:#f0c000;--shade:var(--jp-layout-color2,#343434)}
.nanoos-monitor .good{color:var(--good)}.nanoos-monitor .busy{color:var(--busy)}.nanoos-monitor .wait{color:var(--wait)}
.nanoos-monitor .bad{color:var(--bad)}.nanoos-monitor .idle{color:var(--idle)}.nanoos-monitor .warn{color:var(--warn)}
@container (max-width:960px){.nanoos-monitor .bar{width:48px}}
@container (max-width:780px){.nanoos-monitor .where{display:none}}
@container (max-width:660px){.nanoos-monitor .run{width:70px}.nanoos-monitor .elapsed{display:none}.nanoos-monitor .what{width:27%}}
@container (max-width:460px){.nanoos-monitor .run{display:none}}
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

/** Make a cell whose whole text shows when the pointer rests on it, as it may be cut off. */
function cell(name: string, text = ''): HTMLTableCellElement {
  const made = make('td', name, text);
  if (text) made.title = text;
  return made;
}

/** Make the cell that says how far a run is, or what it waits for, or how it ended. */
function going(row: Row): HTMLElement {
  const made = cell(`going${TONES[row.state] === 'bad' ? ' bad' : ''}`);
  if (row.fraction !== null && row.state !== 'COMPLETED') {
    const percent = String(Math.round(100 * row.fraction));
    const [bar, done] = [make('div', 'bar'), make('div')];
    done.style.width = `${percent}%`;
    bar.setAttribute('role', 'progressbar');
    bar.setAttribute('aria-valuenow', percent);
    bar.append(done);
    made.append(bar);
  }
  made.append(row.message);
  made.title = row.message;
  return made;
}

function action(verb: string, row: Row, model: AnyModel<Model>): HTMLElement {
  const button = make('button', '', verb);
  button.setAttribute('aria-label', `${verb} run ${row.id}`);
  button.addEventListener('click', event => {
    event.stopPropagation();
    model.send({ verb, run: row.id });
  });
  return button;
}

function tableRow(row: Row, model: AnyModel<Model>): HTMLElement {
  const line = make('tr', row.id === model.get('selected') ? 'row chosen' : 'row');
  line.tabIndex = 0;
  line.dataset.run = row.id;
  const [id, what, state, buttons] = [cell('run'), cell('what'), cell('state'), cell('act')];
  id.append(make('code', '', row.id));
  what.append(row.task, make('span', 'soft', row.what ? ` · ${row.what}` : ''));
  what.title = row.what;
  state.append(make('span', `badge ${TONES[row.state] ?? 'idle'}`, row.state));
  if (row.attempt > 1) state.title = `attempt ${row.attempt}`;
  buttons.append(...row.can.map(verb => action(verb, row, model)));
  line.append(id, what, state, going(row), cell('elapsed', row.elapsed), cell('where', row.place || row.profile), buttons);
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

const COLUMNS = ['run', 'what', 'state', 'going', 'elapsed', 'where', 'act'];
const TITLES: Record<string, string> = { what: 'task', going: '', act: '' };

function table(snapshot: Snapshot, model: AnyModel<Model>): HTMLElement {
  const scroll = make('div', 'scroll');
  const drawn = make('table');
  const head = make('tr');
  for (const name of COLUMNS) head.append(make('th', name, TITLES[name] ?? name));
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
    const chosen = snapshot.rows.find(row => row.id === model.get('selected'));
    if (chosen) content.append(make('div', 'whole', [chosen.id, chosen.place, chosen.message].filter(Boolean).join(' · ')));
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
