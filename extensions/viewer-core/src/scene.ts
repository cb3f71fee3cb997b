/**
 * The scene as Python prepared it (nanoos_lab/structures/scene.py): read, checked, decoded.
 * No chemistry happens in the browser; what is not in here is not drawn.
 */

export const MIME_TYPE = 'application/vnd.nanoos.scene+json';
const VERSION = 1;

export type Style = 'ball-and-stick' | 'space-filling';

export interface Species {
  symbol: string;
  label: string;
  color: string;
  radius: number;
  full_radius: number;
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
  speciesOf: ArrayLike<number>;
  sites: ArrayLike<number>;
  images: ArrayLike<number>;
  bonds: ArrayLike<number>;
  edges: Float32Array;
  faces: ArrayLike<number>;
  faceSpecies: ArrayLike<number>;
}

interface WireArray {
  dtype: string;
  shape: number[];
  data: string;
}

const TYPES = {
  float32: Float32Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  int8: Int8Array
} as const;

function decode(array: WireArray, name: string): Float32Array | Uint8Array | Uint16Array | Uint32Array | Int8Array {
  const Type = TYPES[array?.dtype as keyof typeof TYPES];
  if (!Type) {
    throw new Error(`The scene's ${name} have an unknown type: ${array?.dtype}`);
  }
  const text = atob(array.data);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    bytes[i] = text.charCodeAt(i);
  }
  const values = new Type(bytes.buffer);
  const expected = array.shape.reduce((product, n) => product * n, 1);
  if (values.length !== expected) {
    throw new Error(`The scene's ${name} hold ${values.length} numbers instead of ${expected}`);
  }
  return values;
}

/** Read a scene from its JSON, or throw an error that a person understands. */
export function readScene(json: any): Scene {
  if (json?.schema !== 'nanoos.scene') {
    throw new Error('This is not a structure scene');
  }
  if (json.version !== VERSION) {
    throw new Error(
      `This scene has version ${json.version}, but this viewer reads version ${VERSION}: use matching versions of nanoos-lab`
    );
  }
  return {
    title: String(json.title ?? ''),
    style: json.style === 'space-filling' ? 'space-filling' : 'ball-and-stick',
    species: json.species,
    bondRadius: json.bond_radius,
    lattice: json.lattice,
    center: json.center,
    view: json.view,
    positions: decode(json.positions, 'positions') as Float32Array,
    speciesOf: decode(json.species_of, 'species'),
    sites: decode(json.sites, 'sites'),
    images: decode(json.images, 'images'),
    bonds: decode(json.bonds, 'bonds'),
    edges: decode(json.edges, 'edges') as Float32Array,
    faces: decode(json.faces, 'faces'),
    faceSpecies: decode(json.face_species, 'face species')
  };
}

/** Return every atom's radius in a style, in Å. */
export function radiiOf(scene: Scene, style: Style): Float32Array {
  const bySpecies = scene.species.map(s => (style === 'space-filling' ? s.full_radius : s.radius));
  const radii = new Float32Array(scene.speciesOf.length);
  for (let k = 0; k < radii.length; k++) {
    radii[k] = bySpecies[scene.speciesOf[k]];
  }
  return radii;
}
