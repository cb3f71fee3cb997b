/** Instanced geometry: what is the same for all, and what each has of its own. */

import {
  BufferAttribute,
  BufferGeometry,
  InstancedBufferAttribute,
  InstancedBufferGeometry,
  Material,
  Mesh
} from 'three';

type Own = Record<string, [array: Float32Array | Uint8Array, size: number]>;

/** A flat card from (-1, low) to (1, 1). */
export function card(low: number): BufferGeometry {
  const shape = new BufferGeometry();
  shape.setAttribute('corner', new BufferAttribute(new Float32Array([-1, low, 1, low, 1, 1, -1, 1]), 2));
  shape.setIndex([0, 1, 2, 0, 2, 3]);
  return shape;
}

/** Many copies of a shape in one draw call; bytes are shares of 255. */
export class Instances {
  readonly mesh: Mesh<InstancedBufferGeometry, Material>;

  constructor(shape: BufferGeometry, material: Material, own: Own, count: number) {
    const geometry = new InstancedBufferGeometry();
    geometry.setIndex(shape.index);
    for (const [name, attribute] of Object.entries(shape.attributes)) {
      geometry.setAttribute(name, attribute);
    }
    for (const [name, [array, size]] of Object.entries(own)) {
      geometry.setAttribute(name, new InstancedBufferAttribute(array, size, array instanceof Uint8Array));
    }
    geometry.instanceCount = count;
    this.mesh = new Mesh(geometry, material);
    this.mesh.frustumCulled = false;
    this.mesh.visible = count > 0;
  }

  get count(): number {
    return this.mesh.geometry.instanceCount;
  }

  set count(count: number) {
    this.mesh.geometry.instanceCount = count;
  }

  /** The numbers of an attribute, to be written in place; `changed` then sends them. */
  array(name: string): Float32Array {
    return this.mesh.geometry.getAttribute(name).array as Float32Array;
  }

  changed(...names: string[]): void {
    for (const name of names) {
      this.mesh.geometry.getAttribute(name).needsUpdate = true;
    }
  }

  dispose(): void {
    this.mesh.removeFromParent();
    this.mesh.geometry.dispose();
    this.mesh.material.dispose();
  }
}
