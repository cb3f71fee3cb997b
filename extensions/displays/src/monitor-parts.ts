/** What all monitors are made of: states, times, failures, and a table that draws only the rows in sight. */

import { h, sign } from '@nanoos/look';
import type { Link } from './display';

export interface Failure {
  type: string;
  message: string;
  whole: string;
  count: number;
  runs: string[];
}

/** What every kind of snapshot says; `live` is there while a kernel keeps it up to date. */
export interface Snapshot {
  schema: string;
  version: number;
  kind: string;
  at: number;
  total: number;
  unfinished: number;
  counts: Record<string, number>;
  failures: Failure[];
  live?: { beat: number; problem: string; said: string; connected: boolean };
}

/** A kind of monitor: draws a snapshot, again and again, into its part of the page. */
export interface Part {
  update(snapshot: any): void;
  dispose(): void;
}
export type MakePart = (host: HTMLElement, link?: Link) => Part;

export function badge(state: string, count?: number): HTMLElement {
  const { tone, symbol } = sign(state);
  const [mark, word] = [h('span', { 'aria-hidden': 'true' }, symbol), h('span', { class: 'word' }, count === undefined ? state : `${count} ${state}`)];
  return h('span', { class: `badge ${tone}` }, mark, word);
}

export function duration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return '–';
  const s = Math.max(0, seconds);
  if (s < 1) return `${Math.round(s * 1000)} ms`;
  if (s < 10) return `${s.toFixed(1)} s`;
  if (s < 60) return `${Math.floor(s)} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${Math.floor(s % 60)} s`;
  if (s < 172800) return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
  return `${Math.floor(s / 86400)} d ${Math.floor((s % 86400) / 3600)} h`;
}

/** A moment as a person writes it: the time today, date and time else. */
export function moment(at: number): string {
  const [then, now] = [new Date(at * 1000), new Date()];
  const two = (n: number) => String(n).padStart(2, '0');
  const time = `${two(then.getHours())}:${two(then.getMinutes())}:${two(then.getSeconds())}`;
  const day = `${then.getFullYear()}-${two(then.getMonth() + 1)}-${two(then.getDate())}`;
  return then.toDateString() === now.toDateString() ? time : `${day} ${time}`;
}

export function number(value: number | null | undefined, digits = 4): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e7) return value.toExponential(digits - 1).replace(/-/g, '−');
  return value.toFixed(Math.max(0, digits - 1 - Math.floor(Math.log10(size)))).replace('-', '−');
}

/** Say how fresh a snapshot is, and say plainly where nothing keeps it up to date. */
export function asOf(snapshot: Snapshot): HTMLElement {
  const live = snapshot.live;
  const seen = Math.max(snapshot.at, live?.beat ?? 0);
  const silent = Date.now() / 1000 - seen;
  let [name, words] = ['', `as of ${moment(seen)}`];
  if (live?.problem) [name, words] = ['stale', `not up to date: ${live.problem} · as of ${moment(seen)}`];
  else if (snapshot.unfinished && !live) [name, words] = ['stale', `not live: no kernel · as of ${moment(snapshot.at)}`];
  else if (live && !live.connected) [name, words] = ['stale', `not live: kernel gone · as of ${moment(seen)}`];
  else if (snapshot.unfinished && silent > 30) [name, words] = ['stale', `not live: no word from the kernel · as of ${moment(seen)}`];
  else if (snapshot.unfinished) [name, words] = ['live', `live · ${moment(seen)}`];
  return h('span', { class: `asof ${name}`, title: new Date(seen * 1000).toString() }, h('span', { class: 'dot', 'aria-hidden': 'true' }), words);
}

export function strip(snapshot: Snapshot): HTMLElement {
  const counts = Object.entries(snapshot.counts);
  const bar = h('div', { class: 'strip', role: 'img', 'aria-label': counts.map(([state, n]) => `${n} ${state.toLowerCase()}`).join(', ') });
  for (const [state, count] of counts) {
    const part = h('span', { class: sign(state).tone });
    part.style.width = `${(100 * count) / Math.max(1, snapshot.total)}%`;
    bar.append(part);
  }
  return bar;
}

/** A button that asks once more before it does what cannot be undone. */
export function button(word: string, label: string, act: () => void, sure = ''): HTMLElement {
  const made = h('button', { class: 'do', type: 'button', 'aria-label': label }, word);
  let timer: number | undefined;
  const calm = () => {
    made.textContent = word;
    made.classList.remove('sure');
    made.setAttribute('aria-label', label);
    window.clearTimeout(timer);
  };
  made.addEventListener('click', event => {
    event.stopPropagation();
    if (sure && !made.classList.contains('sure')) {
      made.textContent = sure;
      made.classList.add('sure');
      made.setAttribute('aria-label', `confirm: ${label}`);
      timer = window.setTimeout(calm, 5000);
      return;
    }
    calm();
    act();
  });
  made.addEventListener('blur', calm);
  return made;
}

/** Failures by their cause; what is open stays open while it is drawn again. */
export function failures(groups: Failure[], open: Set<string>, link: Link | undefined, choose: (run: string) => void): HTMLElement {
  const box = h('div', { class: 'failures' });
  for (const group of groups) {
    const key = `${group.type} ${group.message}`;
    const one = h('details', {}, h('summary', {}, badgeOf(`${group.count} × ${group.type || 'failed'}`), ` ${group.message}`));
    one.open = open.has(key);
    one.addEventListener('toggle', () => (one.open ? open.add(key) : open.delete(key)));
    const which = h('div', { class: 'which' }, ...group.runs.slice(0, 12).map(run => h('button', { class: 'link', type: 'button', onclick: () => choose(run) }, run)));
    if (group.count > 12) which.append(`and ${group.count - 12} more`);
    if (link && group.count > 0) {
      const words = group.runs.length === 1 ? 'retry' : `retry all ${group.runs.length}`;
      which.append(button(words, `${words} of ${group.type || 'these failures'}`, () => link.send({ verb: 'retry', runs: group.runs })));
    }
    one.append(h('p', {}, group.whole), which);
    box.append(one);
  }
  return box;
}

function badgeOf(words: string): HTMLElement {
  return h('span', { class: 'badge bad' }, h('span', { 'aria-hidden': 'true' }, sign('FAILED').symbol), words);
}

/** A table that holds only the rows in sight, whatever their number; rows are made again only where they changed. */
export class Rows<T> {
  readonly scroll: HTMLElement;
  private readonly body = h('tbody');
  private items: readonly T[] = [];
  private kept = new Map<string, { text: string; line: HTMLElement }>();
  private readonly watch: ResizeObserver;

  constructor(
    head: HTMLElement,
    private readonly height: number,
    private readonly key: (item: T) => string,
    private readonly make: (item: T) => HTMLElement,
    private readonly state: (item: T) => string,
    private readonly seen: (items: readonly T[]) => void = () => undefined
  ) {
    this.scroll = h('div', { class: 'scroll', tabindex: -1 }, h('table', {}, h('thead', {}, head), this.body));
    this.scroll.addEventListener('scroll', () => this.draw());
    this.watch = new ResizeObserver(() => this.draw());
    this.watch.observe(this.scroll);
  }

  show(items: readonly T[]): void {
    this.items = items;
    this.draw();
  }

  /** Bring a row into sight. */
  reveal(key: string): void {
    const at = this.items.findIndex(item => this.key(item) === key);
    if (at < 0) return;
    const [top, view] = [at * this.height, this.scroll.clientHeight - 32];
    if (top < this.scroll.scrollTop || top + this.height > this.scroll.scrollTop + view) {
      this.scroll.scrollTop = Math.max(0, top - view / 2);
    }
    this.draw();
  }

  dispose(): void {
    this.watch.disconnect();
  }

  private draw(): void {
    const focused = this.body.contains(document.activeElement) ? (document.activeElement as HTMLElement) : null;
    const focus = focused?.closest<HTMLElement>('tr')?.dataset.run;
    const label = focused?.getAttribute('aria-label');
    const first = Math.max(0, Math.floor(this.scroll.scrollTop / this.height) - 6);
    const last = Math.min(this.items.length, first + Math.ceil((this.scroll.clientHeight || 366) / this.height) + 12);
    const now = new Map<string, { text: string; line: HTMLElement }>();
    const lines: HTMLElement[] = [];
    const visible = this.items.slice(first, last);
    for (const item of visible) {
      const [key, text] = [this.key(item), this.state(item)];
      const old = this.kept.get(key);
      const line = old && old.text === text ? old.line : this.make(item);
      now.set(key, { text, line });
      lines.push(line);
    }
    this.kept = now;
    const all = [this.pad(first), ...lines, this.pad(this.items.length - last)];
    if (all.length !== this.body.childNodes.length || all.some((line, k) => line !== this.body.childNodes[k])) {
      this.body.replaceChildren(...all);
    }
    if (focus && !this.body.contains(document.activeElement)) {
      const line = now.get(focus)?.line;
      const inner = label ? [...(line?.querySelectorAll<HTMLElement>('[aria-label]') ?? [])].find(one => one.getAttribute('aria-label') === label) : null;
      (inner ?? line)?.focus({ preventScroll: true });
    }
    this.seen(visible);
  }

  private pad(rows: number): HTMLElement {
    const cell = h('td');
    cell.style.height = `${Math.max(0, rows) * this.height}px`;
    return h('tr', { class: 'pad', 'aria-hidden': 'true' }, cell);
  }
}
