/**
 * The scene as Python prepared it (nanoos_lab/scenes): read, checked, decoded.
 * No chemistry happens in the browser; what is not in here is not drawn.
 */

import { Frames, readFrames } from './frames';
import { Numbers, decode, floats, indices } from './wire';

export const MIME_TYPE = 'application/vnd.nanoos.scene+json';
const VERSIONS = [1, 2];
export const STYLES = ['ball-and-stick', 'polyhedra', 'space-filling', 'wireframe'] as const;

export type Style = (typeof STYLES)[number];

export interface Species {
  symbol: string;
  label: string;
  color: string;
  radius: number;
  full_radius: number;
  /** Shares of a site's occupants; what is missing to 1 is vacant. */
  portions?: [string, number][];
}

export interface SiteValues {
  name: string;
  unit: string;
  values: Float32Array;
  low: number;
  high: number;
  scale: 'sequential' | 'diverging';
}

export interface Vectors {
  name: string;
  unit: string;
  atoms: Numbers;
  /** From the atom's centre, in Å as drawn. */
  tips: Float32Array;
  colors: string[];
  longest: number | null;
}

export interface Surface {
  name: string;
  color: string;
  opacity: number;
  positions: Float32Array;
  normals: Float32Array;
  triangles: Numbers;
}

export interface Scene {
  title: string;
  style: Style;
  species: Species[];
  bondRadius: number;
  lattice: number[][] | null;
  center: number[];
  /** Orthonormal rows: right, up, towards the viewer. */
  view: number[][];
  positions: Float32Array;
  speciesOf: Numbers;
  sites: Numbers;
  images: Numbers;
  bonds: Numbers;
  edges: Float32Array;
  faces: Numbers;
  faceSpecies: Numbers;
  faceEdges: Numbers;
  atomLabels: string[] | null;
  siteValues: SiteValues | null;
  vectors: Vectors | null;
  surfaces: Surface[];
  labels: { text: string; position: number[] }[];
  frames: Frames | null;
}

function color(value: unknown, name: string): string {
  if (typeof value !== 'string' || !/^#[0-9a-f]{6}$/i.test(value)) {
    throw new Error(`The colour of ${name} is ${JSON.stringify(value)}: write it as "#rrggbb"`);
  }
  return value;
}

function readSpecies(list: any): Species[] {
  for (const species of list) {
    color(species.color, species.label);
    species.portions?.forEach(([tint]: [string, number]) => color(tint, species.label));
  }
  return list;
}

function readValues(json: any, atoms: number): SiteValues | null {
  if (!json) {
    return null;
  }
  const values = floats(json.values, 'site values')!;
  if (values.length !== atoms) {
    throw new Error(`The scene has ${values.length} site values for ${atoms} atoms`);
  }
  const scale = json.scale === 'diverging' ? 'diverging' : 'sequential';
  return { name: String(json.name ?? ''), unit: String(json.unit ?? ''), values, low: Number(json.low), high: Number(json.high), scale };
}

function readVectors(json: any, atoms: number): Vectors | null {
  if (!json) {
    return null;
  }
  const of = indices(json.atoms, 'vectors', atoms);
  const tips = floats(json.tips, "vectors' tips")!;
  if (tips.length !== 3 * of.length) {
    throw new Error(`The scene has ${tips.length / 3} vectors for ${of.length} atoms`);
  }
  const colors: string[] = Array.isArray(json.colors) ? json.colors : Array(of.length).fill(json.color ?? '#c2410c');
  colors.forEach(tint => color(tint, 'a vector'));
  const longest = typeof json.longest === 'number' ? json.longest : null;
  return { name: String(json.name ?? ''), unit: String(json.unit ?? ''), atoms: of, tips, colors, longest };
}

function readSurface(json: any): Surface {
  const name = String(json.name ?? '');
  const positions = floats(json.positions, `surface ${name}`)!;
  const normals = floats(json.normals, `surface ${name}`) ?? new Float32Array(positions.length);
  return {
    name,
    color: color(json.color, name),
    opacity: Math.min(Math.max(Number(json.opacity ?? 0.6), 0), 1),
    positions,
    normals,
    triangles: indices(json.triangles, `surface ${name}`, positions.length / 3)
  };
}

/** Read a scene from its JSON, or throw an error that a person understands. */
export function readScene(json: any): Scene {
  if (json?.schema !== 'nanoos.scene') {
    throw new Error('This is not a structure scene');
  }
  if (!VERSIONS.includes(json.version)) {
    throw new Error(
      `This scene has version ${json.version}, but this viewer reads versions ${VERSIONS.join(' and ')}: use matching versions of nanoos-lab`
    );
  }
  const positions = floats(json.positions, 'positions')!;
  const atoms = positions.length / 3;
  const species = readSpecies(json.species);
  const { lattice, center, view } = json;
  return {
    title: String(json.title ?? ''),
    style: STYLES.includes(json.style) ? json.style : 'ball-and-stick',
    species,
    bondRadius: json.bond_radius,
    lattice,
    center,
    view,
    positions,
    speciesOf: indices(json.species_of, 'species', species.length),
    sites: decode(json.sites, 'sites'),
    images: decode(json.images, 'images'),
    bonds: indices(json.bonds, 'bonds', atoms),
    edges: floats(json.edges, 'edges')!,
    faces: indices(json.faces, 'faces', atoms),
    faceSpecies: indices(json.face_species, 'face species', species.length),
    faceEdges: json.face_edges ? indices(json.face_edges, 'edges of faces', atoms) : new Uint8Array(0),
    atomLabels: Array.isArray(json.atom_labels) ? json.atom_labels.map(String) : null,
    siteValues: readValues(json.site_values, atoms),
    vectors: readVectors(json.vectors, atoms),
    surfaces: (json.surfaces ?? []).map(readSurface),
    labels: (json.labels ?? []).map((l: any) => ({ text: String(l.text), position: l.position.map(Number) })),
    frames: readFrames(json.frames, atoms, json.edges, json.vectors)
  };
}

/** Return every atom's radius in a style, in Å. */
export function radiiOf(scene: Scene, style: Style): Float32Array {
  const bySpecies = scene.species.map(s => {
    const by = { 'ball-and-stick': s.radius, polyhedra: 0.72 * s.radius, 'space-filling': s.full_radius, wireframe: wire(scene) };
    return by[style];
  });
  const radii = new Float32Array(scene.speciesOf.length);
  for (let k = 0; k < radii.length; k++) {
    radii[k] = bySpecies[scene.speciesOf[k]];
  }
  return radii;
}

/** Half the thickness of a wire, in Å. */
function wire(scene: Scene): number {
  return 0.4 * scene.bondRadius;
}

/** Return half the thickness of bonds in a style, in Å; 0 where bonds are not drawn. */
export function bondRadiusOf(scene: Scene, style: Style): number {
  if (style === 'space-filling') {
    return 0;
  }
  return style === 'wireframe' ? wire(scene) : style === 'polyhedra' ? 0.7 * scene.bondRadius : scene.bondRadius;
}
