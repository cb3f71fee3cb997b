/** Lines of a width in pixels: the cell's edges, and the rims of polyhedra. */

import { DoubleSide, Vector2, Vector4 } from 'three';
import { Copies, card } from './cards';
import { shader } from './shaders';

export class Lines {
  readonly strokes: Copies;
  private readonly _pixels: number;

  /** @param nearer How far the lines are lifted towards the eye, so that what they edge does not hide them. */
  constructor(count: number, pixels: number, color: [number, number, number, number], nearer = 0) {
    this._pixels = pixels;
    const material = shader('line', { uSize: new Vector2(1, 1), uWidth: 1, uNearer: nearer, uColor: new Vector4(...color) });
    material.premultipliedAlpha = true;
    material.transparent = color[3] < 1;
    material.side = DoubleSide; // the corners of a line go round either way
    this.strokes = new Copies(
      card(0),
      material,
      { start: [new Float32Array(3 * count), 3], stop: [new Float32Array(3 * count), 3] },
      count
    );
  }

  private get _uniforms(): any {
    return (this.strokes.mesh.material as any).uniforms;
  }

  setColor(color: [number, number, number, number]): void {
    this._uniforms.uColor.value.set(...color);
  }

  /** Tell the size of the picture in device pixels, and device pixels per CSS pixel. */
  setSize(width: number, height: number, ratio: number): void {
    this._uniforms.uSize.value.set(width / 2, height / 2);
    this._uniforms.uWidth.value = Math.max((this._pixels * ratio) / 2, 0.5);
  }

  /** Put the lines, given as pairs of points. */
  place(points: Float32Array): void {
    const [start, stop] = [this.strokes.array('start'), this.strokes.array('stop')];
    for (let k = 0; k < start.length / 3; k++) {
      start.set(points.subarray(6 * k, 6 * k + 3), 3 * k);
      stop.set(points.subarray(6 * k + 3, 6 * k + 6), 3 * k);
    }
    this.strokes.changed('start', 'stop');
  }

  /** Put the lines between pairs of atoms. */
  join(positions: Float32Array, pairs: ArrayLike<number>): void {
    const [start, stop] = [this.strokes.array('start'), this.strokes.array('stop')];
    for (let k = 0; k < pairs.length / 2; k++) {
      start.set(positions.subarray(3 * pairs[2 * k], 3 * pairs[2 * k] + 3), 3 * k);
      stop.set(positions.subarray(3 * pairs[2 * k + 1], 3 * pairs[2 * k + 1] + 3), 3 * k);
    }
    this.strokes.changed('start', 'stop');
  }
}
