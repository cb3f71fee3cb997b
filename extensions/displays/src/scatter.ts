/**
 * Two columns against each other on a canvas, with a brush. A hundred thousand points are drawn in one pass of small
 * squares, in some ten milliseconds, and need no library in the page.
 */

import { h } from '@nanoos/look';
import type { Points } from './table-source';

const MARGIN = { left: 56, right: 10, top: 10, bottom: 38 };

function niceTicks(low: number, high: number, count: number): number[] {
  const raw = (high - low) / count;
  const size = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map(k => k * size).find(one => one >= raw) ?? raw;
  const ticks: number[] = [];
  for (let k = Math.ceil(low / step); k * step <= high + 1e-9 * step; k++) {
    ticks.push(Number((k * step).toPrecision(12)));
  }
  return ticks;
}

function ends(values: Float32Array): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (!(low <= high)) return [0, 1];
  const pad = (high - low || Math.abs(high) || 1) * 0.03;
  return [low - pad, high + pad];
}

export class Scatter {
  readonly canvas: HTMLCanvasElement;
  private points: Points = { x: new Float32Array(), y: new Float32Array() };
  private x: [number, number] = [0, 1];
  private y: [number, number] = [0, 1];
  private labels: [string, string] | null = ['', ''];
  private colors: string[] = [];
  private marked = new Set<number>();
  private brush: [number, number, number, number] | null = null;
  private cloud: ImageBitmap | HTMLCanvasElement | null = null;
  private observer: ResizeObserver;

  constructor(private onBrush: (places: number[], add: boolean) => void) {
    this.canvas = h('canvas', { tabindex: 0, role: 'img' });
    this.canvas.addEventListener('pointerdown', event => this.start(event));
    this.canvas.addEventListener('keydown', event => {
      if (event.key === 'Escape') this.onBrush([], false);
    });
    this.observer = new ResizeObserver(() => this.redraw());
    this.observer.observe(this.canvas);
  }

  /** Without labels it is a map, whose axes mean nothing and are not drawn. */
  show(points: Points, labels: [string, string] | null, colors: string[] = []): void {
    [this.points, this.labels, this.colors] = [points, labels, colors];
    [this.x, this.y] = [ends(points.x), ends(points.y)];
    let known = 0;
    for (let k = 0; k < points.x.length; k++) {
      if (!Number.isNaN(points.x[k] + points.y[k])) known++;
    }
    this.canvas.setAttribute('aria-label', `${known} points${labels ? `: ${labels[1]} against ${labels[0]}` : ' on a map'}; drag to select`);
    this.canvas.dataset.points = String(known);
    this.redraw();
  }

  mark(marked: Set<number>): void {
    this.marked = marked;
    this.paint();
  }

  dispose(): void {
    this.observer.disconnect();
  }

  private get box() {
    const width = this.canvas.clientWidth;
    const height = Math.round(Math.min(Math.max(width * 0.75, 220), 380));
    return { width, height, w: width - MARGIN.left - MARGIN.right, h: height - MARGIN.top - MARGIN.bottom };
  }

  private toX(value: number): number {
    return MARGIN.left + ((value - this.x[0]) / (this.x[1] - this.x[0])) * this.box.w;
  }

  private toY(value: number): number {
    return MARGIN.top + (1 - (value - this.y[0]) / (this.y[1] - this.y[0])) * this.box.h;
  }

  private colour(name: string): string {
    return getComputedStyle(this.canvas).getPropertyValue(`--nanoos-${name}`).trim() || '#666';
  }

  /** Draw axes and all points once; the selection and the brush are painted over a copy. */
  private redraw(): void {
    const { width, height } = this.box;
    if (width < 20) return;
    const ratio = window.devicePixelRatio || 1;
    const cloud = document.createElement('canvas');
    this.canvas.style.height = `${height}px`;
    [cloud.width, cloud.height] = [this.canvas.width, this.canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
    const context = cloud.getContext('2d');
    if (!context) return;
    context.scale(ratio, ratio);
    if (this.labels) this.axes(context, this.labels);
    const many = this.points.x.length;
    const size = many > 20_000 ? 2 : many > 2_000 ? 3 : 5;
    context.globalAlpha = many > 20_000 ? 0.35 : 0.7;
    context.fillStyle = this.colour('busy');
    const { shade } = this.points;
    if (!shade) this.dots(context, size, k => k < many);
    else {
      this.colors.forEach((color, at) => {
        context.fillStyle = color;
        this.dots(context, size, k => shade[k] === at);
      });
    }
    this.cloud = cloud;
    this.paint();
  }

  private dots(context: CanvasRenderingContext2D, size: number, wanted: (k: number) => boolean): void {
    const { x, y } = this.points;
    const box = this.box;
    const [kx, ky] = [box.w / (this.x[1] - this.x[0]), box.h / (this.y[1] - this.y[0])];
    const [ox, oy] = [MARGIN.left - this.x[0] * kx - size / 2, MARGIN.top + box.h + this.y[0] * ky - size / 2];
    for (let k = 0; k < x.length; k++) {
      if (wanted(k) && x[k] === x[k] && y[k] === y[k]) {
        context.fillRect(ox + x[k] * kx, oy - y[k] * ky, size, size);
      }
    }
  }

  private axes(context: CanvasRenderingContext2D, labels: [string, string]): void {
    const { width, height, w, h: tall } = this.box;
    context.fillStyle = context.strokeStyle = this.colour('quiet');
    context.font = `11px ${getComputedStyle(this.canvas).fontFamily}`;
    context.lineWidth = 1;
    context.globalAlpha = 0.25;
    const [xs, ys] = [niceTicks(...this.x, Math.max(2, Math.round(w / 90))), niceTicks(...this.y, 5)];
    context.beginPath();
    for (const tick of xs) {
      context.moveTo(this.toX(tick), MARGIN.top);
      context.lineTo(this.toX(tick), MARGIN.top + tall);
    }
    for (const tick of ys) {
      context.moveTo(MARGIN.left, this.toY(tick));
      context.lineTo(width - MARGIN.right, this.toY(tick));
    }
    context.stroke();
    context.globalAlpha = 1;
    const text = (value: number) => String(Number(value.toPrecision(4))).replace('-', '\u2212');
    context.textAlign = 'center';
    xs.forEach(tick => context.fillText(text(tick), this.toX(tick), height - MARGIN.bottom + 14));
    context.textAlign = 'right';
    ys.forEach(tick => context.fillText(text(tick), MARGIN.left - 5, this.toY(tick) + 4));
    context.fillStyle = this.colour('ink');
    context.textAlign = 'center';
    context.fillText(labels[0], MARGIN.left + w / 2, height - 6);
    context.save();
    context.translate(11, MARGIN.top + tall / 2);
    context.rotate(-Math.PI / 2);
    context.fillText(labels[1], 0, 0);
    context.restore();
  }

  private paint(): void {
    const context = this.canvas.getContext('2d');
    if (!context || !this.cloud) return;
    const ratio = window.devicePixelRatio || 1;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    context.drawImage(this.cloud, 0, 0);
    context.scale(ratio, ratio);
    if (this.marked.size) {
      context.fillStyle = this.colour('selected');
      this.dots(context, this.points.x.length > 20_000 ? 4 : 7, k => this.marked.has(k));
    }
    if (this.brush) {
      const [x0, y0, x1, y1] = this.brush;
      context.strokeStyle = this.colour('ink');
      context.setLineDash([4, 3]);
      context.strokeRect(Math.min(x0, x1), Math.min(y0, y1), Math.abs(x1 - x0), Math.abs(y1 - y0));
      context.setLineDash([]);
    }
  }

  private start(event: PointerEvent): void {
    event.preventDefault();
    this.canvas.focus({ preventScroll: true });
    this.canvas.setPointerCapture(event.pointerId);
    const [x, y] = [event.offsetX, event.offsetY];
    this.brush = [x, y, x, y];
    const move = (moved: PointerEvent) => {
      this.brush = [x, y, moved.offsetX, moved.offsetY];
      this.paint();
    };
    const end = (ended: PointerEvent) => {
      this.canvas.removeEventListener('pointermove', move);
      this.canvas.removeEventListener('pointerup', end);
      this.canvas.removeEventListener('pointercancel', end);
      const found = ended.type === 'pointerup' ? this.inside() : null;
      this.brush = null;
      this.paint();
      if (found) this.onBrush(found, ended.shiftKey || ended.ctrlKey || ended.metaKey);
    };
    this.canvas.addEventListener('pointermove', move);
    this.canvas.addEventListener('pointerup', end);
    this.canvas.addEventListener('pointercancel', end);
  }

  /** The points within the brush; a mere click takes what lies within a few pixels. */
  private inside(): number[] {
    if (!this.brush) return [];
    let [x0, y0, x1, y1] = this.brush;
    if (x1 < x0) [x0, x1] = [x1, x0];
    if (y1 < y0) [y0, y1] = [y1, y0];
    if (x1 - x0 < 3 && y1 - y0 < 3) [x0, y0, x1, y1] = [x0 - 4, y0 - 4, x1 + 4, y1 + 4];
    const box = this.box;
    const valueX = (at: number) => this.x[0] + ((at - MARGIN.left) / box.w) * (this.x[1] - this.x[0]);
    const valueY = (at: number) => this.y[0] + (1 - (at - MARGIN.top) / box.h) * (this.y[1] - this.y[0]);
    const [left, right, low, high] = [valueX(x0), valueX(x1), valueY(y1), valueY(y0)];
    const { x, y } = this.points;
    const found: number[] = [];
    for (let k = 0; k < x.length; k++) {
      if (x[k] >= left && x[k] <= right && y[k] >= low && y[k] <= high) found.push(k);
    }
    return found;
  }
}
