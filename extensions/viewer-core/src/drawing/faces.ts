/**
 * See-through triangles in one draw call, drawn from back to front. They are sorted by the depth of their middles
 * whenever the view has changed, in one pass over counted depths.
 */

import { BufferAttribute, BufferGeometry, DoubleSide, Matrix4, Mesh, RawShaderMaterial } from 'three';
import { shader } from './shaders';

const LEVELS = 4096;

export class Faces {
  readonly mesh: Mesh<BufferGeometry, RawShaderMaterial>;
  readonly triangles: Uint32Array;
  private _middles: Float32Array;
  private _sorted = '';

  constructor(positions: Float32Array, normals: Float32Array, tints: Uint8Array, triangles: Uint32Array, opaque = false) {
    const geometry = new BufferGeometry();
    geometry.setAttribute('position', new BufferAttribute(positions, 3));
    geometry.setAttribute('normal', new BufferAttribute(normals, 3));
    geometry.setAttribute('tint', new BufferAttribute(tints, 4, true));
    geometry.setIndex(new BufferAttribute(triangles.slice(), 1));
    const material = shader('face');
    material.side = DoubleSide;
    material.transparent = !opaque;
    material.premultipliedAlpha = true;
    material.depthWrite = opaque;
    material.forceSinglePass = true;
    this.triangles = triangles;
    this._middles = new Float32Array(triangles.length);
    this.mesh = new Mesh(geometry, material);
    this.mesh.frustumCulled = false;
    this.mesh.visible = triangles.length > 0;
    this._measure();
  }

  /** Take the corners as they now are. */
  moved(): void {
    this.mesh.geometry.getAttribute('position').needsUpdate = true;
    this._sorted = '';
    this._measure();
  }

  /** Order the triangles for an eye on the z axis of a view. */
  sort(view: Matrix4): void {
    const [x, y, z] = [view.elements[2], view.elements[6], view.elements[10]];
    const key = `${x.toFixed(3)} ${y.toFixed(3)} ${z.toFixed(3)}`;
    if (key === this._sorted || !this.mesh.material.transparent) {
      return;
    }
    this._sorted = key;
    const count = this.triangles.length / 3;
    const depths = new Float32Array(count);
    let low = Infinity;
    let high = -Infinity;
    for (let k = 0; k < count; k++) {
      const depth = this._middles[3 * k] * x + this._middles[3 * k + 1] * y + this._middles[3 * k + 2] * z;
      depths[k] = depth;
      low = Math.min(low, depth);
      high = Math.max(high, depth);
    }
    const factor = (LEVELS - 1) / (high - low || 1);
    const starts = new Uint32Array(LEVELS + 1);
    for (let k = 0; k < count; k++) {
      starts[((depths[k] - low) * factor + 1) | 0]++;
    }
    for (let k = 0; k < LEVELS; k++) {
      starts[k + 1] += starts[k];
    }
    const index = this.mesh.geometry.index!;
    const order = index.array as Uint32Array;
    for (let k = 0; k < count; k++) {
      const at = 3 * starts[((depths[k] - low) * factor) | 0]++;
      order[at] = this.triangles[3 * k];
      order[at + 1] = this.triangles[3 * k + 1];
      order[at + 2] = this.triangles[3 * k + 2];
    }
    index.needsUpdate = true;
  }

  dispose(): void {
    this.mesh.removeFromParent();
    this.mesh.geometry.dispose();
    this.mesh.material.dispose();
  }

  private _measure(): void {
    const at = this.mesh.geometry.getAttribute('position').array;
    for (let k = 0; k < this.triangles.length; k += 3) {
      const [p, q, r] = [3 * this.triangles[k], 3 * this.triangles[k + 1], 3 * this.triangles[k + 2]];
      for (let axis = 0; axis < 3; axis++) {
        this._middles[k + axis] = (at[p + axis] + at[q + axis] + at[r + axis]) / 3;
      }
    }
  }
}
