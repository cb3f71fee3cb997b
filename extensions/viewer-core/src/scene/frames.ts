/** A trajectory: what moves from frame to frame, all of it sent once. */

import { Numbers, decode, floats, indices } from './wire';

export interface Series {
  name: string;
  unit: string;
  data: Float32Array;
}

export interface Frames {
  count: number;
  positions: Float32Array;
  lattices: Float32Array | null;
  edges: Float32Array | null;
  values: Series | null;
  times: Series | null;
  bondOffsets: Numbers | null;
  bonds: Numbers | null;
  vectors: Float32Array | null;
}

function series(json: any, count: number): Series | null {
  if (!json) {
    return null;
  }
  const data = floats(json.data, String(json.name ?? 'values'))!;
  if (data.length !== count) {
    throw new Error(`The scene has ${data.length} ${json.name} for ${count} frames`);
  }
  return { name: String(json.name ?? ''), unit: String(json.unit ?? ''), data };
}

function of(json: any, name: string, length: number): Float32Array | null {
  const values = floats(json, name);
  if (values && values.length !== length) {
    throw new Error(`The scene's ${name} hold ${values.length} numbers instead of ${length}`);
  }
  return values;
}

/** Read the frames, or null where the scene stands still. */
export function readFrames(json: any, atoms: number, edges: any, vectors: any): Frames | null {
  if (!json?.positions) {
    return null;
  }
  const count = json.positions.shape[0];
  const bondOffsets = json.bond_offsets ? decode(json.bond_offsets, 'bond offsets') : null;
  if (!count || (bondOffsets && bondOffsets.length !== count + 1)) {
    throw new Error(`The scene has ${count} frames and bond offsets of ${bondOffsets?.length ?? 0}`);
  }
  return {
    count,
    positions: of(json.positions, 'positions of frames', 3 * atoms * count)!,
    lattices: of(json.lattices, 'lattices of frames', 9 * count),
    edges: of(json.edges, 'edges of frames', count * edges.shape.reduce((p: number, n: number) => p * n, 1)),
    values: series(json.values, count),
    times: series(json.times, count),
    bondOffsets,
    bonds: bondOffsets && json.bonds ? indices(json.bonds, 'bonds of frames', atoms) : null,
    vectors: of(json.vectors, 'vectors of frames', count * 3 * (vectors?.atoms?.shape?.[0] ?? 0))
  };
}

/** What is drawn at one moment. */
export interface Moment {
  positions: Float32Array;
  bonds: Numbers;
  edges: Float32Array;
  tips: Float32Array | null;
  lattice: number[][] | null;
}
