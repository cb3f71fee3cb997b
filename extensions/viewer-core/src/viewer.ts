/**
 * The viewer: a frame in the page that joins a scene, a camera, a painter, and what people do. It paints only when
 * something changed and only while it is on screen.
 */

import { h } from '@nanoos/look';
import { Drawing, Shown } from './drawing/drawing';
import { Painter, acquirePainter, releasePainter } from './drawing/painter';
import { toGLB } from './export/glb';
import { toPNG } from './export/png';
import { toSVG } from './export/svg';
import { LABELS, LabelMode } from './overlay/labels';
import { GIZMO, Inks, Writing, axisTips, overlayOf, roomBelow } from './overlay/overlay';
import { paintShapes } from './overlay/shapes';
import { STYLES, Scene, Style, radiiOf, readScene } from './scene/scene';
import { attachControls } from './ui/controls';
import { menuOf } from './ui/menus';
import { Player } from './ui/player';
import { ensureStyle } from './ui/style';
import { Toolbar } from './ui/toolbar';
import { watch } from './ui/watch';
import { CameraState, Direction, View } from './view/camera';
import { Measured, told } from './view/measure';
import { Pace } from './view/pace';
import { pick } from './view/picking';
import { Selection, measured, nameOf } from './view/selection';

export interface ViewerOptions {
  /** Called with site indices when somebody clicks. */
  onSelect?: (sites: number[]) => void;
  /** Called when somebody changes the style. */
  onStyle?: (style: Style) => void;
  /** Called when somebody goes to another frame, or it plays. */
  onFrame?: (frame: number) => void;
  /** Called when somebody turns, moves or zooms. */
  onCamera?: (camera: CameraState) => void;
  /** Called when somebody measures. */
  onMeasure?: (measured: Measured) => void;
  /** An SVG to show where there is no WebGL. */
  still?: string;
}

export class Viewer {
  readonly root: HTMLElement;
  readonly view = new View();
  readonly shown: Shown = { bonds: true, cell: true, polyhedra: true, surfaces: true, vectors: true, axes: true, legend: true };
  private _scene!: Scene;
  private _style: Style = 'ball-and-stick';
  private _labels: LabelMode = 'none';
  private _frame = 0;
  private _drawing: Drawing | null = null;
  private _painter: Painter | null;
  private _player: Player | null = null;
  private readonly _selection = new Selection();
  private readonly _pace = new Pace(sharp => this._paint(sharp));
  private readonly _canvas = h('canvas');
  private readonly _label = h('div', { class: 'nanoos-viewer-label', 'aria-hidden': 'true' });
  private readonly _said = h('div', { class: 'nanoos-viewer-said', 'aria-live': 'polite' });
  private readonly _hint = h('div', { class: 'nanoos-viewer-hint' });
  private readonly _stage: HTMLElement;
  private readonly _toolbar: Toolbar;
  private readonly _options: ViewerOptions;
  private _fitted = false;
  private _touched = false;
  private _cleanup: (() => void)[] = [];

  constructor(host: HTMLElement, json: unknown, options: ViewerOptions = {}) {
    this._options = options;
    const scene = readScene(json);
    this._painter = acquirePainter(); // throws where there is no WebGL, before anything is in the page
    this._toolbar = new Toolbar({
      style: () => this.nextStyle(),
      projection: () => this.toggleOrthographic(),
      measure: () => this.setMeasuring(!this._selection.measuring),
      reset: () => this.reset(),
      menu: () => menuOf(this)
    });
    this._stage = h('div', { class: 'nanoos-viewer-stage' }, this._canvas, this._hint, this._toolbar.element, this._label, this._said);
    this.root = h('div', { class: 'nanoos-viewer nanoos-ui', tabindex: 0, role: 'application', 'data-lm-suppress-shortcuts': 'true' }, this._stage);
    Object.assign(this.root, { viewer: this }); // for whoever finds the element in a page
    host.appendChild(this.root);
    ensureStyle(this.root);
    this._take(scene);
    this._observe();
  }

  get scene(): Scene {
    return this._scene;
  }

  get style(): Style {
    return this._style;
  }

  get labels(): LabelMode {
    return this._labels;
  }

  get frame(): number {
    return this._frame;
  }

  get camera(): CameraState {
    this._settle();
    return this.view.state;
  }

  get measuring(): boolean {
    return this._selection.measuring;
  }

  setScene(json: unknown): void {
    this._take(readScene(json));
    this.redraw();
  }

  setStyle(style: Style): void {
    if (style !== this._style && STYLES.includes(style)) {
      this._style = style;
      this._drawing?.setStyle(style);
      this._toolbar.refresh();
      this.redraw();
    }
  }

  /** Go to the next style that shows something else. */
  nextStyle(): void {
    const styles = this.styles();
    this.chooseStyle(styles[(styles.indexOf(this._style) + 1) % styles.length]);
  }

  /** Set the style as a person does, who is then told. */
  chooseStyle(style: Style): void {
    this.setStyle(style);
    this.say(`style: ${style}`);
    this._options.onStyle?.(style);
  }

  styles(): Style[] {
    return STYLES.filter(style => style !== 'polyhedra' || this._scene.faces.length > 0);
  }

  /** Mark sites of the structure, every copy of them. */
  setSelected(sites: Iterable<number>): void {
    this._selection.sites = new Set(sites);
    this._mark();
  }

  setFrame(frame: number): void {
    const last = (this._scene.frames?.count ?? 1) - 1;
    const next = Math.min(Math.max(Math.round(frame), 0), last);
    if (next !== this._frame && Number.isFinite(next)) {
      this._frame = next;
      this._drawing?.setFrame(next);
      this._player?.show(next);
      this._pace.moved();
    }
  }

  /** Go to a frame as a person does; whoever listens is told. */
  goTo(frame: number): void {
    const before = this._frame;
    this.setFrame(frame);
    if (this._frame !== before) {
      this._options.onFrame?.(this._frame);
      if (!this._player?.playing) {
        this.say(this._player?.told() ?? '');
      }
    }
  }

  play(fps?: number): void {
    this._player?.play(fps);
  }

  pause(): void {
    this._player?.pause();
  }

  /** Look from where another viewer does; nobody is told. */
  setCamera(camera: CameraState): void {
    this._settle();
    this.view.state = camera;
    this._touched = true;
    this._toolbar.press('projection', camera.orthographic);
    this._pace.moved();
  }

  lookAlong(direction: Direction): void {
    this.view.lookAlong(direction, this._drawing?.moment.lattice ?? this._scene.lattice);
    this._settle(true);
    this._touched = true;
    this.say(`looking along ${Array.isArray(direction) ? direction.join(' ') : direction}`);
    this._turned();
  }

  setOrthographic(on: boolean): void {
    this.view.orthographic = on;
    this._toolbar.press('projection', on);
    this._toolbar.refresh();
    this.redraw();
  }

  toggleOrthographic(): void {
    this.setOrthographic(!this.view.orthographic);
    this.say(this.view.orthographic ? 'orthographic' : 'perspective');
    this._turned();
  }

  setLabels(mode: LabelMode): void {
    this._labels = LABELS.includes(mode) ? mode : 'none';
    this._toolbar.refresh();
    this.redraw();
  }

  setVisible(shown: Partial<Shown>): void {
    Object.assign(this.shown, shown);
    this._drawing?.setShown(this.shown);
    this._toolbar.refresh();
    this.redraw();
  }

  setMeasuring(on: boolean): void {
    this._selection.measuring = on;
    this.root.classList.toggle('is-measuring', on);
    this._toolbar.press('measure', on);
    this._toolbar.refresh();
    this._hint.textContent = on ? 'Click 2 atoms for a distance, 3 for an angle, 4 for a dihedral · Esc clears' : '';
    this.say(on ? 'measuring: choose two, three or four atoms' : 'measuring is off');
  }

  reset(): void {
    this._initial();
    this._fitted = false;
    this._touched = false;
    this._settle();
    this._turned();
  }

  redraw(): void {
    this._pace.changed();
  }

  /** A picture as PNG, `scale` times as large as on screen. */
  async toPNG(scale = 2, transparent = false): Promise<Blob> {
    this._ready();
    const paper = transparent ? null : this._inks().paper;
    return toPNG(this._painter!, this._drawing!, this._writing(), scale, paper, this._dark());
  }

  /** The present view as an SVG drawing. */
  toSVG(): string {
    this._ready();
    return toSVG(this._writing(), this._style, new Set(this._selection.sites));
  }

  /** The present frame as binary glTF. */
  async toGLB(): Promise<Blob> {
    this._ready();
    return toGLB(this._scene, this._style, this.shown, this._drawing!.moment);
  }

  /** Paint `count` pictures while turning, each to its end, and return the mean time of one in ms. */
  async measureFrames(count: number): Promise<number> {
    this._ready();
    const before = this.view.state;
    const start = performance.now();
    for (let k = 0; k < count; k++) {
      this.view.rotate(5, 2);
      this._paint(false);
      this._painter!.finish();
    }
    const mean = (performance.now() - start) / count;
    this.view.state = before;
    this.redraw();
    return mean;
  }

  /** Tell those who cannot see the picture what has changed. */
  say(text: string): void {
    this._said.textContent = text;
  }

  /** Tell everybody that something did not work. */
  complain(text: string): void {
    this._hint.textContent = text;
    this.say(text);
  }

  dispose(): void {
    this._pace.stop();
    this._cleanup.splice(0).forEach(undo => undo());
    this._player?.dispose();
    this._toolbar.dispose();
    this._drawing?.dispose();
    this._drawing = null;
    if (this._painter) {
      releasePainter();
      this._painter = null;
    }
    this.root.remove();
  }

  /** Show a scene from its beginning. */
  private _take(scene: Scene): void {
    this._scene = scene;
    this._style = scene.style;
    this._frame = 0;
    this._selection.clear();
    this._drawing?.dispose();
    this._drawing = null;
    this._player?.dispose();
    this._player = scene.frames && scene.frames.count > 1 ? new Player(scene.frames, frame => this.goTo(frame)) : null;
    if (this._player) {
      this.root.append(this._player.element);
    }
    this._initial();
    this._fitted = false;
    this._touched = false;
    this.root.setAttribute(
      'aria-label',
      `Structure of ${scene.title}: drag or arrow keys turn, shift moves, plus and minus zoom, 0 resets; n and p walk through ` +
        `the atoms and Enter chooses one; s style, l labels, m measure, a b c look along${this._player ? ', space plays, comma and dot step' : ''}`
    );
    this._toolbar.refresh();
  }

  private _initial(): void {
    const [right, up, towards] = this._scene.view;
    this.view.lookFrom(right, up, towards);
  }

  private _observe(): void {
    this._cleanup.push(
      watch(this._stage, {
        resized: () => this._resize(),
        seen: visible => {
          this._pace.visible = visible;
          this.redraw();
        },
        recolored: () => {
          this._player?.redraw();
          this.redraw();
        }
      }),
      this._painter!.onRestored(() => this.redraw()),
      attachControls(this.root, this._canvas, {
        rotate: (dx, dy) => (this.view.rotate(dx, dy), this._turned()),
        pan: (dx, dy) => (this.view.move(dx, dy), this._turned()),
        zoom: (factor, x, y) => (this.view.zoom(factor, x, y), this._turned()),
        hover: (x, y) => this._hover(x, y),
        leave: () => (this._label.style.visibility = 'hidden'),
        click: (x, y, add) => this._click(x, y, add),
        key: (name, shift) => this._key(name, shift)
      })
    );
  }

  /** The camera has moved by somebody's hand. */
  private _turned(): void {
    this._touched = true;
    this._pace.moved();
    this._options.onCamera?.(this.view.state);
  }

  private _resize(): void {
    const { clientWidth: width, clientHeight: height } = this._stage;
    const { view } = this;
    if (width && height && (width !== view.width || height !== view.height)) {
      if (!this._touched) {
        this._fitted = false; // nobody has turned it yet: fill the new frame
      } else {
        view.scale *= Math.min(width / view.width, height / view.height);
      }
      view.width = width;
      view.height = height;
      this._player?.redraw();
      this.redraw();
    }
  }

  /** Fit the picture into its frame if that is to be done. */
  private _settle(anyway = false): void {
    const { view, _scene: scene } = this;
    if ((!this._fitted || anyway) && view.width) {
      const moment = this._drawing?.moment ?? new Drawing(scene, this._style).moment;
      const below = roomBelow(scene, this.shown, view.width, view.height);
      view.fit(scene, moment, radiiOf(scene, this._style), { left: 0, right: 0, top: 0, bottom: below });
      this._fitted = true;
    }
  }

  /** Make what a picture needs. */
  private _ready(): void {
    if (!this._drawing) {
      this._drawing = new Drawing(this._scene, this._style);
      this._drawing.setShown(this.shown);
      this._drawing.setFrame(this._frame);
      this._mark();
    }
    this._settle();
  }

  private _paint(sharp: boolean): void {
    const { view, _painter: painter } = this;
    if (!painter || !view.width || painter.lost) {
      return;
    }
    this._ready();
    const device = Math.min(window.devicePixelRatio || 1, 2);
    const [width, height] = [Math.round(view.width * device), Math.round(view.height * device)];
    if (this._canvas.width !== width || this._canvas.height !== height) {
      this._canvas.width = width;
      this._canvas.height = height;
    }
    const drawing = this._drawing!;
    const ratio = this._pace.ratio(sharp);
    drawing.setInk(this._dark());
    const start = performance.now();
    const context = this._canvas.getContext('2d')!;
    const shot = view.shot(drawing.group, ratio);
    drawing.prepare(view.width * ratio, view.height * ratio, ratio, drawing.group.matrix);
    painter.paint(shot, context);
    this.root.dataset.calls = String(painter.calls);
    if (sharp) {
      painter.finish();
      this._pace.took(performance.now() - start);
    }
    paintShapes(context, overlayOf(this._writing()), device);
    this.root.dataset.painted = '1';
    if (sharp) {
      this.root.dataset.ready = '1';
    }
  }

  private _writing(): Writing {
    const { _scene: scene, _drawing: drawing, view, shown, _labels: labels } = this;
    const measures = this._selection.chains.map(atoms => ({ atoms, measured: measured(scene, drawing!.moment.positions, atoms) }));
    return { scene, view, drawing: drawing!, shown, labels, measures, inks: this._inks() };
  }

  private _dark(): boolean {
    const [r, g, b] = (getComputedStyle(this.root).color.match(/[\d.]+/g) ?? ['0', '0', '0']).map(Number);
    return 0.3 * r + 0.59 * g + 0.11 * b > 128;
  }

  private _inks(): Inks {
    return this._dark()
      ? { text: '#e6e8ea', quiet: '#a4abb2', paper: '#15181b' }
      : { text: '#212529', quiet: '#5c636a', paper: '#ffffff' };
  }

  private _mark(): void {
    const { sites, chains, cursor } = this._selection;
    this._drawing?.setMarked(sites, [...chains.flat(), ...(cursor >= 0 ? [cursor] : [])]);
    this.redraw();
  }

  private _under(x: number, y: number): number {
    return this._drawing ? pick(this.view, this._drawing.moment.positions, this._drawing.radii, x, y) : -1;
  }

  private _hover(x: number, y: number): void {
    const atom = this._under(x, y);
    const axis = atom < 0 ? this._axisUnder(x, y) : null;
    this._canvas.style.cursor = atom < 0 && !axis ? '' : 'pointer';
    if (atom < 0 && !axis) {
      this._label.style.visibility = 'hidden';
      return;
    }
    this._label.textContent = axis ? `look along ${axis}` : nameOf(this._scene, atom);
    this._label.style.visibility = 'visible';
    const left = Math.min(x + 12, this.view.width - this._label.offsetWidth - 4);
    this._label.style.transform = `translate(${Math.max(left, 2)}px, ${Math.max(y - 30, 2)}px)`;
  }

  /** The letter of the axes under a point. */
  private _axisUnder(x: number, y: number): 'a' | 'b' | 'c' | null {
    if (!this._drawing || x > GIZMO.x + GIZMO.reach || y < this.view.height - GIZMO.y - GIZMO.reach) {
      return null;
    }
    const tips = axisTips(this._writing())?.map(tip => ({ ...tip, away: Math.hypot(tip.x - x, tip.y - y) }));
    const best = tips?.sort((p, q) => p.away - q.away)[0];
    return best && best.away < 16 ? best.name : null;
  }

  private _click(x: number, y: number, add: boolean): void {
    const atom = this._under(x, y);
    const axis = atom < 0 ? this._axisUnder(x, y) : null;
    if (axis) {
      this.lookAlong(axis);
      return;
    }
    this._choose(atom, add);
    this._hover(x, y);
  }

  /** Select or measure an atom, or nothing (-1). */
  private _choose(atom: number, add: boolean): void {
    if (this._selection.measuring) {
      const chain = this._selection.extend(atom);
      const result = chain && measured(this._scene, this._drawing!.moment.positions, chain);
      this._mark();
      if (result) {
        this.say(`${result.kind} ${told(result.kind, result.value)}`);
        this._options.onMeasure?.(result);
      } else if (chain) {
        this.say(nameOf(this._scene, atom));
      }
      return;
    }
    this._selection.click(atom < 0 ? -1 : this._scene.sites[atom], add);
    this._mark();
    const sites = [...this._selection.sites].sort((p, q) => p - q);
    this.say(sites.length ? `${sites.length === 1 ? 'selected site' : 'selected sites'} ${sites.join(', ')}` : 'nothing selected');
    this._options.onSelect?.(sites);
  }

  /** Walk from atom to atom by keys. */
  private _walk(step: number): void {
    const count = this._scene.sites.length;
    if (count) {
      const { cursor } = this._selection;
      this._selection.cursor = cursor < 0 ? (step > 0 ? 0 : count - 1) : (cursor + step + count) % count;
      this.say(nameOf(this._scene, this._selection.cursor));
      this._mark();
    }
  }

  private _escape(): boolean {
    const { cursor } = this._selection;
    this._selection.cursor = -1;
    if (this._toolbar.closeMenu()) {
      return true;
    }
    const cleared = this._selection.clearMeasures();
    if (cleared || cursor >= 0) {
      this._mark();
      this.say('cleared');
    } else if (this._selection.measuring) {
      this.setMeasuring(false);
    } else {
      return false;
    }
    return true;
  }

  private _key(name: string, shift: boolean): boolean {
    const frames = this._scene.frames;
    const step = (by: number) => (this.pause(), this.goTo(this._frame + by));
    const keys: Record<string, (() => void) | false> = {
      '0': () => this.reset(),
      s: () => this.nextStyle(),
      o: () => this.toggleOrthographic(),
      m: () => this.setMeasuring(!this._selection.measuring),
      l: () => this.nextLabels(),
      f: () => this.toggleFullScreen(),
      a: () => this.lookAlong('a'),
      b: () => this.lookAlong('b'),
      c: () => this.lookAlong('c'),
      n: () => this._walk(1),
      p: () => this._walk(-1),
      Enter: () => this._choose(this._selection.cursor, shift),
      ' ': frames !== null && (() => this._player?.toggle()),
      '.': frames !== null && (() => step(1)),
      ',': frames !== null && (() => step(-1)),
      Home: frames !== null && (() => step(-this._frame)),
      End: frames !== null && (() => step(frames.count))
    };
    if (name === 'Escape') {
      return this._escape();
    }
    const act = keys[name];
    act && act();
    return !!act;
  }

  nextLabels(): void {
    const modes = LABELS.filter(mode => mode !== 'custom' || this._scene.atomLabels);
    this.setLabels(modes[(modes.indexOf(this._labels) + 1) % modes.length]);
    this.say(`labels: ${this._labels}`);
  }

  toggleFullScreen(): void {
    document.fullscreenElement ? void document.exitFullscreen() : void this.root.requestFullscreen?.();
  }
}
