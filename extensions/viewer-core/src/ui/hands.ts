/** What hands do with atoms: point at, choose, measure and walk through them; and what each key means. */

import { h } from '@nanoos/look';
import { GIZMO, axisTips } from '../overlay/overlay';
import { told } from '../view/measure';
import { pick } from '../view/picking';
import { measured, nameOf } from '../view/selection';
import type { Viewer } from '../viewer';

export class Hands {
  readonly label = h('div', { class: 'nanoos-viewer-label', 'aria-hidden': 'true' });
  private readonly _viewer: Viewer;

  constructor(viewer: Viewer) {
    this._viewer = viewer;
  }

  leave(): void {
    this.label.style.visibility = 'hidden';
  }

  private _under(x: number, y: number): number {
    return this._viewer.drawing ? pick(this._viewer.view, this._viewer.drawing.moment.positions, this._viewer.drawing.radii, x, y) : -1;
  }

  hover(x: number, y: number): void {
    const atom = this._under(x, y);
    const axis = atom < 0 ? this._axisUnder(x, y) : null;
    this._viewer.setCursor(atom < 0 && !axis ? '' : 'pointer');
    if (atom < 0 && !axis) {
      this.label.style.visibility = 'hidden';
      return;
    }
    this.label.textContent = axis ? `look along ${axis}` : nameOf(this._viewer.scene, atom);
    this.label.style.visibility = 'visible';
    const left = Math.min(x + 12, this._viewer.view.width - this.label.offsetWidth - 4);
    this.label.style.transform = `translate(${Math.max(left, 2)}px, ${Math.max(y - 30, 2)}px)`;
  }

  /** The letter of the axes under a point. */
  private _axisUnder(x: number, y: number): 'a' | 'b' | 'c' | null {
    if (!this._viewer.drawing || x > GIZMO.x + GIZMO.reach || y < this._viewer.view.height - GIZMO.y - GIZMO.reach) {
      return null;
    }
    const tips = axisTips(this._viewer.writing())?.map(tip => ({ ...tip, away: Math.hypot(tip.x - x, tip.y - y) }));
    const best = tips?.sort((p, q) => p.away - q.away)[0];
    return best && best.away < 16 ? best.name : null;
  }

  click(x: number, y: number, add: boolean): void {
    const atom = this._under(x, y);
    const axis = atom < 0 ? this._axisUnder(x, y) : null;
    if (axis) {
      this._viewer.lookAlong(axis);
      return;
    }
    this.choose(atom, add);
    this.hover(x, y);
  }

  /** Select or measure an atom, or nothing (-1). */
  choose(atom: number, add: boolean): void {
    if (this._viewer.selection.measuring) {
      const chain = this._viewer.selection.extend(atom);
      const result = chain && measured(this._viewer.scene, this._viewer.drawing!.moment.positions, chain);
      this._viewer.mark();
      if (result) {
        this._viewer.say(`${result.kind} ${told(result.kind, result.value)}`);
        this._viewer.options.onMeasure?.(result);
      } else if (chain) {
        this._viewer.say(nameOf(this._viewer.scene, atom));
      }
      return;
    }
    this._viewer.selection.click(atom < 0 ? -1 : this._viewer.scene.sites[atom], add);
    this._viewer.mark();
    const sites = [...this._viewer.selection.sites].sort((p, q) => p - q);
    this._viewer.say(sites.length ? `${sites.length === 1 ? 'selected site' : 'selected sites'} ${sites.join(', ')}` : 'nothing selected');
    this._viewer.options.onSelect?.(sites);
  }

  /** Walk from atom to atom by keys. */
  private _walk(step: number): void {
    const count = this._viewer.scene.sites.length;
    if (count) {
      const { cursor } = this._viewer.selection;
      this._viewer.selection.cursor = cursor < 0 ? (step > 0 ? 0 : count - 1) : (cursor + step + count) % count;
      this._viewer.say(nameOf(this._viewer.scene, this._viewer.selection.cursor));
      this._viewer.mark();
    }
  }

  private _escape(): boolean {
    const { cursor } = this._viewer.selection;
    this._viewer.selection.cursor = -1;
    if (this._viewer.closeMenu()) {
      return true;
    }
    const cleared = this._viewer.selection.clearMeasures();
    if (cleared || cursor >= 0) {
      this._viewer.mark();
      this._viewer.say('cleared');
    } else if (this._viewer.selection.measuring) {
      this._viewer.setMeasuring(false);
    } else {
      return false;
    }
    return true;
  }

  key(name: string, shift: boolean): boolean {
    const frames = this._viewer.scene.frames;
    const step = (by: number) => (this._viewer.pause(), this._viewer.goTo(this._viewer.frame + by));
    const keys: Record<string, (() => void) | false> = {
      '0': () => this._viewer.reset(),
      s: () => this._viewer.nextStyle(),
      o: () => this._viewer.toggleOrthographic(),
      m: () => this._viewer.setMeasuring(!this._viewer.selection.measuring),
      l: () => this._viewer.nextLabels(),
      f: () => this._viewer.toggleFullScreen(),
      a: () => this._viewer.lookAlong('a'),
      b: () => this._viewer.lookAlong('b'),
      c: () => this._viewer.lookAlong('c'),
      n: () => this._walk(1),
      p: () => this._walk(-1),
      Enter: () => this.choose(this._viewer.selection.cursor, shift),
      ' ': frames !== null && (() => this._viewer.player?.toggle()),
      '.': frames !== null && (() => step(1)),
      ',': frames !== null && (() => step(-1)),
      Home: frames !== null && (() => step(-this._viewer.frame)),
      End: frames !== null && (() => step(frames.count))
    };
    if (name === 'Escape') {
      return this._escape();
    }
    const act = keys[name];
    act && act();
    return !!act;
  }
}
