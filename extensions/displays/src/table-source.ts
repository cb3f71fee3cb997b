/** Where a table's rows come from: Python, window by window, or the few that came with the data, sorted right here. */

import type { Link } from './display';

export interface Method {
  label: string;
  origin: string;
  synthetic: boolean;
  count: number;
}

export interface Column {
  key: string;
  label: string;
  unit: string;
  kind: 'text' | 'number' | 'value';
  sortable: boolean;
  filterable: boolean;
  methods?: Method[];
}

/** A number: its text, itself, its spread, and what must be known of it. */
export interface NumberCell {
  t: string;
  v: number | null;
  s?: string;
  f?: string[];
}

export type Cell = string | NumberCell | null;

export interface Row {
  id: string;
  cells: Cell[];
}

/** What is asked for. */
export interface Asked {
  words: string;
  cells: Record<string, string>;
  order: string;
  descending: boolean;
  methods: Record<string, number>;
  only: boolean;
}

/** A plot that belongs to the rows, such as a map: numbers that are no columns, and what the colours mean. */
export interface Plot {
  x: string;
  y: string;
  shade: string;
  shades: { label: string; color: string }[];
}

export interface State extends Asked {
  title: string;
  columns: Column[];
  total: number;
  matching: number;
  generation: number;
  problem: string;
  height: number;
  /** The number of the last question that this answers. */
  turn: number;
  plot?: Plot | null;
}

export interface Points {
  x: Float32Array;
  y: Float32Array;
  /** The number of each point's colour, where there are several. */
  shade?: Float32Array;
}

export interface Source {
  readonly live: boolean;
  state: State;
  /** Places of the selected rows in the present order. */
  marked: Set<number>;
  selectedTotal: number;
  row(place: number): Row | undefined;
  /** Say which rows are looked at, so that they are fetched. */
  want(first: number, count: number): void;
  still(id: string): string | undefined;
  ask(changes: Partial<Asked>): void;
  select(places: number[], how: 'replace' | 'add' | 'toggle'): void;
  points(x: string, y: string, then: (points: Points) => void, shade?: string): void;
  csv(then: (content: BlobPart) => void): void;
}

const BLOCK = 50;
const KEPT = 60;

/** Rows in a kernel: blocks are asked for as they come into view, and the oldest are forgotten. */
export class RemoteSource implements Source {
  readonly live = true;
  marked = new Set<number>();
  selectedTotal = 0;
  private blocks = new Map<number, Row[] | null>();
  private stills = new Map<string, string | null>();
  private wantsPoints: { x: string; y: string; then: (points: Points) => void } | null = null;
  private wantsCsv: ((content: BlobPart) => void) | null = null;
  private asked: Asked;
  private turn: number;

  constructor(
    public state: State,
    private link: Link,
    private changed: () => void
  ) {
    this.asked = state;
    this.turn = state.turn;
    link.send({ type: 'marked' });
  }

  /** Take a new state from Python. */
  renew(state: State): void {
    if (state.generation !== this.state.generation) {
      this.blocks.clear();
      this.marked = new Set();
    }
    this.state = state;
    if (state.turn >= this.turn) {
      this.asked = state; // else a later question is on its way, which knows what this one asked
      this.turn = state.turn;
    }
    this.changed();
  }

  row(place: number): Row | undefined {
    return this.blocks.get(Math.floor(place / BLOCK))?.[place % BLOCK];
  }

  want(first: number, count: number): void {
    const last = Math.min(first + count, this.state.matching) - 1;
    for (let block = Math.floor(first / BLOCK); block <= Math.floor(last / BLOCK); block++) {
      if (!this.blocks.has(block)) {
        this.blocks.set(block, null);
        this.link.send({ type: 'rows', generation: this.state.generation, start: block * BLOCK, count: BLOCK });
      }
    }
    const missing: string[] = [];
    for (let place = first; place <= last; place++) {
      const row = this.row(place);
      if (row && !this.stills.has(row.id)) {
        this.stills.set(row.id, null);
        missing.push(row.id);
      }
    }
    if (missing.length) {
      this.link.send({ type: 'stills', ids: missing });
    }
  }

  still(id: string): string | undefined {
    return this.stills.get(id) ?? undefined;
  }

  ask(changes: Partial<Asked>): void {
    this.asked = { ...this.asked, ...changes, cells: { ...this.asked.cells, ...changes.cells } };
    const { words, cells, order, descending, methods, only } = this.asked;
    this.link.send({ type: 'ask', turn: ++this.turn, words, cells, order, descending, methods, only });
  }

  select(places: number[], how: 'replace' | 'add' | 'toggle'): void {
    this.link.send({ type: 'select', generation: this.state.generation, places, how });
  }

  points(x: string, y: string, then: (points: Points) => void, shade?: string): void {
    this.wantsPoints = { x, y, then };
    this.link.send({ type: 'points', x, y, shade });
  }

  csv(then: (content: BlobPart) => void): void {
    this.wantsCsv = then;
    this.link.send({ type: 'csv' });
  }

  /** Take a message from Python. */
  hear(message: any, buffers: DataView[]): void {
    const current = message.generation === this.state.generation;
    const bytes = (k: number) => buffers[k].buffer.slice(buffers[k].byteOffset, buffers[k].byteOffset + buffers[k].byteLength) as ArrayBuffer;
    if (message.type === 'rows' && current) {
      this.blocks.delete(message.start / BLOCK);
      this.blocks.set(message.start / BLOCK, message.rows);
      for (const old of this.blocks.keys()) {
        if (this.blocks.size <= KEPT) break;
        this.blocks.delete(old);
      }
      this.changed();
    } else if (message.type === 'stills') {
      for (const [id, svg] of Object.entries(message.stills as Record<string, string>)) {
        this.stills.set(id, svg);
      }
      this.changed();
    } else if (message.type === 'marked' && current) {
      this.marked = new Set(new Uint32Array(bytes(0)));
      this.selectedTotal = message.total;
      this.changed();
    } else if (message.type === 'points' && current && this.wantsPoints?.x === message.x && this.wantsPoints?.y === message.y) {
      this.wantsPoints?.then({ x: new Float32Array(bytes(0)), y: new Float32Array(bytes(1)), shade: buffers[2] && new Float32Array(bytes(2)) });
    } else if (message.type === 'csv') {
      this.wantsCsv?.(bytes(0));
      this.wantsCsv = null;
    }
  }
}

/** The number in a cell, NaN where there is none. */
function numberIn(cell: Cell): number {
  return cell !== null && typeof cell === 'object' && cell.v !== null ? cell.v : NaN;
}

export function textOf(cell: Cell): string {
  return cell === null ? '' : typeof cell === 'string' ? cell : cell.t;
}

/** Read a range such as "1..2", ">3" or "5"; null where it is none. */
export function readRange(text: string): ((value: number) => boolean) | null {
  const plain = text.replace('\u2265', '>=').replace('\u2264', '<=').replace('\u2212', '-').trim();
  const one = /^(>=|<=|>|<)\s*(-?[\d.]+(?:e[-+]?\d+)?)/i.exec(plain);
  if (one) {
    const end = Number(one[2]);
    const tests: Record<string, (value: number) => boolean> = {
      '>': value => value > end, '<': value => value < end, '>=': value => value >= end, '<=': value => value <= end
    };
    return tests[one[1]];
  }
  const two = /^(-?[\d.]*?(?:e[-+]?\d+)?)\s*\.\.\s*(-?[\d.]*(?:e[-+]?\d+)?)/i.exec(plain);
  if (two) {
    const low = two[1] ? Number(two[1]) : -Infinity;
    const high = two[2] ? Number(two[2]) : Infinity;
    return Number.isNaN(low + high) && !(low === -Infinity && high === Infinity) ? null : value => value >= low && value <= high;
  }
  const same = Number(plain);
  return plain && !Number.isNaN(same) ? value => value === same : null;
}

/** The rows that came with the data; nothing is asked of anybody. */
export class LocalSource implements Source {
  readonly live = false;
  marked = new Set<number>();
  state: State;
  private shown: Row[];
  private selected = new Set<string>();

  constructor(
    state: State,
    private rows: Row[],
    private stills: Record<string, string>,
    private changed: () => void
  ) {
    this.shown = rows;
    this.state = { ...state, words: '', cells: {}, order: '', descending: false, only: false, problem: '', generation: 0, matching: rows.length };
  }

  get selectedTotal(): number {
    return this.selected.size;
  }

  row(place: number): Row | undefined {
    return this.shown[place];
  }

  want(): void {}

  still(id: string): string | undefined {
    return this.stills[id];
  }

  ask(changes: Partial<Asked>): void {
    const asked = { ...this.state, ...changes, cells: { ...this.state.cells, ...changes.cells } };
    const keys = asked.columns.map(column => column.key);
    const words = asked.words.toLowerCase().split(/\s+/).filter(Boolean);
    let problem = '';
    const tests = Object.entries(asked.cells).filter(([, text]) => text.trim()).map(([key, text]) => {
      const at = keys.indexOf(key);
      if (asked.columns[at].kind === 'text') {
        return (row: Row) => textOf(row.cells[at]).toLowerCase().includes(text.trim().toLowerCase());
      }
      const range = readRange(text);
      if (!range) problem = `${asked.columns[at].label}: write a range, such as 1..2 or >3, not "${text}"`;
      return (row: Row) => (range ? range(numberIn(row.cells[at])) : true);
    });
    const said = (row: Row) => row.cells.map(textOf).join(' ').toLowerCase();
    this.shown = this.rows.filter(
      row => (!asked.only || this.selected.has(row.id)) && words.every(word => said(row).includes(word)) && tests.every(test => test(row))
    );
    const at = keys.indexOf(asked.order);
    if (at >= 0) {
      this.shown = sorted(this.shown, at, asked.descending);
    }
    this.state = { ...asked, problem, matching: this.shown.length, generation: this.state.generation + 1 };
    this.mark();
  }

  select(places: number[], how: 'replace' | 'add' | 'toggle'): void {
    const ids = places.map(place => this.shown[place].id);
    if (how === 'replace') this.selected.clear();
    for (const id of ids) {
      if (how === 'toggle' && this.selected.has(id)) this.selected.delete(id);
      else this.selected.add(id);
    }
    this.mark();
  }

  points(x: string, y: string, then: (points: Points) => void): void {
    const of = (key: string) => {
      const at = this.state.columns.findIndex(column => column.key === key);
      return Float32Array.from(this.shown, row => numberIn(row.cells[at]));
    };
    then({ x: of(x), y: of(y) });
  }

  csv(): void {}

  /** The rows that are shown, as plain texts and numbers. */
  plain(): unknown[][] {
    const head = this.state.columns.map(column => (column.unit ? `${column.label} / ${column.unit}` : column.label));
    return [head, ...this.shown.map(row => row.cells.map(cell => (cell !== null && typeof cell === 'object' && cell.s !== undefined ? cell.v : textOf(cell))))];
  }

  private mark(): void {
    this.marked = new Set(this.shown.flatMap((row, place) => (this.selected.has(row.id) ? [place] : [])));
    this.changed();
  }
}

function sorted(rows: Row[], at: number, descending: boolean): Row[] {
  const way = descending ? -1 : 1;
  const known = rows.filter(row => textOf(row.cells[at]) !== '');
  const unknown = rows.filter(row => textOf(row.cells[at]) === '');
  const compare = (a: Row, b: Row) => {
    const difference = numberIn(a.cells[at]) - numberIn(b.cells[at]);
    if (!Number.isNaN(difference)) return way * difference;
    const [left, right] = [textOf(a.cells[at]).toLowerCase(), textOf(b.cells[at]).toLowerCase()];
    return left < right ? -way : left > right ? way : 0;
  };
  return [...known.sort(compare), ...unknown];
}
