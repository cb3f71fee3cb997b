/**
 * The viewer: a frame in the page that joins a scene, a camera, a painter, and what people do. It paints only when
 * something changed and only while it is on screen.
 */

import { Drawing, Shown, momentOf } from './drawing/drawing';
import { Painter, acquirePainter, releasePainter } from './drawing/painter';
import { toGLB } from './export/glb';
import { toPNG } from './export/png';
import { toSVG } from './export/svg';
import { LABELS, LabelMode } from './overlay/labels';
import { Writing, overlayOf, roomBelow } from './overlay/overlay';
import { paintShapes } from './overlay/shapes';
import { STYLES, Scene, Style, radiiOf, readScene } from './scene/scene';
import { attachControls } from './ui/controls';
import { Hands } from './ui/hands';
import { menuOf } from './ui/menus';
import { Player } from './ui/player';
import { Shell } from './ui/shell';
import { inksOf, onDark } from './ui/theme';
import { Toolbar } from './ui/toolbar';
import { watch } from './ui/watch';
import { CameraState, Direction, View } from './view/camera';
import { Measured } from './view/measure';
import { Pace } from './view/pace';
import { Selection, measured } from './view/selection';

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
  readonly selection = new Selection();
  private readonly _pace = new Pace(sharp => this._paint(sharp));
  private readonly _hands = new Hands(this);
  private readonly _shell: Shell;
  private readonly _toolbar: Toolbar;
  readonly options: ViewerOptions;
  private _fitted = false;
  private _touched = false;
  private _cleanup: (() => void)[] = [];

  constructor(host: HTMLElement, json: unknown, options: ViewerOptions = {}) {
    this.options = options;
    const scene = readScene(json);
    this._painter = acquirePainter(); // throws where there is no WebGL, before anything is in the page
    this._toolbar = new Toolbar({
      style: () => this.nextStyle(),
      projection: () => this.toggleOrthographic(),
      measure: () => this.setMeasuring(!this.selection.measuring),
      reset: () => this.reset(),
      menu: () => menuOf(this)
    });
    this._shell = new Shell(this._toolbar.element, this._hands.label);
    this.root = this._shell.root;
    Object.assign(this.root, { viewer: this }); // for whoever finds the element in a page
    this._shell.enter(host);
    this._take(scene);
    this._observe();
  }

  get scene(): Scene {
    return this._scene;
  }

  get style(): Style {
    return this._style;
  }

  get drawing(): Drawing | null {
    return this._drawing;
  }

  get player(): Player | null {
    return this._player;
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
    return this.selection.measuring;
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
    this.options.onStyle?.(style);
  }

  styles(): Style[] {
    return STYLES.filter(style => style !== 'polyhedra' || this._scene.faces.length > 0);
  }

  /** Mark sites of the structure, every copy of them. */
  setSelected(sites: Iterable<number>): void {
    this.selection.sites = new Set(sites);
    this.mark();
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
      this.options.onFrame?.(this._frame);
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
    this.selection.measuring = on;
    this.root.classList.toggle('is-measuring', on);
    this._toolbar.press('measure', on);
    this._toolbar.refresh();
    this._shell.hint(on ? 'Click 2 atoms for a distance, 3 for an angle, 4 for a dihedral · Esc clears' : '');
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
    const paper = transparent ? null : inksOf(this.root).paper;
    return toPNG(this._painter!, this._drawing!, this.writing(), scale, paper, onDark(this.root));
  }

  /** The present view as an SVG drawing. */
  toSVG(): string {
    this._ready();
    return toSVG(this.writing(), this._style, new Set(this.selection.sites));
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
    this._shell.say(text);
  }

  /** Tell everybody that something did not work. */
  complain(text: string): void {
    this._shell.hint(text);
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
    this.selection.clear();
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
    this._shell.describe(scene.title, this._player !== null);
    this._toolbar.refresh();
  }

  private _initial(): void {
    const [right, up, towards] = this._scene.view;
    this.view.lookFrom(right, up, towards);
  }

  private _observe(): void {
    this._cleanup.push(
      watch(this._shell.stage, {
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
      attachControls(this.root, this._shell.canvas, {
        rotate: (dx, dy) => (this.view.rotate(dx, dy), this._turned()),
        pan: (dx, dy) => (this.view.move(dx, dy), this._turned()),
        zoom: (factor, x, y) => (this.view.zoom(factor, x, y), this._turned()),
        hover: (x, y) => this._hands.hover(x, y),
        leave: () => this._hands.leave(),
        click: (x, y, add) => this._hands.click(x, y, add),
        key: (name, shift) => this._hands.key(name, shift)
      })
    );
  }

  /** The camera has moved by somebody's hand. */
  private _turned(): void {
    this._touched = true;
    this._pace.moved();
    this.options.onCamera?.(this.view.state);
  }

  private _resize(): void {
    const { clientWidth: width, clientHeight: height } = this._shell.stage;
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
      const moment = this._drawing?.moment ?? momentOf(scene, this._frame);
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
      this.mark();
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
    this._shell.resize(width, height);
    const drawing = this._drawing!;
    const ratio = this._pace.ratio(sharp);
    drawing.setInk(onDark(this.root));
    const start = performance.now();
    const context = this._shell.canvas.getContext('2d')!;
    const shot = view.shot(drawing.group, ratio);
    drawing.prepare(view.width * ratio, view.height * ratio, ratio, drawing.group.matrix);
    painter.paint(shot, context);
    this.root.dataset.calls = String(painter.calls);
    if (sharp) {
      painter.finish();
      this._pace.took(performance.now() - start);
    }
    paintShapes(context, overlayOf(this.writing()), device);
    this.root.dataset.painted = '1';
    if (sharp) {
      this.root.dataset.ready = '1';
    }
  }

  /** What there is to write over the picture. */
  writing(): Writing {
    const { _scene: scene, _drawing: drawing, view, shown, _labels: labels } = this;
    const measures = this.selection.chains.map(atoms => ({ atoms, measured: measured(scene, drawing!.moment.positions, atoms) }));
    return { scene, view, drawing: drawing!, shown, labels, measures, inks: inksOf(this.root) };
  }

  /** Put halos where they now belong. */
  mark(): void {
    const { sites, chains, cursor } = this.selection;
    this._drawing?.setMarked(sites, [...chains.flat(), ...(cursor >= 0 ? [cursor] : [])]);
    this.redraw();
  }

  nextLabels(): void {
    const modes = LABELS.filter(mode => mode !== 'custom' || this._scene.atomLabels);
    this.setLabels(modes[(modes.indexOf(this._labels) + 1) % modes.length]);
    this.say(`labels: ${this._labels}`);
  }

  closeMenu(): boolean {
    return this._toolbar.closeMenu();
  }

  setCursor(cursor: string): void {
    this._shell.canvas.style.cursor = cursor;
  }

  toggleFullScreen(): void {
    document.fullscreenElement ? void document.exitFullscreen() : void this.root.requestFullscreen?.();
  }
}
