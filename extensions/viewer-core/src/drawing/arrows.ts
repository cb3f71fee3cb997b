/** All arrows in one draw call: a shaft and a head, turned and stretched in the vertex shader. */

import { BufferAttribute, BufferGeometry } from 'three';
import { rgb } from '../scene/colors';
import { Vectors } from '../scene/scene';
import { Copies } from './cards';
import { shader } from './shaders';

export const SHAFT_ANGSTROM = 0.09;
export const HEAD_ANGSTROM = 0.24;
export const HEAD_LENGTH_ANGSTROM = 0.55;

/** A shaft from 0 to 1 along z and a cone from 0 to 1, told apart by `head`. */
function arrow(sides: number): BufferGeometry {
  const [place, normal, head, index]: number[][] = [[], [], [], []];
  const ring = (radius: number, z: number, nz: number, part: number) => {
    const flat = Math.sqrt(1 - nz * nz);
    for (let k = 0; k < sides; k++) {
      const angle = (2 * Math.PI * k) / sides;
      place.push(radius * Math.cos(angle), radius * Math.sin(angle), z);
      normal.push(flat * Math.cos(angle), flat * Math.sin(angle), nz);
      head.push(part);
    }
    return place.length / 3 - sides;
  };
  const join = (low: number, high: number) => {
    for (let k = 0; k < sides; k++) {
      const next = (k + 1) % sides;
      index.push(low + k, low + next, high + k, low + next, high + next, high + k);
    }
  };
  const slope = HEAD_ANGSTROM / Math.hypot(HEAD_ANGSTROM, HEAD_LENGTH_ANGSTROM);
  join(ring(SHAFT_ANGSTROM, 0, 0, 0), ring(SHAFT_ANGSTROM, 1, 0, 0));
  join(ring(SHAFT_ANGSTROM, 0, -1, 1), ring(HEAD_ANGSTROM, 0, -1, 1));
  join(ring(HEAD_ANGSTROM, 0, slope, 1), ring(0, 1, slope, 1));
  const shape = new BufferGeometry();
  shape.setAttribute('position', new BufferAttribute(new Float32Array(place), 3));
  shape.setAttribute('normal', new BufferAttribute(new Float32Array(normal), 3));
  shape.setAttribute('head', new BufferAttribute(new Float32Array(head), 1));
  shape.setIndex(index);
  return shape;
}

export class Arrows {
  readonly shafts: Copies;
  private readonly _atoms: ArrayLike<number>;

  constructor(vectors: Vectors) {
    const count = vectors.atoms.length;
    const tint = new Uint8Array(3 * count);
    vectors.colors.forEach((color, k) => tint.set(rgb(color), 3 * k));
    this._atoms = vectors.atoms;
    const material = shader('arrow', { uHead: HEAD_LENGTH_ANGSTROM });
    material.side = 2;
    this.shafts = new Copies(
      arrow(count > 1000 ? 8 : 18),
      material,
      { start: [new Float32Array(3 * count), 3], tip: [new Float32Array(3 * count), 3], tint: [tint, 3] },
      count
    );
  }

  place(positions: Float32Array, tips: Float32Array): void {
    const [start, tip] = [this.shafts.array('start'), this.shafts.array('tip')];
    for (let k = 0; k < this._atoms.length; k++) {
      for (let axis = 0; axis < 3; axis++) {
        const from = positions[3 * this._atoms[k] + axis];
        start[3 * k + axis] = from;
        tip[3 * k + axis] = from + tips[3 * k + axis];
      }
    }
    this.shafts.changed('start', 'tip');
  }
}
