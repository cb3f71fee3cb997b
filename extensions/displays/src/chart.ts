/** A small chart of points: thousands stay light, the colours are the page's, and the nearest point answers. */

import { h, sign } from '@nanoos/look';
import { number } from './monitor-parts';

export interface Point {
  key: string;
  x: number;
  y: number;
  state: string;
  words: string;
}

export interface Plot {
  points: readonly Point[];
  x: string;
  y: string;
  /** Written for a value of x. */
  tick: (x: number) => string;
  best?: { key: string; direction: 'lowest' | 'highest' } | null;
  chosen: string;
  none: string;
}

const LEFT = 64;
const [TOP, RIGHT, BOTTOM] = [12, 14, 36];
const NEAR = 14;

/** Round steps that cut a range into about so many parts. */
export function ticks(low: number, high: number, about: number): number[] {
  const span = high - low || 1;
  const raw = span / about;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 5, 10].find(m => m * power >= raw) ?? 10) * power;
  const found: number[] = [];
  for (let k = Math.ceil(low / step); k * step <= high + step * 1e-9; k++) found.push(k * step);
  return found;
}

function range(values: number[]): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) return [0, 1];
  const pad = high > low ? 0.06 * (high - low) : Math.abs(high) * 0.05 || 1;
  return [low - pad, high + pad];
}

export class Chart {
  readonly host = h('div', { class: 'chart' });
  private readonly canvas = h('canvas', { role: 'img', 'aria-label': 'no values yet' });
  private readonly tip = h('div', { class: 'tip' });
  private plot: Plot | null = null;
  private places: [number, number][] = [];
  private readonly watch = new ResizeObserver(() => this.draw());
  private readonly theme = new MutationObserver(() => this.draw());

  constructor(private readonly choose: (key: string) => void) {
    this.tip.hidden = true;
    this.host.append(this.canvas, this.tip);
    this.watch.observe(this.host);
    this.theme.observe(document.body, { attributes: true, attributeFilter: ['data-jp-theme-light', 'data-nanoos-theme'] });
    this.canvas.addEventListener('pointermove', event => this.hover(event));
    this.canvas.addEventListener('pointerleave', () => (this.tip.hidden = true));
    this.canvas.addEventListener('click', event => {
      const near = this.nearest(event);
      if (near >= 0) this.choose(this.plot!.points[near]!.key);
    });
  }

  show(plot: Plot): void {
    this.plot = plot;
    this.draw();
  }

  dispose(): void {
    this.watch.disconnect();
    this.theme.disconnect();
  }

  private nearest(event: MouseEvent): number {
    const box = this.canvas.getBoundingClientRect();
    let [at, least] = [-1, NEAR * NEAR];
    this.places.forEach(([x, y], k) => {
      const far = (x - event.clientX + box.left) ** 2 + (y - event.clientY + box.top) ** 2;
      if (far < least) [at, least] = [k, far];
    });
    return at;
  }

  private hover(event: PointerEvent): void {
    const at = this.nearest(event);
    this.canvas.style.cursor = at >= 0 ? 'pointer' : '';
    this.tip.hidden = at < 0;
    if (at < 0) return;
    this.tip.textContent = this.plot!.points[at]!.words;
    const [x, y] = this.places[at]!;
    this.tip.style.left = `${Math.max(4, Math.min(x + 10, this.host.clientWidth - this.tip.offsetWidth - 4))}px`;
    this.tip.style.top = `${y > 44 ? y - 32 : y + 12}px`;
  }

  private draw(): void {
    const [plot, width, height] = [this.plot, this.host.clientWidth, this.host.clientHeight];
    const pen = this.canvas.getContext('2d');
    if (!plot || !pen || !width || !height) return;
    const sharp = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(width * sharp);
    this.canvas.height = Math.round(height * sharp);
    pen.setTransform(sharp, 0, 0, sharp, 0, 0);
    pen.clearRect(0, 0, width, height);
    this.host.querySelector('.none')?.remove();
    this.places = [];
    if (!plot.points.length) {
      this.host.append(h('div', { class: 'none' }, plot.none));
      this.canvas.setAttribute('aria-label', plot.none);
      return;
    }
    const look = getComputedStyle(this.host);
    const color = (name: string) => look.getPropertyValue(`--nanoos-${name}`).trim() || '#888';
    const [x0, x1] = range(plot.points.map(point => point.x));
    const [y0, y1] = range(plot.points.map(point => point.y));
    const across = (x: number) => LEFT + ((x - x0) / (x1 - x0)) * (width - LEFT - RIGHT);
    const down = (y: number) => height - BOTTOM - ((y - y0) / (y1 - y0)) * (height - TOP - BOTTOM);
    pen.font = `11px ${look.fontFamily}`;
    this.axes(pen, plot, color, { x0, x1, y0, y1, across, down, width, height });
    if (plot.best) this.frontier(pen, plot, color('good'), across, down);
    this.places = plot.points.map(point => [across(point.x), down(point.y)]);
    const size = plot.points.length > 800 ? 2 : plot.points.length > 150 ? 3 : 4;
    plot.points.forEach((point, k) => {
      const [x, y] = this.places[k]!;
      pen.fillStyle = color(sign(point.state).tone);
      pen.globalAlpha = plot.points.length > 400 ? 0.6 : 0.85;
      pen.beginPath();
      pen.arc(x, y, size, 0, 2 * Math.PI);
      pen.fill();
    });
    pen.globalAlpha = 1;
    for (const [key, stroke] of [[plot.best?.key, color('good')], [plot.chosen, color('selected')]] as const) {
      const at = key ? plot.points.findIndex(point => point.key === key) : -1;
      if (at < 0) continue;
      pen.strokeStyle = stroke;
      pen.lineWidth = 2;
      pen.beginPath();
      pen.arc(...this.places[at]!, size + 4, 0, 2 * Math.PI);
      pen.stroke();
    }
    this.canvas.setAttribute('aria-label', `${plot.points.length} values of ${plot.y} by ${plot.x}`);
  }

  private axes(pen: CanvasRenderingContext2D, plot: Plot, color: (name: string) => string, at: any): void {
    pen.strokeStyle = color('faint');
    pen.fillStyle = color('quiet');
    pen.lineWidth = 1;
    pen.textBaseline = 'middle';
    pen.textAlign = 'right';
    for (const y of ticks(at.y0, at.y1, 4)) {
      const line = Math.round(at.down(y)) + 0.5;
      pen.beginPath();
      pen.moveTo(LEFT, line);
      pen.lineTo(at.width - RIGHT, line);
      pen.stroke();
      pen.fillText(number(Math.abs(y) < 1e-12 ? 0 : y, 3), LEFT - 8, line);
    }
    pen.textAlign = 'center';
    pen.textBaseline = 'top';
    for (const x of ticks(at.x0, at.x1, Math.max(2, Math.floor(at.width / 110)))) {
      if (x >= 0) pen.fillText(plot.tick(x), at.across(x), at.height - BOTTOM + 5);
    }
    pen.fillText(plot.x, (LEFT + at.width - RIGHT) / 2, at.height - 15);
    pen.save();
    pen.translate(10, (TOP + at.height - BOTTOM) / 2);
    pen.rotate(-Math.PI / 2);
    pen.textBaseline = 'middle';
    pen.fillText(plot.y, 0, 0, at.height - TOP - BOTTOM);
    pen.restore();
  }

  /** The best so far, as a stepped line in the order of x. */
  private frontier(pen: CanvasRenderingContext2D, plot: Plot, stroke: string, across: (x: number) => number, down: (y: number) => number): void {
    const better = plot.best!.direction === 'lowest' ? (a: number, b: number) => a < b : (a: number, b: number) => a > b;
    const ordered = plot.points.filter(point => point.state === 'COMPLETED').sort((a, b) => a.x - b.x);
    if (ordered.length < 2) return;
    let best = ordered[0]!.y;
    pen.strokeStyle = stroke;
    pen.globalAlpha = 0.75;
    pen.lineWidth = 1.5;
    pen.beginPath();
    pen.moveTo(across(ordered[0]!.x), down(best));
    for (const point of ordered) {
      pen.lineTo(across(point.x), down(best));
      if (better(point.y, best)) pen.lineTo(across(point.x), down((best = point.y)));
    }
    pen.stroke();
    pen.globalAlpha = 1;
  }
}
