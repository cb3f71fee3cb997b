/**
 * Many copies of a shape in one draw call. The copies are written out, not instanced: a card has four corners, which
 * is less than what drivers spend on an instance (software renderers draw instances one by one: 20 times slower).
 */

import { BufferAttribute, BufferGeometry, Material, Mesh } from 'three';

type Own = Record<string, [array: Float32Array | Uint8Array, size: number]>;

/** A flat card from (-1, low) to (1, 1). */
export function card(low: number): BufferGeometry {
  const shape = new BufferGeometry();
  shape.setAttribute('corner', new BufferAttribute(new Float32Array([-1, low, 1, low, 1, 1, -1, 1]), 2));
  shape.setIndex([0, 1, 2, 0, 2, 3]);
  return shape;
}

export class Copies<M extends Material = Material> {
  readonly mesh: Mesh<BufferGeometry, M>;
  private readonly _own: Own;
  private readonly _corners: number;
  private readonly _indices: number;

  /** @param own What each copy has of its own, one entry per copy; bytes are shares of 255. */
  constructor(shape: BufferGeometry, material: M, own: Own, count: number) {
    const geometry = new BufferGeometry();
    const index = shape.index!.array;
    this._own = own;
    this._indices = index.length;
    const shared = Object.entries(shape.attributes);
    this._corners = shared[0][1].count;
    const all = new Uint32Array(index.length * count);
    for (let k = 0; k < count; k++) {
      for (let n = 0; n < index.length; n++) {
        all[k * index.length + n] = index[n] + k * this._corners;
      }
    }
    geometry.setIndex(new BufferAttribute(all, 1));
    for (const [name, { array, itemSize }] of shared) {
      const repeated = new Float32Array(array.length * count);
      for (let k = 0; k < count; k++) {
        repeated.set(array, k * array.length);
      }
      geometry.setAttribute(name, new BufferAttribute(repeated, itemSize));
    }
    for (const [name, [array, size]] of Object.entries(own)) {
      const bytes = array instanceof Uint8Array;
      const length = size * this._corners * count;
      geometry.setAttribute(name, new BufferAttribute(bytes ? new Uint8Array(length) : new Float32Array(length), size, bytes));
    }
    this.mesh = new Mesh(geometry, material);
    this.mesh.frustumCulled = false;
    this.mesh.visible = count > 0;
    this.changed(...Object.keys(own));
  }

  /** Draw only the first copies. */
  set count(count: number) {
    this.mesh.geometry.setDrawRange(0, count * this._indices);
  }

  /** The numbers of an attribute by copy, to be written in place; `changed` then sends them. */
  array(name: string): Float32Array {
    return this._own[name][0] as Float32Array;
  }

  changed(...names: string[]): void {
    for (const name of names) {
      const [from, size] = this._own[name];
      const attribute = this.mesh.geometry.getAttribute(name) as BufferAttribute;
      const to = attribute.array;
      let at = 0;
      for (let k = 0; k < from.length; k += size) {
        for (let corner = 0; corner < this._corners; corner++) {
          for (let part = 0; part < size; part++) {
            to[at++] = from[k + part];
          }
        }
      }
      attribute.needsUpdate = true;
    }
  }

  dispose(): void {
    this.mesh.removeFromParent();
    this.mesh.geometry.dispose();
    this.mesh.material.dispose();
  }
}
