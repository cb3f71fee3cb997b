/** Which atom lies under a point, and which atoms are hidden by others. */

import { View } from './camera';

/** The nearest atom under a point, or -1: a line of sight against spheres. */
export function pick(view: View, positions: Float32Array, radii: Float32Array, x: number, y: number): number {
  const { origin, direction } = view.ray(x, y);
  let best = -1;
  let nearest = Infinity;
  for (let k = 0; k < radii.length; k++) {
    const px = positions[3 * k] - origin.x;
    const py = positions[3 * k + 1] - origin.y;
    const pz = positions[3 * k + 2] - origin.z;
    const along = px * direction.x + py * direction.y + pz * direction.z;
    const miss = px * px + py * py + pz * pz - along * along;
    const r = Math.max(radii[k], 0.12);
    const hit = along - Math.sqrt(r * r - miss);
    if (miss <= r * r && along > 0 && hit < nearest) {
      nearest = hit;
      best = k;
    }
  }
  return best;
}

export interface Seen {
  atom: number;
  x: number;
  y: number;
  depth: number;
  /** In CSS pixels. */
  radius: number;
}

/** Project all atoms; the nearest come first. */
export function project(view: View, positions: Float32Array, radii: Float32Array): Seen[] {
  const all: Seen[] = [];
  for (let k = 0; k < radii.length; k++) {
    const [x, y, depth, factor] = view.project(positions[3 * k], positions[3 * k + 1], positions[3 * k + 2]);
    all.push({ atom: k, x, y, depth, radius: radii[k] * factor });
  }
  return all.sort((p, q) => q.depth - p.depth);
}

/** Of points given from near to far, those whose middle no nearer one covers. */
export function unhidden(seen: Seen[]): Seen[] {
  const size = Math.max(8, ...seen.slice(0, 1).map(s => 2 * s.radius));
  const cells = new Map<string, Seen[]>();
  const free: Seen[] = [];
  for (const one of seen) {
    const [i, j] = [Math.floor(one.x / size), Math.floor(one.y / size)];
    const hidden = cells.get(`${i},${j}`)?.some(o => Math.hypot(o.x - one.x, o.y - one.y) < o.radius);
    if (!hidden) {
      free.push(one);
    }
    const span = Math.ceil(one.radius / size);
    for (let u = i - span; u <= i + span; u++) {
      for (let v = j - span; v <= j + span; v++) {
        const key = `${u},${v}`;
        cells.get(key)?.push(one) ?? cells.set(key, [one]);
      }
    }
  }
  return free;
}
