/** Prediction cards: the same elements, classes and style sheet as Python's page (nanoos_lab/widgets/cards). */

import { ensureStyles, h, scales, sign } from '@nanoos/look';
import css from '../../../nanoos_lab/widgets/cards/cards.css';
import type { Drawn, Link } from './display';
import { copyText, saveFile, toCsv, toTsv } from './texts';

export const CARDS_MIME = 'application/vnd.nanoos.cards+json';

interface Against {
  difference: string;
  measured: string;
  inside: boolean | null;
}

interface Card {
  subject: number;
  property: string;
  label: string;
  symbol: string;
  value: number | null;
  uncertainty: number | null;
  text: string;
  spread: string;
  unit: string;
  words: string;
  origin: string;
  method: string;
  details: string[];
  in_domain: boolean | null;
  synthetic: boolean;
  warnings: string[];
  note: string;
  run: string;
  ends: [number, number] | null;
  against: Against[];
  bins?: number[];
  standing?: string;
  sites?: (number | null)[];
}

interface Payload {
  schema: string;
  version: number;
  heading: string;
  subjects: string[];
  cards: Card[];
  notes: string[];
  picture?: string;
  table: { columns: string[]; rows: unknown[][] };
}

/** What Python tells of a run. */
export interface RunRecord {
  title: string;
  state: string;
  facts: [string, string][];
}

export interface CardsDrawn extends Drawn {
  /** Show the record of a run that was asked for. */
  showRecord(run: string, record: RunRecord): void;
}

const SVG = 'http://www.w3.org/2000/svg';
const WIDTH = 230;
const LEFT = 6;
const RIGHT = 224;
const BARS = 26;
const SHAPES: Record<string, string> = {
  diamond: 'M0-6L6 0 0 6-6 0Z',
  circle: 'M-5.2 0A5.2 5.2 0 1 1 5.2 0A5.2 5.2 0 1 1-5.2 0Z',
  square: 'M-4.7-4.7H4.7V4.7H-4.7Z',
  'triangle-up': 'M0-5.8L5.8 4.6H-5.8Z'
};

function s(tag: string, attributes: Record<string, string | number>, ...children: (Node | string)[]): SVGElement {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, String(value));
  }
  element.append(...children);
  return element;
}

function originSign(origin: string) {
  const found = sign(origin);
  const known = found.symbol in SHAPES ? found : sign('imported');
  return { tone: known.tone, shape: SHAPES[known.symbol] };
}

/** The origin of a value: its mark and word in its colour. */
export function originBadge(origin: string, word = true): HTMLElement {
  const { tone, shape } = originSign(origin);
  const mark = s('svg', { width: 11, height: 11, viewBox: '-7 -7 14 14', 'aria-hidden': 'true' });
  mark.append(s('path', { d: shape, fill: 'currentColor' }));
  const badge = h('span', { class: `nc-badge nc-${tone}`, title: origin }, mark);
  badge.append(word ? origin : h('span', { class: 'nanoos-unseen' }, origin));
  return badge;
}

function fourDigits(value: number): string {
  const large = Math.abs(value) >= 1e4 && Math.abs(value) < 1e7;
  const text = large ? value.toFixed(0) : String(Number(value.toPrecision(4)));
  return text.replace('-', '\u2212');
}

function range(card: Card): SVGElement | null {
  if (!card.ends || card.value === null) {
    return null;
  }
  const [low, high] = card.ends;
  const value = card.value;
  const bins = card.bins ?? [];
  const axis = 12 + (bins.length ? BARS : 0);
  const x = (at: number) => LEFT + ((at - low) / (high - low)) * (RIGHT - LEFT);
  const { tone, shape } = originSign(card.origin);
  const drawn = s('svg', {
    class: `nc-range nc-${tone}`,
    width: WIDTH,
    height: axis + 19,
    viewBox: `0 0 ${WIDTH} ${axis + 19}`,
    role: 'img',
    'aria-label': `${value} on a range from ${low} to ${high}`
  });
  const most = Math.max(0, ...bins);
  if (most) {
    const width = (RIGHT - LEFT) / bins.length;
    const bar = (count: number, k: number) =>
      `M${LEFT + k * width + 0.5} ${axis - 4}v${-Math.max((BARS * count) / most, 1.5)}h${width - 1}V${axis - 4}Z`;
    drawn.append(s('path', { class: 'nc-bars', d: bins.map((count, k) => (count ? bar(count, k) : '')).join('') }));
  }
  drawn.append(s('path', { class: 'nc-axis', d: `M${LEFT} ${axis}H${RIGHT}` }));
  if (card.uncertainty) {
    const ends = [x(value - card.uncertainty), x(value + card.uncertainty)];
    const [left, right] = [Math.max(ends[0], LEFT), Math.min(ends[1], RIGHT)];
    const seen = ends.filter(end => end >= LEFT - 0.05 && end <= RIGHT + 0.05);
    drawn.append(
      s('path', { class: 'nc-ends', d: seen.map(end => `M${end} ${axis - 7}v14`).join('') }),
      s('rect', { class: 'nc-band', x: left, y: axis - 3, width: Math.max(right - left, 1), height: 6 })
    );
  }
  drawn.append(
    s('path', { class: 'nc-mark', transform: `translate(${x(value)} ${axis})scale(.85)`, d: shape }),
    s('text', { x: LEFT - 3, y: axis + 17 }, fourDigits(low)),
    s('text', { x: RIGHT + 3, y: axis + 17, 'text-anchor': 'end' }, fourDigits(high))
  );
  return drawn;
}

function against(one: Against): HTMLElement {
  const said = one.inside === null ? '' : one.inside ? '\u2713 inside the interval' : '\u2715 outside the interval';
  const tone = one.inside === null ? 'nc-idle' : one.inside ? 'nc-good' : 'nc-warn';
  return h(
    'div',
    { class: 'nc-against' },
    h('b', {}, one.difference),
    ` against measured ${one.measured} `,
    h('span', { class: tone }, said)
  );
}

/** What each site contributes, as a strip of colours. */
function sites(card: Card): HTMLElement | null {
  if (!card.sites?.length) {
    return null;
  }
  const most = Math.max(...card.sites.map(one => Math.abs(one ?? 0))) || 1;
  const stops = scales.diverging;
  const colour = (one: number | null) =>
    one === null ? 'var(--nanoos-hollow)' : stops[Math.round(((one / most + 1) / 2) * (stops.length - 1))];
  const strip = h('div', {
    class: 'nc-sites',
    role: 'img',
    'aria-label': `contributions of ${card.sites.length} sites, up to ${most.toPrecision(3)} ${card.unit}`
  });
  card.sites.forEach((one, k) => {
    const part = h('i', { title: `site ${k}: ${one === null ? 'unknown' : one.toPrecision(3)}` });
    part.style.background = colour(one);
    strip.append(part);
  });
  return strip;
}

function runOf(card: Card, link?: Link): HTMLElement | null {
  if (!card.run) {
    return null;
  }
  const shown = link
    ? h('button', { class: 'nc-run', type: 'button', title: 'Show the record of this run', onclick: () => link.send({ type: 'run', run: card.run }) }, card.run)
    : h('span', { class: 'nc-run' }, card.run);
  return h('div', { class: 'nc-small', 'data-run': card.run }, 'run ', shown);
}

function drawCard(card: Card, link?: Link): HTMLElement {
  const said = [card.text, card.spread && `\u00b1 ${card.spread}`, card.unit].filter(Boolean).join(' ');
  const small = (text: string | undefined) => (text ? h('div', { class: 'nc-small' }, text) : null);
  return h(
    'div',
    { class: card.synthetic ? 'nc-card nc-synthetic' : 'nc-card', role: 'group', 'aria-label': `${card.label}: ${said}` },
    h(
      'div',
      { class: 'nc-top' },
      h('span', { class: 'nc-label' }, card.label, card.symbol && h('span', { class: 'nc-symbol' }, ` ${card.symbol}`)),
      originBadge(card.origin)
    ),
    h(
      'div',
      { class: 'nc-value' },
      card.text,
      card.spread && h('span', { class: 'nc-pm' }, ` \u00b1 ${card.spread}`),
      h('span', { class: 'nc-unit' }, ` ${card.unit}`)
    ),
    range(card),
    small(card.standing),
    small(card.words),
    ...card.warnings.map(text => h('div', { class: 'nc-warning' }, `\u26a0 ${text}`)),
    h('div', { class: 'nc-method' }, `${card.method} `, card.in_domain === true && h('span', { class: 'nc-ok' }, '\u2713 in domain')),
    ...card.details.map(small),
    sites(card),
    ...card.against.map(against),
    card.note && h('div', { class: 'nc-note' }, card.note),
    runOf(card, link)
  );
}

function sideBySide(data: Payload, link?: Link): HTMLElement {
  const grid = h('div', { class: 'nc-grid' });
  grid.style.gridTemplateColumns = `repeat(${data.subjects.length},262px)`;
  for (const subject of data.subjects) {
    grid.append(h('div', { class: 'nc-title' }, subject || 'other'));
  }
  for (const property of new Set(data.cards.map(card => card.property))) {
    const same = data.cards.filter(card => card.property === property);
    data.subjects.forEach((_, number) => {
      const found = same.filter(card => card.subject === number);
      const none = h('div', { class: 'nc-none' }, `${same[0].label}: not known`);
      grid.append(h('div', { class: 'nc-cell' }, ...(found.length ? found.map(card => drawCard(card, link)) : [none])));
    });
  }
  return h('div', { class: 'nc-wide', tabindex: 0, role: 'region', 'aria-label': 'structures side by side' }, grid);
}

function inARow(data: Payload, link?: Link): Node[] {
  const title = data.subjects.find(Boolean);
  const row = h('div', { class: 'nc-row' }, ...data.cards.map(card => drawCard(card, link)));
  return [...(title ? [h('div', { class: 'nc-title' }, title)] : []), row];
}

function bar(data: Payload): HTMLElement {
  const table: unknown[][] = [data.table.columns, ...data.table.rows];
  const copy = h('button', { type: 'button', title: 'Copy as text for a spreadsheet' }, 'Copy');
  copy.addEventListener('click', async () => {
    const done = await copyText(toTsv(table), copy);
    copy.textContent = done ? 'Copied' : 'Not copied';
  });
  const save = h('button', { type: 'button', onclick: () => saveFile('cards.csv', toCsv(table)) }, 'CSV');
  const head = h('div', { class: 'nc-heading' }, data.heading);
  return h('div', { class: 'nc-bar' }, head, ...(data.cards.length ? [copy, save] : []));
}

export function drawCards(host: HTMLElement, data: unknown, link?: Link): CardsDrawn {
  const root = h('div', { class: 'nanoos-ui nanoos-cards' });
  host.append(root);
  ensureStyles(host, 'cards', css);
  const update = (given: unknown) => {
    ensureStyles(host, 'cards', css);
    const payload = given as Payload;
    if (payload?.schema !== 'nanoos.cards' || payload.version !== 1) {
      const found = payload?.schema === 'nanoos.cards' ? `version ${String(payload.version)} of cards` : 'something else';
      root.replaceChildren(h('div', { class: 'nc-empty' }, `This is ${found}, which this version of NANO-OS Lab cannot draw.`));
      return;
    }
    const parts: (Node | null)[] = [
      bar(payload),
      payload.picture ? h('img', { class: 'nc-picture', alt: '', src: `data:image/svg+xml,${encodeURIComponent(payload.picture)}` }) : null,
      ...(payload.subjects.length > 1 ? [sideBySide(payload, link)] : inARow(payload, link)),
      !payload.cards.length && !payload.notes.length ? h('div', { class: 'nc-empty' }, 'No values yet.') : null,
      ...payload.notes.map(note => h('div', { class: 'nc-warning' }, `\u26a0 ${note}`))
    ];
    root.replaceChildren(...parts.filter((part): part is Node => part !== null));
  };
  update(data);
  return {
    update,
    dispose: () => root.remove(),
    showRecord: (run, record) => {
      root.querySelector('.nc-record')?.remove();
      const facts = h('dl');
      for (const [name, said] of record.facts) {
        facts.append(h('dt', {}, name), h('dd', {}, said));
      }
      const close = h('button', { type: 'button' }, 'Close');
      const { tone, symbol } = sign(record.state);
      const state = h('span', { class: `nc-badge nc-${tone}` }, `${symbol} ${record.state}`);
      const box = h('div', { class: 'nc-record', role: 'region', tabindex: -1, 'aria-label': `run ${run}` });
      box.append(h('div', { class: 'nc-bar' }, h('b', {}, record.title), state, close), facts);
      close.addEventListener('click', () => {
        box.remove();
        root.querySelector<HTMLElement>(`[data-run="${CSS.escape(run)}"] button`)?.focus();
      });
      root.append(box);
      box.focus();
    }
  };
}
