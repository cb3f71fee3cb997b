/** Distances, angles and dihedrals between atoms as drawn. */

import { Vector3 } from 'three';

export type MeasureKind = 'distance' | 'angle' | 'dihedral';

export interface Measured {
  kind: MeasureKind;
  /** Site of each atom, in the order of clicking. */
  sites: number[];
  /** Cell of each atom. */
  images: number[][];
  /** In Å or degrees. */
  value: number;
}

export const KINDS: Record<number, MeasureKind> = { 2: 'distance', 3: 'angle', 4: 'dihedral' };

/** Measure between two, three or four points. */
export function measure(points: Vector3[]): number {
  const [p, q, r, s] = points;
  const degrees = 180 / Math.PI;
  if (points.length === 2) {
    return p.distanceTo(q);
  }
  if (points.length === 3) {
    return p.clone().sub(q).angleTo(r.clone().sub(q)) * degrees;
  }
  const [b1, b2, b3] = [q.clone().sub(p), r.clone().sub(q), s.clone().sub(r)];
  const [n1, n2] = [b1.clone().cross(b2), b2.clone().cross(b3)];
  return Math.atan2(b2.length() * b1.dot(n2), n1.dot(n2)) * degrees;
}

/** The value as people write it. */
export function told(kind: MeasureKind, value: number): string {
  return kind === 'distance' ? `${value.toFixed(3)} Å` : `${value.toFixed(1)}°`;
}
