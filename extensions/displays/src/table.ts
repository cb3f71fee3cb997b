/**
 * A table of materials. With Python at hand its rows come window by window as one scrolls; without, the rows that came
 * with the data are sorted and filtered here. Only the rows in view are in the page.
 */

import { ensureStyles, h } from '@nanoos/look';
import { originBadge } from './cards';
import type { Drawn, Link } from './display';
import { Scatter } from './scatter';
import css from './table.css';
import { Cell, Column, LocalSource, RemoteSource, Row, Source, State, textOf } from './table-source';
import { saveFile, toCsv } from './texts';

export const TABLE_MIME = 'application/vnd.nanoos.table+json';

export interface TableDrawn extends Drawn {
  /** Take a message from Python. */
  hear(message: unknown, buffers: DataView[]): void;
}

const ROW = 46;
const EDGE = 6;
const TYPING_MS = 250;
const WIDTHS: Record<string, string> = {
  name: 'minmax(130px,2fr)', formula: 'minmax(100px,1.3fr)', space_group: 'minmax(110px,1fr)', tags: 'minmax(90px,1.2fr)',
  notes: 'minmax(120px,2fr)', crystal_system: 'minmax(96px,1fr)', created: 'minmax(86px,.8fr)'
};
let tables = 0;

function widthOf(column: Column): string {
  return WIDTHS[column.key] ?? (column.kind === 'value' ? 'minmax(140px,1.2fr)' : 'minmax(76px,.7fr)');
}

const titled = (column: Column) => (column.unit ? `${column.label} (${column.unit})` : column.label);

/** Call a function when nobody has called for a while. */
function settled(then: () => void): () => void {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = window.setTimeout(then, TYPING_MS);
  };
}

class Table {
  private readonly root = h('div', { class: 'nanoos-ui nanoos-table' });
  private readonly count = h('span', { class: 'nt-count', role: 'status' });
  private readonly words = h('input', { class: 'nt-words', type: 'search' });
  private readonly only = h('button', { type: 'button', 'aria-pressed': 'false' }, 'Only selected');
  private readonly clear = h('button', { type: 'button' }, 'Clear selection');
  private readonly plotting = h('button', { type: 'button', 'aria-pressed': 'false' }, 'Plot');
  private readonly problem = h('div', { class: 'nt-problem', role: 'alert' });
  private readonly note = h('div', { class: 'nt-note' });
  private readonly grid = h('div', { class: 'nt-grid', role: 'grid', tabindex: 0, 'aria-multiselectable': 'true' });
  private readonly head = h('div', { class: 'nt-line nt-head', role: 'row', 'aria-rowindex': 1 });
  private readonly body = h('div', { class: 'nt-body', role: 'rowgroup' });
  private readonly both = h('div', { class: 'nt-both' }, this.grid);
  private readonly drawn = new Map<number, HTMLElement>();
  private readonly uid = `nanoos-table-${++tables}`;
  private plot: { box: HTMLElement; scatter: Scatter; x: HTMLSelectElement; y: HTMLSelectElement } | null = null;
  private source!: Source;
  private active = 0;
  private anchor = 0;
  private generation = -1;
  private plotted = '';
  private headed = '';
  private frame = 0;

  constructor(
    host: HTMLElement,
    data: unknown,
    private link?: Link
  ) {
    host.append(this.root);
    ensureStyles(host, 'table', css);
    this.words.setAttribute('aria-label', 'filter rows by words');
    const bar = h('div', { class: 'nt-bar' }, h('span', { class: 'nt-title' }), this.count, this.words, this.only, this.clear, this.plotting);
    bar.append(h('button', { type: 'button', onclick: () => this.save() }, 'CSV'));
    this.grid.append(this.head, this.body);
    this.root.append(bar, this.problem, this.both, this.note);
    const typed = settled(() => this.source.ask({ words: this.words.value }));
    this.words.addEventListener('input', typed);
    this.only.addEventListener('click', () => this.source.ask({ only: !this.source.state.only }));
    this.clear.addEventListener('click', () => this.source.select([], 'replace'));
    this.plotting.addEventListener('click', () => this.togglePlot());
    this.grid.addEventListener('scroll', () => this.later(), { passive: true });
    this.grid.addEventListener('keydown', event => this.key(event));
    new ResizeObserver(() => this.later()).observe(this.grid);
    this.begin(data);
  }

  begin(data: unknown): void {
    const given = data as State & { schema?: string; version?: number; rows?: Row[]; stills?: Record<string, string> };
    if (!this.link && (given?.schema !== 'nanoos.table' || given.version !== 1)) {
      const found = given?.schema === 'nanoos.table' ? `version ${String(given.version)} of a table` : 'something else';
      this.root.replaceChildren(h('div', { class: 'nt-empty' }, `This is ${found}, which this version of NANO-OS Lab cannot draw.`));
      return;
    }
    if (this.link && this.source instanceof RemoteSource) {
      this.source.renew(given);
      return;
    }
    this.source = this.link
      ? new RemoteSource(given, this.link, () => this.later())
      : new LocalSource(given, given.rows ?? [], given.stills ?? {}, () => this.later());
    this.words.placeholder = this.link ? 'elements=Li,O band_gap>1 any words' : 'any words';
    this.words.value = this.source.state.words;
    this.note.textContent = !this.link && given.matching > (given.rows ?? []).length
      ? `The first ${given.rows?.length.toLocaleString('en')} of ${given.matching.toLocaleString('en')} rows; run the cell for all of them.`
      : '';
    if (this.link && given.plot && !this.plot) this.togglePlot();
    this.draw();
  }

  hear(message: unknown, buffers: DataView[]): void {
    if (this.source instanceof RemoteSource) {
      this.source.hear(message, buffers);
    }
  }

  dispose(): void {
    cancelAnimationFrame(this.frame);
    this.plot?.scatter.dispose();
    this.root.remove();
  }

  private later(): void {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.draw());
  }

  private draw(): void {
    const { state } = this.source;
    this.root.querySelector('.nt-title')!.textContent = state.title;
    const selected = this.source.selectedTotal ? ` \u00b7 ${this.source.selectedTotal.toLocaleString('en')} selected` : '';
    const of = state.matching === state.total ? '' : ` of ${state.total.toLocaleString('en')}`;
    const counted = `${state.matching.toLocaleString('en')}${of} rows${selected}`;
    if (this.count.textContent !== counted) this.count.textContent = counted;
    if (this.problem.textContent !== state.problem) this.problem.textContent = state.problem;
    this.only.setAttribute('aria-pressed', String(state.only));
    this.clear.hidden = this.only.hidden = !this.source.selectedTotal && !state.only;
    this.grid.style.maxHeight = `${state.height}px`;
    this.grid.setAttribute('aria-rowcount', String(state.matching + 1));
    this.grid.setAttribute('aria-colcount', String(state.columns.length + 1));
    this.grid.setAttribute('aria-label', `${state.title}, ${state.matching} rows`);
    this.drawHead();
    this.drawRows();
    this.drawPlot();
  }

  private drawHead(): void {
    const { state } = this.source;
    const columns = `52px ${state.columns.map(widthOf).join(' ')}`;
    const least = [...columns.matchAll(/(\d+)px/g)].reduce((sum, [, pixels]) => sum + Number(pixels), 0);
    this.root.style.setProperty('--nt-columns', columns);
    this.root.style.setProperty('--nt-least', `${least}px`); // so that the title and all rows have columns alike
    const said = JSON.stringify([state.columns, state.order, state.descending, state.methods]);
    if (said !== this.headed) {
      this.headed = said;
      const focused = (document.activeElement as HTMLElement | null)?.dataset?.focus;
      const open = Object.fromEntries([...this.head.querySelectorAll('input')].map(input => [input.dataset.focus, input.value]));
      this.head.replaceChildren(h('div', { role: 'columnheader', 'aria-label': 'structure' }), ...state.columns.map((column, k) => this.heading(column, k)));
      for (const input of this.head.querySelectorAll('input')) {
        input.value = open[input.dataset.focus ?? ''] ?? input.value;
      }
      if (focused) this.head.querySelector<HTMLElement>(`[data-focus="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
    }
    this.head.style.gridTemplateColumns = columns;
  }

  private heading(column: Column, k: number): HTMLElement {
    const { state } = this.source;
    const sorted = state.order === column.key;
    const arrow = sorted ? (state.descending ? ' \u25bc' : ' \u25b2') : '';
    const unit = column.unit && h('span', { class: 'nt-unit' }, ` ${column.unit}`);
    const title = column.sortable
      ? h('button', { type: 'button', 'data-focus': `sort ${column.key}`, title: `Sort by ${titled(column)}`, onclick: () => this.sortBy(column.key) }, column.label, unit, arrow)
      : h('b', {}, column.label, unit);
    const cell = h('div', { role: 'columnheader', 'aria-colindex': k + 2, class: column.kind === 'text' ? null : 'nt-number', 'data-column': column.key }, title);
    if (column.sortable) cell.setAttribute('aria-sort', sorted ? (state.descending ? 'descending' : 'ascending') : 'none');
    if (column.filterable) cell.append(this.filterBox(column));
    if (column.kind === 'value') cell.append(this.methodOf(column));
    return cell;
  }

  private filterBox(column: Column): HTMLElement {
    const range = column.kind !== 'text';
    const box = h('input', {
      type: 'text', 'data-focus': `filter ${column.key}`, 'aria-label': `filter ${column.label}`,
      placeholder: range ? '1..2, >3' : 'contains', spellcheck: 'false'
    });
    box.value = this.source.state.cells[column.key] ?? '';
    const typed = settled(() => this.source.ask({ cells: { [column.key]: box.value } }));
    box.addEventListener('input', typed);
    return box;
  }

  private methodOf(column: Column): HTMLElement {
    const methods = column.methods ?? [];
    const chosen = this.source.state.methods[column.key] ?? 0;
    if (!methods.length) return h('div', { class: 'nt-method' }, 'nothing known');
    const mark = (one: number) => originBadge(methods[one].origin, false);
    const words = (one: number) => `${methods[one].label} (${methods[one].count.toLocaleString('en')})`;
    if (methods.length === 1 || !this.source.live) {
      return h('div', { class: methods[chosen].synthetic ? 'nt-method nt-synthetic' : 'nt-method', title: words(chosen) }, mark(chosen), ` ${methods[chosen].label}`);
    }
    const choice = h('select', { 'data-focus': `method ${column.key}`, 'aria-label': `method of ${column.label}`, title: words(chosen) });
    methods.forEach((_, k) => choice.append(h('option', { value: k, selected: k === chosen }, words(k))));
    choice.addEventListener('change', () => this.source.ask({ methods: { ...this.source.state.methods, [column.key]: Number(choice.value) } }));
    return choice;
  }

  private sortBy(key: string): void {
    const { order, descending } = this.source.state;
    if (order !== key) this.source.ask({ order: key, descending: false });
    else if (!descending) this.source.ask({ order: key, descending: true });
    else this.source.ask({ order: '', descending: false });
  }

  /** Draw the rows in view and some beyond; the others are only room. */
  private drawRows(): void {
    const { state } = this.source;
    if (state.generation !== this.generation) {
      this.generation = state.generation;
      this.drawn.forEach(row => row.remove());
      this.drawn.clear();
      this.active = Math.min(this.active, Math.max(state.matching - 1, 0));
    }
    this.body.style.height = `${state.matching * ROW}px`;
    this.body.querySelector('.nt-empty')?.remove();
    if (!state.matching) {
      this.body.style.height = 'auto';
      this.body.append(h('div', { class: 'nt-empty' }, state.total ? 'No row fits: take a filter away.' : 'There are no structures yet: lab.add(...) adds some.'));
    }
    const top = Math.floor(this.grid.scrollTop / ROW);
    const seen = Math.ceil(this.grid.clientHeight / ROW) || 10;
    const [first, last] = [Math.max(0, top - EDGE), Math.min(state.matching, top + seen + EDGE)];
    this.source.want(Math.max(0, top - 1), Math.min(seen + 2, state.matching - top + 1));
    for (const [place, row] of this.drawn) {
      if (place < first || place >= last) {
        row.remove();
        this.drawn.delete(place);
      }
    }
    for (let place = first; place < last; place++) this.drawRow(place);
    this.grid.setAttribute('aria-activedescendant', this.drawn.has(this.active) ? `${this.uid}-${this.active}` : '');
  }

  private drawRow(place: number): void {
    const data = this.source.row(place);
    const still = data && this.source.still(data.id);
    const kind = data ? (still ? 'whole' : 'cells') : 'waiting';
    let row = this.drawn.get(place);
    if (!row || row.dataset.kind !== kind) {
      row?.remove();
      row = this.makeRow(place, data, still);
      row.dataset.kind = kind;
      this.drawn.set(place, row);
      this.body.append(row);
    }
    row.setAttribute('aria-selected', String(this.source.marked.has(place)));
    row.classList.toggle('nt-active', place === this.active);
  }

  private makeRow(place: number, data: Row | undefined, still: string | undefined): HTMLElement {
    const row = h('div', { class: 'nt-line nt-row', role: 'row', id: `${this.uid}-${place}`, 'aria-rowindex': place + 2, 'data-id': data?.id });
    row.style.cssText = `grid-template-columns:var(--nt-columns);height:${ROW}px;transform:translateY(${place * ROW}px)`;
    const picture = still ? h('img', { alt: '', src: `data:image/svg+xml,${encodeURIComponent(still)}` }) : null;
    row.append(h('div', { class: 'nt-still', role: 'gridcell' }, picture));
    this.source.state.columns.forEach((column, k) => {
      const waiting = h('div', { class: 'nt-wait' });
      row.append(data ? drawCell(column, data.cells[k]) : h('div', { role: 'gridcell' }, waiting));
    });
    row.addEventListener('click', event => this.choose(place, event.shiftKey));
    return row;
  }

  private choose(place: number, range: boolean): void {
    this.active = place;
    if (range) {
      const [from, to] = [Math.min(place, this.anchor), Math.max(place, this.anchor)];
      this.source.select(Array.from({ length: to - from + 1 }, (_, k) => from + k), 'add');
    } else {
      this.anchor = place;
      this.source.select([place], 'toggle');
    }
    this.later();
  }

  private key(event: KeyboardEvent): void {
    if (event.target !== this.grid) return;
    const page = Math.max(1, Math.floor(this.grid.clientHeight / ROW) - 2);
    const last = this.source.state.matching - 1;
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    if (event.key in steps) {
      this.active = Math.max(0, Math.min(last, this.active + steps[event.key]));
      this.reveal(this.active);
    } else if (event.key === ' ' || event.key === 'Enter') {
      this.choose(this.active, event.shiftKey);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    this.later();
  }

  private reveal(place: number): void {
    const [top, bottom] = [place * ROW, (place + 1) * ROW];
    const room = this.grid.clientHeight - this.head.offsetHeight;
    if (top < this.grid.scrollTop) this.grid.scrollTop = top;
    else if (bottom > this.grid.scrollTop + room) this.grid.scrollTop = bottom - room;
  }

  private save(): void {
    if (this.source instanceof LocalSource) saveFile('materials.csv', toCsv(this.source.plain()));
    else this.source.csv(content => saveFile('materials.csv', content));
  }

  private togglePlot(): void {
    this.plotting.setAttribute('aria-pressed', String(!this.plot));
    if (this.plot) {
      this.plot.scatter.dispose();
      this.plot.box.remove();
      this.plot = null;
      this.plotted = '';
      return;
    }
    const numeric = this.source.state.columns.filter(column => column.kind !== 'text');
    const values = numeric.filter(column => column.kind === 'value');
    const picker = (what: string, chosen?: Column) => {
      const select = h('select', { 'aria-label': what });
      numeric.forEach(column => select.append(h('option', { value: column.key, selected: column === chosen }, titled(column))));
      select.addEventListener('change', () => this.later());
      return select;
    };
    const x = picker('horizontal axis', values[0] ?? numeric[0]);
    const y = picker('vertical axis', values[1] ?? numeric[1] ?? numeric[0]);
    const scatter = new Scatter((places, add) => this.source.select(places, add ? 'add' : 'replace'));
    const map = this.source.state.plot;
    const pick = map
      ? h('div', { class: 'nt-key' }, ...map.shades.map(one => h('span', {}, h('i', { style: `background:${one.color}` }), one.label)))
      : h('div', { class: 'nt-bar' }, y, h('span', {}, 'against'), x);
    const hint = map ? 'Click on a point or drag over several; with Shift to add more.' : 'Drag over points to select their rows; with Shift to add more.';
    const box = h('div', { class: 'nt-plot' }, pick, scatter.canvas, h('div', { class: 'nt-note' }, hint));
    this.plot = { box, scatter, x, y };
    this.both.append(box);
    this.later();
  }

  private drawPlot(): void {
    if (!this.plot) return;
    const { scatter, x, y } = this.plot;
    const { state } = this.source;
    const map = state.plot;
    const [across, up] = map ? [map.x, map.y] : [x.value, y.value];
    const wanted = `${state.generation} ${JSON.stringify(state.methods)} ${across} ${up}`;
    if (wanted !== this.plotted) {
      this.plotted = wanted;
      const label = (key: string) => titled(state.columns.find(column => column.key === key)!);
      this.source.points(across, up, points => {
        scatter.show(points, map ? null : [label(across), label(up)], map?.shades.map(one => one.color));
        scatter.mark(this.source.marked);
      }, map?.shade);
    }
    scatter.mark(this.source.marked);
  }
}

function drawCell(column: Column, cell: Cell): HTMLElement {
  const text = textOf(cell);
  const drawn = h('div', { role: 'gridcell', class: column.kind === 'text' ? null : 'nt-number', title: text || null });
  if (cell !== null && typeof cell === 'object') {
    const flags = cell.f?.length ? h('span', { class: 'nt-flag', role: 'img', 'aria-label': cell.f.join('; ') }, '\u26a0') : null;
    drawn.append(text, cell.s ? h('span', { class: 'nt-spread' }, ` \u00b1 ${cell.s}`) : '');
    if (flags) {
      drawn.append(flags);
      drawn.title = `${text}: ${cell.f!.join('; ')}`;
    }
  } else {
    drawn.append(text || (column.kind === 'text' ? '' : '\u2013'));
  }
  return drawn;
}

export function drawTable(host: HTMLElement, data: unknown, link?: Link): TableDrawn {
  const table = new Table(host, data, link);
  return {
    update: given => table.begin(given),
    dispose: () => table.dispose(),
    hear: (message, buffers) => table.hear(message, buffers)
  };
}
