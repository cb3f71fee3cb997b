/**
 * One WebGL context for the whole page. Browsers drop the oldest context beyond about sixteen, so a notebook
 * with many viewers would go blank; here every viewer hands its objects to the one painter and copies the
 * pixels to a 2D canvas of its own. Any number of viewers costs one context, and none while no viewer lives.
 *
 * Edges are smoothed by painting larger than shown, and only in pictures that stand still.
 */

import { Camera, Group, OrthographicCamera, PerspectiveCamera, Scene, WebGLRenderer } from 'three';

export interface Shot {
  group: Group;
  /** In CSS pixels. */
  width: number;
  height: number;
  /** Painted pixels per CSS pixel. */
  ratio: number;
  orthographic: boolean;
  /** Å from the eye to the middle. */
  distance: number;
  /** CSS pixels per Å at the middle. */
  scale: number;
  reach: number;
}

/** A larger canvas is given back when less than this share of it is used. */
const LEAST_USED = 0.3;

class Painter {
  users = 0;
  private _renderer: WebGLRenderer;
  private _stage = new Scene();
  private _perspective = new PerspectiveCamera();
  private _orthographic = new OrthographicCamera();

  constructor() {
    this._renderer = new WebGLRenderer({ antialias: false, alpha: true, stencil: false, powerPreference: 'low-power' });
    this._renderer.setPixelRatio(1);
    this._renderer.setClearColor(0x000000, 0);
  }

  get lost(): boolean {
    return this._renderer.getContext().isContextLost();
  }

  /** Draw calls of the last picture. */
  get calls(): number {
    return this._renderer.info.render.calls;
  }

  /** The largest picture that this browser can paint, in pixels along a side. */
  get largest(): number {
    return Math.min(this._renderer.capabilities.maxTextureSize, 8192);
  }

  onRestored(callback: () => void): () => void {
    const canvas = this._renderer.domElement;
    canvas.addEventListener('webglcontextrestored', callback);
    return () => canvas.removeEventListener('webglcontextrestored', callback);
  }

  /** Draw a group and copy the pixels over the whole of a 2D canvas. */
  paint(shot: Shot, target: CanvasRenderingContext2D): void {
    const width = Math.max(1, Math.round(shot.width * shot.ratio));
    const height = Math.max(1, Math.round(shot.height * shot.ratio));
    const canvas = this._renderer.domElement;
    const wasteful = width * height < LEAST_USED * canvas.width * canvas.height;
    if (canvas.width < width || canvas.height < height || wasteful) {
      const grow = (have: number, need: number) => (wasteful ? need : Math.max(have, need));
      this._renderer.setSize(grow(canvas.width, width), grow(canvas.height, height), false);
    }
    this._renderer.setViewport(0, 0, width, height);
    this._renderer.setScissor(0, 0, width, height);
    this._renderer.setScissorTest(true);
    this._stage.add(shot.group);
    this._renderer.render(this._stage, this._camera(shot));
    this._stage.remove(shot.group);
    const { width: wide, height: high } = target.canvas;
    target.setTransform(1, 0, 0, 1, 0, 0);
    target.clearRect(0, 0, wide, high);
    target.imageSmoothingEnabled = wide !== width;
    target.drawImage(canvas, 0, canvas.height - height, width, height, 0, 0, wide, high);
  }

  /** Wait until the graphics card has done what it was told. */
  finish(): void {
    const gl = this._renderer.getContext();
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
  }

  dispose(): void {
    this._renderer.dispose();
    this._renderer.forceContextLoss();
  }

  private _camera(shot: Shot): Camera {
    const near = Math.max(shot.distance - 2 * shot.reach, 0.05 * shot.distance);
    const far = shot.distance + 2 * shot.reach;
    const halfHeight = shot.height / (2 * shot.scale);
    const halfWidth = shot.width / (2 * shot.scale);
    if (shot.orthographic) {
      const camera = this._orthographic;
      camera.left = -halfWidth;
      camera.right = halfWidth;
      camera.top = halfHeight;
      camera.bottom = -halfHeight;
      camera.near = near;
      camera.far = far;
      camera.position.set(0, 0, shot.distance);
      camera.updateProjectionMatrix();
      return camera;
    }
    const camera = this._perspective;
    camera.fov = (2 * Math.atan(halfHeight / shot.distance) * 180) / Math.PI;
    camera.aspect = shot.width / shot.height;
    camera.near = near;
    camera.far = far;
    camera.position.set(0, 0, shot.distance);
    camera.updateProjectionMatrix();
    return camera;
  }
}

let painter: Painter | null = null;

/** Take the page's painter; throws where the browser offers no WebGL. */
export function acquirePainter(): Painter {
  painter ??= new Painter();
  painter.users += 1;
  return painter;
}

/** Give it back; the context goes when its last user does. */
export function releasePainter(): void {
  if (painter && --painter.users === 0) {
    painter.dispose();
    painter = null;
  }
}

export type { Painter };
