/** The small plot under a trajectory: one value per frame; a click or drag goes to the frame. */

import { h } from '@nanoos/look';
import { brief } from '../overlay/overlay';
import { FONT } from '../overlay/shapes';
import { Series } from '../scene/frames';

const LEFT = 64;
const RIGHT = 10;
const TOP = 8;
const BOTTOM = 10;

export class Plot {
  readonly element: HTMLElement;
  private readonly _canvas = h('canvas', { 'aria-hidden': 'true' });
  private readonly _series: Series;
  private _frame = 0;

  constructor(series: Series, go: (frame: number) => void) {
    this._series = series;
    const name = series.unit ? `${series.name} in ${series.unit}` : series.name;
    this.element = h('div', { class: 'nanoos-viewer-plot', role: 'img', 'aria-label': `${name} by frame; click to go to a frame` }, this._canvas);
    const jump = (event: PointerEvent) => {
      const box = this._canvas.getBoundingClientRect();
      const share = (event.clientX - box.left - LEFT) / Math.max(box.width - LEFT - RIGHT, 1);
      go(Math.round(Math.min(Math.max(share, 0), 1) * (series.data.length - 1)));
    };
    this.element.addEventListener('pointerdown', event => {
      this.element.setPointerCapture(event.pointerId);
      jump(event);
    });
    this.element.addEventListener('pointermove', event => event.buttons & 1 && jump(event));
  }

  setFrame(frame: number): void {
    this._frame = frame;
    this.draw();
  }

  draw(): void {
    const { clientWidth: width, clientHeight: height } = this._canvas;
    if (!width || !height) {
      return;
    }
    const ratio = window.devicePixelRatio || 1;
    this._canvas.width = Math.round(width * ratio);
    this._canvas.height = Math.round(height * ratio);
    const context = this._canvas.getContext('2d')!;
    context.scale(ratio, ratio);
    const look = getComputedStyle(this.element);
    const accent = look.getPropertyValue('--nanoos-accent') || '#0b68b0';
    const { data, name, unit } = this._series;
    const known = data.filter(value => Number.isFinite(value));
    const low = known.reduce((least, value) => Math.min(least, value), Infinity);
    const high = known.reduce((most, value) => Math.max(most, value), -Infinity);
    const x = (k: number) => LEFT + ((width - LEFT - RIGHT) * k) / Math.max(data.length - 1, 1);
    const y = (value: number) => height - BOTTOM - (height - TOP - BOTTOM) * (high > low ? (value - low) / (high - low) : 0.5);
    context.strokeStyle = context.fillStyle = look.color;
    context.globalAlpha = 0.25;
    context.strokeRect(LEFT - 0.5, TOP - 4.5, width - LEFT - RIGHT + 1, height - TOP - BOTTOM + 9);
    context.globalAlpha = 0.85;
    context.font = `11px ${FONT}`;
    context.textAlign = 'right';
    if (known.length) {
      context.fillText(brief(high), LEFT - 5, TOP + 4);
      context.fillText(brief(low), LEFT - 5, height - BOTTOM + 3);
    }
    context.fillText(unit || name, LEFT - 5, height / 2 + 4);
    context.globalAlpha = 1;
    context.strokeStyle = accent;
    context.lineWidth = 1.5;
    context.beginPath();
    data.forEach((value, k) => Number.isFinite(value) && context.lineTo(x(k), y(value)));
    context.stroke();
    const value = data[this._frame];
    context.globalAlpha = 0.5;
    context.beginPath();
    context.moveTo(x(this._frame), TOP - 4);
    context.lineTo(x(this._frame), height - BOTTOM + 4);
    context.stroke();
    context.globalAlpha = 1;
    context.fillStyle = accent;
    context.beginPath();
    if (Number.isFinite(value)) {
      context.arc(x(this._frame), y(value), 4, 0, 7);
    }
    context.fill();
  }
}
