/** A structure to look at, with its facts beside it and the options of its drawing above: for files and for labs. */

import { Widget } from '@lumino/widgets';
import { h } from '@nanoos/look';
import type { Viewer } from '@nanoos/viewer-core';
import { button, choice, dress, factsOf, trouble } from './parts';

/** What the server answers about a structure. */
export interface Drawing {
  scene: { title?: string; facts?: unknown };
  structures?: string[];
  count?: number;
  which?: number | null;
}

export interface DrawingOptions {
  style: string;
  supercell: string;
  bonds: string;
  which?: number;
  [name: string]: string | number | boolean | undefined;
}

const STYLES = [
  ['ball-and-stick', 'Ball and stick'],
  ['polyhedra', 'Polyhedra'],
  ['space-filling', 'Space filling'],
  ['wireframe', 'Wireframe']
] as const;
const BONDS = [
  ['yes', 'Usual'],
  ['all', 'All'],
  ['no', 'None']
] as const;
const NARROW = 560;

export class StructurePane extends Widget {
  private _options: DrawingOptions = { style: 'ball-and-stick', supercell: '1,1,1', bonds: 'yes' };
  private _asking: AbortController | null = null;
  private _viewer: Viewer | null = null;
  private _picture = h('div', { class: 'nl-picture' });
  private _side = h('aside', { class: 'nl-side', 'aria-label': 'Facts' });
  private _wait = h('div', { class: 'nl-wait', role: 'status' });
  private _body = h('div', { class: 'nl-body' }, this._picture, this._side, this._wait);
  private _chooser = h('span', {});
  private _resize = new ResizeObserver(() => this._body.classList.toggle('narrow', this._body.clientWidth < NARROW));

  /**
   * @param _ask gives the drawing with these options
   * @param open what "Open in lab" does; the button is left out without it
   */
  constructor(
    private _ask: (options: DrawingOptions, signal: AbortSignal) => Promise<Drawing>,
    open?: (which: number | null) => void
  ) {
    super();
    this.addClass('nl');
    this.addClass('nl-view');
    dress(this.node);
    const bar = h(
      'div',
      { class: 'nl-bar', role: 'toolbar', 'aria-label': 'Drawing' },
      this._chooser,
      choice('Style', STYLES, this._options.style, style => this._change({ style })),
      this._cells(),
      choice('Bonds', BONDS, this._options.bonds, bonds => this._change({ bonds })),
      h('span', { class: 'nl-space' }),
      open && button('Open in lab', () => open(this._options.which ?? null), { class: 'nl-button main' })
    );
    this.node.append(bar, this._body);
    this._resize.observe(this._body);
  }

  /** Ask for the drawing again, for example since the file has changed. */
  async refresh(): Promise<void> {
    this._asking?.abort();
    const asking = (this._asking = new AbortController());
    this._wait.textContent = 'Reading …';
    try {
      const [drawing, core] = await Promise.all([this._ask(this._options, asking.signal), import('@nanoos/viewer-core')]);
      if (asking.signal.aborted || this.isDisposed) {
        return;
      }
      this._show(drawing, core.showScene);
    } catch (error) {
      if (!asking.signal.aborted && !this.isDisposed) {
        this._clear();
        this._side.replaceChildren();
        this._side.hidden = true;
        this._picture.append(trouble(error, () => void this.refresh()));
      }
    } finally {
      if (this._asking === asking) {
        this._wait.textContent = '';
      }
    }
  }

  dispose(): void {
    if (!this.isDisposed) {
      this._asking?.abort();
      this._resize.disconnect();
      this._clear();
      super.dispose();
    }
  }

  private _show(drawing: Drawing, showScene: typeof import('@nanoos/viewer-core').showScene): void {
    this._clear();
    this._viewer = showScene(this._picture, drawing.scene, {});
    const facts = factsOf(String(drawing.scene.title ?? ''), drawing.scene.facts);
    this._side.replaceChildren(...(facts ? [facts] : []));
    this._side.hidden = !facts;
    this._choose(drawing);
  }

  private _clear(): void {
    this._viewer?.dispose();
    this._viewer = null;
    this._picture.replaceChildren();
  }

  private _change(options: Partial<DrawingOptions>): void {
    this._options = { ...this._options, ...options };
    void this.refresh();
  }

  private _choose(drawing: Drawing): void {
    const names = drawing.structures ?? [];
    if (names.length < 2 || this._chooser.childElementCount) {
      return;
    }
    const entries = names.map((name, k) => [String(k), name] as const);
    this._chooser.append(
      choice(`${drawing.count} structures`, entries, String(drawing.which ?? 0), k => this._change({ which: Number(k) }))
    );
  }

  private _cells(): HTMLElement {
    const inputs = ['a', 'b', 'c'].map(axis =>
      h('input', {
        type: 'number', min: 1, max: 8, step: 1, value: 1, 'aria-label': `cells along ${axis}`,
        onchange: () => {
          const counts = inputs.map(input => Math.min(8, Math.max(1, Math.round(Number(input.value)) || 1)));
          inputs.forEach((input, k) => (input.value = String(counts[k])));
          this._change({ supercell: counts.join(',') });
        }
      })
    );
    return h('span', { class: 'nl-field', role: 'group', 'aria-label': 'Supercell' }, h('span', {}, 'Cells'), ...inputs);
  }
}
