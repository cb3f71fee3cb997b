/** A GLB file: JSON that describes, and one block of bytes. Source: glTF 2.0 Specification, 4.4. */

import { Rgb } from '../scene/colors';

const ARRAY_BUFFER = 34962;
const ELEMENT_ARRAY_BUFFER = 34963;
const FLOAT = 5126;
const UNSIGNED_INT = 5125;
const JSON_CHUNK = 0x4e4f534a;
const BIN_CHUNK = 0x004e4942;

export interface Part {
  positions: ArrayLike<number>;
  normals: ArrayLike<number>;
  triangles: ArrayLike<number>;
  color: Rgb;
  opacity: number;
}

/** A part of 255 in sRGB as a share of linear light. Source: IEC 61966-2-1. */
function linear(part: number): number {
  const share = part / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}

export class Glb {
  private readonly _chunks: (Float32Array | Uint32Array)[] = [];
  private readonly _json: Record<string, any>;
  private _bytes = 0;

  constructor(title: string) {
    this._json = {
      asset: { version: '2.0', generator: 'nanoos-lab' },
      scene: 0,
      scenes: [{ name: title, nodes: [] }],
      ...{ nodes: [], meshes: [], materials: [], accessors: [], bufferViews: [] }
    };
  }

  /** Add a node of one mesh; parts without triangles are left out. */
  node(name: string, parts: Part[]): void {
    const primitives = parts.filter(part => part.triangles.length).map(part => this._primitive(part));
    if (primitives.length) {
      this._json.scenes[0].nodes.push(this._json.nodes.length);
      this._json.nodes.push({ name, mesh: this._json.meshes.length });
      this._json.meshes.push({ name, primitives });
    }
  }

  finish(): Blob {
    const buffers = this._bytes ? [{ byteLength: this._bytes }] : undefined;
    const text = new TextEncoder().encode(JSON.stringify({ ...this._json, buffers }));
    const padded = new Uint8Array(Math.ceil(text.length / 4) * 4).fill(0x20);
    padded.set(text);
    const total = 12 + 8 + padded.length + 8 + this._bytes;
    const head = new Uint32Array([0x46546c67, 2, total, padded.length, JSON_CHUNK]);
    return new Blob([head, padded, new Uint32Array([this._bytes, BIN_CHUNK]), ...this._chunks] as BlobPart[], { type: 'model/gltf-binary' });
  }

  private _primitive({ positions, normals, triangles, color, opacity }: Part): object {
    const places = Float32Array.from(positions);
    const [low, high] = [[Infinity, Infinity, Infinity], [-Infinity, -Infinity, -Infinity]];
    places.forEach((value, k) => {
      low[k % 3] = Math.min(low[k % 3], value);
      high[k % 3] = Math.max(high[k % 3], value);
    });
    const attributes = {
      POSITION: this._accessor(places, 'VEC3', ARRAY_BUFFER, { min: low, max: high }),
      NORMAL: this._accessor(Float32Array.from(normals), 'VEC3', ARRAY_BUFFER)
    };
    const indices = this._accessor(Uint32Array.from(triangles), 'SCALAR', ELEMENT_ARRAY_BUFFER);
    this._json.materials.push({
      pbrMetallicRoughness: { baseColorFactor: [...color.map(linear), opacity], metallicFactor: 0, roughnessFactor: 0.45 },
      doubleSided: opacity < 1,
      alphaMode: opacity < 1 ? 'BLEND' : 'OPAQUE'
    });
    return { attributes, indices, material: this._json.materials.length - 1 };
  }

  private _accessor(array: Float32Array | Uint32Array, type: string, target: number, extra: object = {}): number {
    this._json.bufferViews.push({ buffer: 0, byteOffset: this._bytes, byteLength: array.byteLength, target });
    this._chunks.push(array);
    this._bytes += array.byteLength;
    const count = array.length / (type === 'VEC3' ? 3 : 1);
    const componentType = array instanceof Float32Array ? FLOAT : UNSIGNED_INT;
    this._json.accessors.push({ bufferView: this._json.bufferViews.length - 1, componentType, count, type, ...extra });
    return this._json.accessors.length - 1;
  }
}
