/** The viewer's elements in the page: a stage with the picture, what is said beside it, and room for a trajectory. */

import { h } from '@nanoos/look';
import { ensureStyle } from './style';

export class Shell {
  readonly canvas = h('canvas');
  readonly stage: HTMLElement;
  readonly root: HTMLElement;
  private readonly _said = h('div', { class: 'nanoos-viewer-said', 'aria-live': 'polite' });
  private readonly _hint = h('div', { class: 'nanoos-viewer-hint' });

  constructor(...over: HTMLElement[]) {
    this.stage = h('div', { class: 'nanoos-viewer-stage' }, this.canvas, this._hint, ...over, this._said);
    const place = { class: 'nanoos-viewer nanoos-ui', tabindex: 0, role: 'application', 'data-lm-suppress-shortcuts': 'true' };
    this.root = h('div', place, this.stage);
  }

  /** Go into the page. */
  enter(host: HTMLElement): void {
    host.appendChild(this.root);
    ensureStyle(this.root);
  }

  /** Say to those who cannot see what is shown and which keys there are. */
  describe(title: string, plays: boolean): void {
    this.root.setAttribute(
      'aria-label',
      `Structure of ${title}: drag or arrow keys turn, shift moves, plus and minus zoom, 0 resets; n and p walk through ` +
        `the atoms and Enter chooses one; s style, l labels, m measure, a b c look along${plays ? ', space plays, comma and dot step' : ''}`
    );
  }

  /** Make the canvas as large as it is shown. */
  resize(width: number, height: number): void {
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    }
  }

  /** Tell those who cannot see the picture what has changed. */
  say(text: string): void {
    this._said.textContent = text;
  }

  /** Write a line above the picture, or take it away. */
  hint(text: string): void {
    this._hint.textContent = text;
  }
}
