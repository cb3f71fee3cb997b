/** The bar under a trajectory: play, a slider, where it stands; and the plot of what changes. */

import { h } from '@nanoos/look';
import { brief } from '../overlay/overlay';
import { Frames } from '../scene/frames';
import { icon } from './icons';
import { Plot } from './plot';

const FRAMES_PER_SECOND = 15;

export class Player {
  readonly element: HTMLElement;
  private readonly _frames: Frames;
  private readonly _go: (frame: number) => void;
  private readonly _button: HTMLButtonElement;
  private readonly _slider: HTMLInputElement;
  private readonly _counter = h('output', { 'aria-live': 'off' });
  private readonly _plot: Plot | null;
  private _frame = 0;
  private _timer = 0;

  /** @param go Called with the frame to show; it then calls `show`. */
  constructor(frames: Frames, go: (frame: number) => void) {
    this._frames = frames;
    this._go = go;
    this._button = h('button', { type: 'button', class: 'nanoos-viewer-play', 'data-action': 'play', onclick: () => this.toggle() });
    this._slider = h('input', { type: 'range', min: 0, max: frames.count - 1, step: 1, value: 0, 'aria-label': 'Frame' });
    this._slider.addEventListener('input', () => {
      this.pause();
      go(Number(this._slider.value));
    });
    this._slider.addEventListener('keydown', event => event.key !== 'Escape' && event.key !== ' ' && event.stopPropagation());
    this._plot = frames.values ? new Plot(frames.values, frame => (this.pause(), go(frame))) : null;
    const track = h('div', { class: 'nanoos-viewer-track', role: 'group', 'aria-label': 'Frames' }, this._button, this._slider, this._counter);
    this.element = h('div', {}, this._plot?.element, track);
    this._drawButton();
    this.show(0);
  }

  get playing(): boolean {
    return this._timer !== 0;
  }

  /** Say which frame is shown. */
  show(frame: number): void {
    this._frame = frame;
    this._slider.value = String(frame);
    this._counter.textContent = `${frame + 1} / ${this._frames.count}`;
    this._slider.setAttribute('aria-valuetext', this.told());
    this._plot?.setFrame(frame);
  }

  /** The frame in words: its number, time and value. */
  told(): string {
    const { count, times, values } = this._frames;
    const part = (series: typeof values) => (series ? `, ${series.name} ${brief(series.data[this._frame])} ${series.unit}` : '');
    return `frame ${this._frame + 1} of ${count}${part(times)}${part(values)}`;
  }

  play(fps = FRAMES_PER_SECOND): void {
    this.pause();
    const start = performance.now();
    const from = this._frame === this._frames.count - 1 ? 0 : this._frame;
    let last = -1;
    const step = (now: number) => {
      this._timer = requestAnimationFrame(step);
      const passed = Math.max(0, Math.floor(((now - start) * fps) / 1000));
      if (passed !== last) {
        last = passed;
        this._go((from + passed) % this._frames.count);
      }
    };
    this._timer = requestAnimationFrame(step);
    this._drawButton();
  }

  pause(): void {
    cancelAnimationFrame(this._timer);
    this._timer = 0;
    this._drawButton();
  }

  toggle(): void {
    this.playing ? this.pause() : this.play();
  }

  redraw(): void {
    this._plot?.draw();
  }

  dispose(): void {
    this.pause();
    this.element.remove();
  }

  private _drawButton(): void {
    const title = this.playing ? 'Pause (space)' : 'Play (space)';
    this._button.replaceChildren(icon(this.playing ? 'pause' : 'play'));
    this._button.title = title;
    this._button.setAttribute('aria-label', title);
  }
}
