"""A scene as a binary glTF 2.0 model (``.glb``), for slides, Blender and anything else that opens one.

One sphere and one cylinder are stored; every atom and half bond is a node that places one of them. Lengths are in Å;
glTF's metres are read as such. Specification: Khronos Group, glTF 2.0 (2021).
"""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.scenes.looks import rgb
from nanoos_lab.scenes.model import WIRE_RADIUS_ANGSTROM
from nanoos_lab.scenes.svg.atoms import colors_of_atoms

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from nanoos_lab.scenes.model import Scene

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]

MANY_ATOMS = 2000
"""From here on spheres have fewer triangles."""
_FLOAT, _UINT = 5126, 5125
_ARRAY, _ELEMENTS = 34962, 34963
_TRIANGLES, _LINES = 4, 1


def glb_of(scene: Scene) -> bytes:
    """Return a scene as a binary glTF model.

    Args:
        scene: What to write.
    """
    model = _Model()
    _add_atoms(model, scene)
    if scene.style != "space-filling":
        _add_bonds(model, scene)
    _add_arrows(model, scene)
    _add_faces(model, scene)
    for surface in scene.surfaces:
        mesh = model.mesh(
            surface.positions.astype(np.float64),
            surface.triangles.astype(np.int64),
            normals=surface.normals.astype(np.float64),
            material=model.material(surface.color, surface.opacity),
        )
        model.place(mesh, name=surface.name)
    if len(scene.edges):
        ends = scene.edges.reshape(-1, 3).astype(np.float64)
        material = model.material("#555555")
        model.place(model.mesh(ends, np.arange(len(ends)), material=material, mode=_LINES), name="cell")
    return model.written(scene.title)


class _Model:
    """Collects the parts of a glTF file."""

    def __init__(self) -> None:
        self._nodes: list[dict[str, Any]] = []
        self._meshes: list[dict[str, Any]] = []
        self._materials: dict[tuple[str, float], int] = {}
        self._accessors: list[dict[str, Any]] = []
        self._views: list[dict[str, Any]] = []
        self._bytes = bytearray()

    def material(self, color: str, opacity: float = 1.0) -> int:
        return self._materials.setdefault((color, opacity), len(self._materials))

    def mesh(
        self,
        positions: FloatArray,
        indices: IntArray,
        *,
        material: int,
        normals: FloatArray | None = None,
        mode: int = _TRIANGLES,
    ) -> int:
        attributes = {"POSITION": self.floats(positions)}
        if normals is not None:
            attributes["NORMAL"] = self.floats(normals)
        return self.shared(attributes, self.indices(indices), material, mode)

    def shared(self, attributes: dict[str, int], indices: int, material: int, mode: int = _TRIANGLES) -> int:
        primitive = {"attributes": attributes, "indices": indices, "material": material, "mode": mode}
        self._meshes.append({"primitives": [primitive]})
        return len(self._meshes) - 1

    def place(self, mesh: int, **how: Any) -> None:
        self._nodes.append({"mesh": mesh, **how})

    def floats(self, values: FloatArray) -> int:
        data = np.ascontiguousarray(values, "<f4")
        limits = {"min": data.min(axis=0).tolist(), "max": data.max(axis=0).tolist()}
        return self._accessor(data, _FLOAT, "VEC3", _ARRAY) if not len(data) else self._with(limits, data)

    def indices(self, values: IntArray) -> int:
        return self._accessor(np.ascontiguousarray(values.ravel(), "<u4"), _UINT, "SCALAR", _ELEMENTS)

    def _with(self, limits: dict[str, Any], data: NDArray[Any]) -> int:
        number = self._accessor(data, _FLOAT, "VEC3", _ARRAY)
        self._accessors[number] |= limits
        return number

    def _accessor(self, data: NDArray[Any], kind: int, shape: str, target: int) -> int:
        self._views.append(
            {"buffer": 0, "byteOffset": len(self._bytes), "byteLength": data.nbytes, "target": target}
        )
        self._bytes += data.tobytes()
        self._accessors.append(
            {"bufferView": len(self._views) - 1, "componentType": kind, "count": len(data), "type": shape}
        )
        return len(self._accessors) - 1

    def written(self, title: str) -> bytes:
        document: dict[str, Any] = {
            "asset": {"version": "2.0", "generator": "NANO-OS Lab"},
            "scene": 0,
            "scenes": [{"name": title, "nodes": list(range(len(self._nodes)))}],
        }
        lists = {
            "nodes": self._nodes,
            "meshes": self._meshes,
            "materials": [_material(color, opacity) for color, opacity in self._materials],
            "accessors": self._accessors,
            "bufferViews": self._views,
            "buffers": [{"byteLength": len(self._bytes)}] if self._bytes else [],
        }
        document |= {name: values for name, values in lists.items() if values}  # empty lists are not allowed
        text = json.dumps(document, separators=(",", ":"), allow_nan=False).encode()
        text += b" " * (-len(text) % 4)
        raw = bytes(self._bytes) + b"\0" * (-len(self._bytes) % 4)
        parts = [struct.pack("<I4s", len(text), b"JSON"), text]
        if raw:
            parts += [struct.pack("<I4s", len(raw), b"BIN\0"), raw]
        return struct.pack("<4sII", b"glTF", 2, 12 + sum(len(p) for p in parts)) + b"".join(parts)


def _material(color: str, opacity: float) -> dict[str, Any]:
    srgb = np.array(rgb(color)) / 255
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)  # noqa: PLR2004 - IEC 61966-2-1
    look = {"baseColorFactor": [*linear.tolist(), opacity], "metallicFactor": 0.05, "roughnessFactor": 0.45}
    clear = {"alphaMode": "BLEND", "doubleSided": True} if opacity < 1 else {}
    return {"pbrMetallicRoughness": look, **clear}


def _add_atoms(model: _Model, scene: Scene) -> None:
    if not len(scene):
        return
    points, triangles = _sphere(1 if len(scene) > MANY_ATOMS else 2)
    at = model.floats(points)
    attributes, indices = {"POSITION": at, "NORMAL": at}, model.indices(triangles)
    meshes: dict[str, int] = {}
    radii = scene.radii().tolist()
    for k, (place, color) in enumerate(zip(scene.positions.tolist(), colors_of_atoms(scene), strict=True)):
        if color not in meshes:
            meshes[color] = model.shared(attributes, indices, model.material(color))
        name = f"{scene.species[scene.species_of[k]].symbol}{scene.sites[k]}"
        model.place(meshes[color], name=name, translation=place, scale=[radii[k]] * 3)


def _add_bonds(model: _Model, scene: Scene) -> None:
    if not len(scene.bonds):
        return
    points, normals, triangles = _cylinder(1.0)
    attributes = {"POSITION": model.floats(points), "NORMAL": model.floats(normals)}
    indices, colors = model.indices(triangles), colors_of_atoms(scene)
    radius = WIRE_RADIUS_ANGSTROM if scene.style == "wireframe" else scene.bond_radius
    meshes: dict[str, int] = {}
    for one, two in ((0, 1), (1, 0)):
        near, far = scene.bonds[:, one], scene.bonds[:, two]
        start = scene.positions[near].astype(np.float64)
        half = (scene.positions[far] - scene.positions[near]).astype(np.float64) / 2
        for k, (place, along) in enumerate(zip(start, half, strict=True)):
            color = colors[near[k]]
            if color not in meshes:
                meshes[color] = model.shared(attributes, indices, model.material(color))
            model.place(meshes[color], **_along(place, along, radius))


def _add_arrows(model: _Model, scene: Scene) -> None:
    told = scene.vectors
    if told is None or not len(told.atoms):
        return
    shaft, head = _cylinder(1.0), _cylinder(0.0)
    stored = [
        ({"POSITION": model.floats(p), "NORMAL": model.floats(n)}, model.indices(t))
        for p, n, t in (shaft, head)
    ]
    for k, (atom, tip) in enumerate(zip(told.atoms.tolist(), told.tips.astype(np.float64), strict=True)):
        length = float(np.linalg.norm(tip))
        if length < 1e-6:  # noqa: PLR2004 - no direction
            continue
        material = model.material(told.colors[k] if told.colors else told.color)
        neck = tip * max(0.55, 1 - 0.45 / length)
        start = scene.positions[atom].astype(np.float64)
        parts = ((stored[0], start, neck, 0.075), (stored[1], start + neck, tip - neck, 0.2))
        for (attributes, indices), place, along, radius in parts:
            mesh = model.shared(attributes, indices, material)
            model.place(mesh, name=told.name, **_along(place, along, radius))


def _add_faces(model: _Model, scene: Scene) -> None:
    opacity = 0.8 if scene.style == "polyhedra" else 0.4
    for kind in np.unique(scene.face_species).tolist():
        corners = scene.positions[scene.faces[scene.face_species == kind]].astype(np.float64)
        normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        normals /= np.maximum(np.linalg.norm(normals, axis=1), 1e-9)[:, None]
        mesh = model.mesh(
            corners.reshape(-1, 3),
            np.arange(3 * len(corners)),
            normals=np.repeat(normals, 3, axis=0),
            material=model.material(scene.species[kind].color, opacity),
        )
        model.place(mesh, name=f"polyhedra of {scene.species[kind].label}")


def _along(place: FloatArray, along: FloatArray, radius: float) -> dict[str, Any]:
    """Return the node that puts a cylinder from z = 0 to z = 1 along a vector."""
    length = max(float(np.linalg.norm(along)), 1e-9)
    x, y, z = (along / length).tolist()
    turn = [-y, x, 0.0, 1.0 + z] if z > -0.999999 else [1.0, 0.0, 0.0, 0.0]  # noqa: PLR2004 - straight down
    rotation = (np.array(turn) / np.linalg.norm(turn)).tolist()
    return {"translation": place.tolist(), "rotation": rotation, "scale": [radius, radius, length]}


def _cylinder(top: float) -> tuple[FloatArray, FloatArray, IntArray]:
    """Return corners, normals and triangles of a cylinder of radius 1 and height 1, or of a cone, closed below."""
    n = 16
    angle = 2 * np.pi * np.arange(n) / n
    ring = np.stack([np.cos(angle), np.sin(angle), np.zeros(n)], axis=1)
    up = np.array([0.0, 0.0, 1.0])
    points = np.concatenate([ring, ring * top + up, ring])
    sides = ring + (1 - top) * up
    normals = np.concatenate([sides, sides, np.tile(-up, (n, 1))])
    normals /= np.linalg.norm(normals, axis=1)[:, None]
    k, after = np.arange(n), (np.arange(n) + 1) % n
    walls = np.concatenate([np.stack([k, after, after + n], 1), np.stack([k, after + n, k + n], 1)])
    floor = np.stack([np.full(n - 2, 2 * n), 2 * n + k[2:], 2 * n + k[1:-1]], axis=1)
    return points, normals, np.concatenate([walls, floor])


def _sphere(divisions: int) -> tuple[FloatArray, IntArray]:
    """Return an icosahedron with divided faces: corners on the unit sphere, and triangles."""
    g = (1 + 5**0.5) / 2
    flat = [(s * 1.0, t * g) for s in (-1, 1) for t in (-1, 1)]
    points = np.array([p for a, b in flat for p in ((a, b, 0.0), (0.0, a, b), (b, 0.0, a))])
    points /= np.linalg.norm(points[0])
    from scipy.spatial import ConvexHull  # noqa: PLC0415 - heavy import

    hull = ConvexHull(points)
    triangles = _outwards(points, hull.simplices.astype(np.int64))
    for _ in range(divisions):
        pairs = np.sort(
            np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]), axis=1
        )
        edges, of_edge = np.unique(pairs, axis=0, return_inverse=True)
        ab, bc, ca = of_edge.reshape(3, -1) + len(points)
        points = np.concatenate([points, points[edges].mean(axis=1)])
        points /= np.linalg.norm(points, axis=1)[:, None]
        a, b, c = triangles.T
        triangles = np.concatenate(
            [np.stack(t, 1) for t in ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))]
        )
    return points, triangles


def _outwards(points: FloatArray, triangles: IntArray) -> IntArray:
    corners = points[triangles]
    inward = np.einsum("ij,ij->i", np.cross(corners[:, 0], corners[:, 1]), corners[:, 2]) < 0
    triangles[inward] = triangles[inward][:, ::-1]
    return triangles
