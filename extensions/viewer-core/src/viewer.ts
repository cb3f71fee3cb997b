/**
 * The viewer: a frame in the page, a camera, and what people do with it. It paints only when something
 * changed and only while it is on screen.
 */

import { Matrix4, Quaternion, Vector3 } from 'three';
import { attachControls } from './controls';
import { Drawing } from './drawing';
import { Painter, acquirePainter, releasePainter } from './painter';
import { Scene, Style, radiiOf, readScene } from './scene';
import { ensureStyle } from './style';

export interface ViewerOptions {
  /** Called with site indices when somebody clicks. */
  onSelect?: (sites: number[]) => void;
  /** Called when somebody changes the style. */
  onStyle?: (style: Style) => void;
  /** An SVG to show where there is no WebGL. */
  still?: string;
}

const FIELD_OF_VIEW = (22 * Math.PI) / 180;
const BORDER = 12;
const LEGEND = 30;
const LARGEST_SCALE = 90;
const RADIANS_PER_PIXEL = 0.0085;
const AXES = ['#d4493c', '#3b9a43', '#4079d6'];
const ICONS = {
  reset: '<path d="M4 12a8 8 0 1 0 2.6-5.9M4 4v5h5"/>',
  projection: '<path d="M4 7l8-4 8 4v10l-8 4-8-4zM4 7l8 4 8-4M12 11v10"/>',
  style: '<circle cx="7.5" cy="15.5" r="4.5"/><circle cx="17.5" cy="6.5" r="3"/><path d="M10.8 12.4l4.5-4"/>'
};

export class Viewer {
  readonly root: HTMLElement;
  private _scene: Scene;
  private _style: Style;
  private _drawing: Drawing | null = null;
  private _painter: Painter | null = null;
  private _canvas = document.createElement('canvas');
  private _label = document.createElement('div');
  private _legend = document.createElement('div');
  private _turn = new Quaternion();
  private _pan = new Vector3();
  private _scale = 1;
  private _distance = 1;
  private _reach = 1;
  private _width = 0;
  private _height = 0;
  private _fitted = false;
  private _touched = false;
  private _orthographic = false;
  private _visible = false;
  private _frame = 0;
  private _selected = new Set<number>();
  private _cleanup: (() => void)[] = [];
  private readonly _options: ViewerOptions;

  constructor(host: HTMLElement, json: unknown, options: ViewerOptions = {}) {
    this._options = options;
    this._scene = readScene(json);
    this._style = this._scene.style;
    this._painter = acquirePainter(); // throws where there is no WebGL, before anything is in the page
    this.root = document.createElement('div');
    this.root.className = 'nanoos-viewer';
    this.root.tabIndex = 0;
    this.root.dataset.lmSuppressShortcuts = 'true';
    this.root.setAttribute('role', 'application');
    this._label.className = 'nanoos-viewer-label';
    this._label.setAttribute('aria-live', 'polite');
    this._legend.className = 'nanoos-viewer-legend';
    this.root.append(this._canvas, this._legend, this._buttons(), this._label);
    host.appendChild(this.root);
    ensureStyle(this.root);
    this._describe();
    this._observe();
  }

  get style(): Style {
    return this._style;
  }

  setScene(json: unknown): void {
    this._scene = readScene(json);
    this._style = this._scene.style;
    this._selected.clear();
    this._drawing?.dispose();
    this._drawing = null;
    this._fitted = false;
    this._touched = false;
    this._describe();
    this.redraw();
  }

  setStyle(style: Style): void {
    if (style !== this._style) {
      this._style = style;
      this._drawing?.setStyle(style);
      this._drawing?.setSelected(this._selected);
      this.redraw();
    }
  }

  /** Mark sites of the structure, every copy of them. */
  setSelected(sites: Iterable<number>): void {
    this._selected = new Set(sites);
    this._drawing?.setSelected(this._selected);
    this.redraw();
  }

  reset(): void {
    this._fitted = false;
    this._touched = false;
    this.redraw();
  }

  redraw(): void {
    if (!this._frame && this._visible) {
      this._frame = requestAnimationFrame(() => {
        this._frame = 0;
        this._paint();
      });
    }
  }

  dispose(): void {
    cancelAnimationFrame(this._frame);
    this._visible = false;
    this._cleanup.splice(0).forEach(undo => undo());
    this._drawing?.dispose();
    this._drawing = null;
    if (this._painter) {
      releasePainter();
      this._painter = null;
    }
    this.root.remove();
  }

  private _describe(): void {
    this.root.setAttribute(
      'aria-label',
      `Structure of ${this._scene.title}: drag or arrow keys turn, shift moves, plus and minus zoom, 0 resets`
    );
    this._legend.replaceChildren(
      ...this._scene.species.map(species => {
        const entry = document.createElement('span');
        const dot = document.createElement('i');
        dot.style.background = species.color;
        entry.append(dot, species.label);
        return entry;
      })
    );
  }

  private _buttons(): HTMLElement {
    const bar = document.createElement('div');
    bar.className = 'nanoos-viewer-buttons';
    const add = (icon: keyof typeof ICONS, title: string, act: () => void) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.title = title;
      button.setAttribute('aria-label', title);
      button.dataset.action = icon;
      button.innerHTML = `<svg viewBox="0 0 24 24" aria-hidden="true">${ICONS[icon]}</svg>`;
      button.addEventListener('click', act);
      bar.appendChild(button);
    };
    add('style', 'Ball-and-stick or space-filling', () => {
      this.setStyle(this._style === 'ball-and-stick' ? 'space-filling' : 'ball-and-stick');
      this._options.onStyle?.(this._style);
    });
    add('projection', 'Perspective or orthographic', () => {
      this._orthographic = !this._orthographic;
      this.redraw();
    });
    add('reset', 'Reset the view', () => this.reset());
    return bar;
  }

  private _observe(): void {
    const sizes = new ResizeObserver(() => this._resize());
    sizes.observe(this.root);
    const sight = new IntersectionObserver(
      entries => {
        this._visible = entries[entries.length - 1].isIntersecting;
        this.redraw();
      },
      { rootMargin: '150px' }
    );
    sight.observe(this.root);
    const themes = new MutationObserver(() => this.redraw());
    for (const element of [document.body, document.documentElement]) {
      themes.observe(element, { attributeFilter: ['class', 'style', 'data-theme', 'data-jp-theme-light', 'data-jp-theme-name'] });
    }
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const recolor = () => this.redraw();
    dark.addEventListener('change', recolor);
    this._cleanup.push(
      () => sizes.disconnect(),
      () => sight.disconnect(),
      () => themes.disconnect(),
      () => dark.removeEventListener('change', recolor),
      this._painter!.onRestored(() => this.redraw()),
      attachControls(this.root, this._canvas, {
        rotate: (dx, dy) => this._rotate(dx, dy),
        pan: (dx, dy) => this._move(dx, dy),
        zoom: (factor, x, y) => this._zoom(factor, x, y),
        hover: (x, y) => this._hover(x, y),
        leave: () => (this._label.style.visibility = 'hidden'),
        click: (x, y, add) => this._click(x, y, add),
        reset: () => this.reset()
      })
    );
  }

  private _resize(): void {
    const { clientWidth: width, clientHeight: height } = this.root;
    if (width && height && (width !== this._width || height !== this._height)) {
      if (!this._touched) {
        this._fitted = false; // nobody has turned it yet: fill the new frame
      } else {
        this._scale *= Math.min(width / this._width, height / this._height);
      }
      this._width = width;
      this._height = height;
      this.redraw();
    }
  }

  /** Look from where Python says, at all there is. */
  private _fit(): void {
    const { view, center, positions, edges } = this._scene;
    const [r, u, t] = view;
    this._turn.setFromRotationMatrix(
      new Matrix4().set(r[0], r[1], r[2], 0, u[0], u[1], u[2], 0, t[0], t[1], t[2], 0, 0, 0, 0, 1)
    );
    const radii = radiiOf(this._scene, this._style);
    const middle = new Vector3().fromArray(center);
    const points: [Vector3, number][] = [];
    for (let k = 0; k < radii.length; k++) {
      points.push([new Vector3().fromArray(positions, 3 * k), radii[k]]);
    }
    for (let k = 0; k < edges.length; k += 3) {
      points.push([new Vector3().fromArray(edges, k), 0]);
    }
    this._reach = 1;
    for (const [point, radius] of points) {
      point.sub(middle).applyQuaternion(this._turn);
      this._reach = Math.max(this._reach, point.length() + radius);
    }
    this._distance = this._reach / Math.sin(FIELD_OF_VIEW / 2);
    const low = [Infinity, Infinity];
    const high = [-Infinity, -Infinity];
    for (const [point, radius] of points) {
      const factor = this._distance / (this._distance - point.z);
      [point.x, point.y].forEach((value, axis) => {
        low[axis] = Math.min(low[axis], (value - radius) * factor);
        high[axis] = Math.max(high[axis], (value + radius) * factor);
      });
    }
    if (!points.length) {
      low.fill(-1);
      high.fill(1);
    }
    this._scale = Math.min(
      (this._width - 2 * BORDER) / (high[0] - low[0]),
      (this._height - 2 * BORDER - LEGEND) / (high[1] - low[1]),
      LARGEST_SCALE
    );
    this._scale = Math.max(this._scale, 0.1);
    this._pan.set(-(low[0] + high[0]) / 2, -(low[1] + high[1]) / 2 + LEGEND / 2 / this._scale, 0);
    this._fitted = true;
  }

  private _paint(): void {
    if (!this._painter || !this._visible || !this._width || this._painter.lost) {
      return;
    }
    if (!this._fitted) {
      this._fit();
    }
    if (!this._drawing) {
      this._drawing = new Drawing(this._scene, this._style);
      this._drawing.setSelected(this._selected);
    }
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    const width = Math.round(this._width * ratio);
    const height = Math.round(this._height * ratio);
    if (this._canvas.width !== width || this._canvas.height !== height) {
      this._canvas.width = width;
      this._canvas.height = height;
    }
    const group = this._drawing.group;
    group.quaternion.copy(this._turn);
    group.position.fromArray(this._scene.center).negate().applyQuaternion(this._turn).add(this._pan);
    this._drawing.setLineColor(this._onDark() ? '#a6a6a6' : '#6a6a6a');
    const context = this._canvas.getContext('2d')!;
    this._painter.paint(
      {
        group,
        width: this._width,
        height: this._height,
        ratio,
        orthographic: this._orthographic,
        distance: this._distance,
        scale: this._scale,
        reach: this._reach
      },
      context
    );
    this._paintAxes(context, ratio);
    this.root.dataset.ready = '1';
  }

  private _onDark(): boolean {
    const [r, g, b] = (getComputedStyle(this.root).color.match(/[\d.]+/g) ?? ['0', '0', '0']).map(Number);
    return 0.3 * r + 0.59 * g + 0.11 * b > 128;
  }

  private _paintAxes(context: CanvasRenderingContext2D, ratio: number): void {
    const lattice = this._scene.lattice;
    if (!lattice || this._width < 160 || this._height < 140) {
      return;
    }
    const axes = lattice.map((vector, k) => ({
      k,
      tip: new Vector3().fromArray(vector).normalize().applyQuaternion(this._turn)
    }));
    axes.sort((p, q) => p.tip.z - q.tip.z);
    context.save();
    context.scale(ratio, ratio);
    context.translate(38, this._height - 38);
    context.lineWidth = 2.4;
    context.lineCap = 'round';
    context.font = 'italic 600 12px system-ui, sans-serif';
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    for (const { k, tip } of axes) {
      const [x, y] = [tip.x * 24, -tip.y * 24];
      const away = Math.hypot(x, y) || 1;
      context.strokeStyle = context.fillStyle = AXES[k];
      context.beginPath();
      context.moveTo(0, 0);
      context.lineTo(x, y);
      context.stroke();
      context.fillText('abc'[k], x + (x / away) * 9, y + (y / away) * 9);
    }
    context.restore();
  }

  private _rotate(dx: number, dy: number): void {
    this._touched = true;
    const about = (x: number, y: number, angle: number) =>
      new Quaternion().setFromAxisAngle(new Vector3(x, y, 0), angle * RADIANS_PER_PIXEL);
    this._turn.premultiply(about(0, 1, dx)).premultiply(about(1, 0, dy)).normalize();
    this.redraw();
  }

  private _move(dx: number, dy: number): void {
    this._touched = true;
    this._pan.x += dx / this._scale;
    this._pan.y -= dy / this._scale;
    this.redraw();
  }

  private _zoom(factor: number, x: number, y: number): void {
    this._touched = true;
    const before = this._scale;
    this._scale = Math.min(Math.max(before * factor, 0.2), 2000);
    const change = 1 / this._scale - 1 / before;
    this._pan.x += (x - this._width / 2) * change;
    this._pan.y -= (y - this._height / 2) * change;
    this.redraw();
  }

  /** The nearest atom under a point, or -1: a ray against spheres. */
  private _pick(x: number, y: number): number {
    if (!this._drawing) {
      return -1;
    }
    const through = new Vector3((x - this._width / 2) / this._scale, (this._height / 2 - y) / this._scale, 0);
    const eye = new Vector3(0, 0, this._distance);
    const direction = this._orthographic ? new Vector3(0, 0, -1) : through.clone().sub(eye).normalize();
    const origin = this._orthographic ? through.clone().setZ(this._distance) : eye;
    const group = this._drawing.group;
    const inverse = this._turn.clone().invert();
    origin.sub(group.position).applyQuaternion(inverse);
    direction.applyQuaternion(inverse);
    const { positions } = this._scene;
    let best = -1;
    let nearest = Infinity;
    for (let k = 0; k < this._drawing.radii.length; k++) {
      const px = positions[3 * k] - origin.x;
      const py = positions[3 * k + 1] - origin.y;
      const pz = positions[3 * k + 2] - origin.z;
      const along = px * direction.x + py * direction.y + pz * direction.z;
      const miss = px * px + py * py + pz * pz - along * along;
      const r = this._drawing.radii[k];
      const hit = along - Math.sqrt(r * r - miss);
      if (miss <= r * r && along > 0 && hit < nearest) {
        nearest = hit;
        best = k;
      }
    }
    return best;
  }

  private _hover(x: number, y: number): void {
    const atom = this._pick(x, y);
    this._canvas.style.cursor = atom < 0 ? '' : 'pointer';
    if (atom < 0) {
      this._label.style.visibility = 'hidden';
      return;
    }
    const { species, speciesOf, sites, images } = this._scene;
    const cell = [0, 1, 2].map(axis => images[3 * atom + axis]);
    const beyond = cell.some(n => n !== 0) ? `, cell ${cell.join(' ')}` : '';
    this._label.textContent = `${species[speciesOf[atom]].label} · site ${sites[atom]}${beyond}`;
    this._label.style.visibility = 'visible';
    const left = Math.min(x + 12, this._width - this._label.offsetWidth - 4);
    this._label.style.transform = `translate(${Math.max(left, 2)}px, ${Math.max(y - 30, 2)}px)`;
  }

  private _click(x: number, y: number, add: boolean): void {
    const atom = this._pick(x, y);
    const site = atom < 0 ? -1 : this._scene.sites[atom];
    const next = new Set(add ? this._selected : []);
    if (site >= 0) {
      const again = this._selected.has(site) && (add || this._selected.size === 1);
      again ? next.delete(site) : next.add(site);
    }
    this.setSelected(next);
    this._hover(x, y);
    this._options.onSelect?.([...next].sort((p, q) => p - q));
  }
}
