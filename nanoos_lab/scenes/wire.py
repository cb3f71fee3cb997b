"""How a scene travels: JSON with arrays in base64, or the same with plain bytes for a live widget.

``SCHEMA`` is the document that other programs write to. Version 2 added everything below the line; each of those
fields may be absent, and a scene of version 1 reads as one of version 2 without them.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.scenes.model import (
    Frames,
    Label,
    Scene,
    SceneSpecies,
    Series,
    SiteValues,
    Surface,
    Vectors,
    check_style,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    Data = Callable[[bytes], Any]

MIME_TYPE = "application/vnd.nanoos.scene+json"
VERSION = 2
SCHEMA = """
{"schema": "nanoos.scene", "version": 2,
 "title": text, "style": "ball-and-stick" | "polyhedra" | "space-filling" | "wireframe",
 "species": [{"symbol": text, "label": text, "color": "#rrggbb", "radius": Å, "full_radius": Å,
              "portions": [["#rrggbb", fraction], ...] on a shared or partly empty site, the rest is vacant}],
 "positions": float32 (n, 3), Cartesian, Å      "species_of": uint (n,), index into species
 "sites": uint (n,), index into the structure    "images": int8 (n, 3), cell of the copy
 "bonds": uint (m, 2), pairs of atoms; each half has the colour of its end
 "bond_radius": Å
 "lattice": [[a], [b], [c]] in Å or null         "edges": float32 (k, 2, 3), lines of the cell, Å
 "faces": uint (f, 3), triangles of polyhedra by atom   "face_species": uint (f,)
 "center": [x, y, z] in Å                        "view": [[right], [up], [towards the viewer]]
 -- since version 2, each optional --
 "face_edges": uint (e, 2), edges of the polyhedra, pairs of atoms
 "atom_labels": [text, ...], one per atom
 "site_values": {"name", "unit", "values": float32 (n,), NaN unknown, "low", "high",
                 "scale": "sequential" | "diverging"}, atoms are coloured by it
 "vectors": {"name", "unit", "atoms": uint (v,), "tips": float32 (v, 3), from the atom's centre, Å as drawn,
             "color": "#rrggbb" or "colors": ["#rrggbb", ...] (v,), "longest": number in the unit}
 "surfaces": [{"name", "color": "#rrggbb", "opacity": 0-1, "positions": float32 (p, 3), Å,
               "normals": float32 (p, 3), "triangles": uint (t, 3), anticlockwise from outside}, ...]
 "labels": [{"text", "position": [x, y, z] in Å}, ...]
 "frames": {"positions": float32 (f, n, 3), Å,
            "lattices": float32 (f, 3, 3), "edges": float32 (f, k, 2, 3), absent where the cell stays,
            "values": {"name", "unit", "data": float32 (f,)}, "times": {"name", "unit", "data": float32 (f,)},
            "bond_offsets": uint32 (f + 1,), "bonds": uint (total, 2), absent where the scene's bonds are kept,
            "vectors": float32 (f, v, 3), tips, absent where they stay}}
A record adds "facts": [[name, value], ...], texts that viewers may show beside the picture.
An array is {"dtype": "float32" | "uint8" | "uint16" | "uint32" | "int8", "shape": [...],
"data": the little-endian bytes in C order}: base64 text in JSON, bytes in a live widget.
Readers refuse a version they do not know.
"""

_WIRE_TYPES = {
    name: np.dtype(name).newbyteorder("<") for name in ("float32", "uint8", "uint16", "uint32", "int8")
}
_ARRAYS: dict[str, type[np.generic]] = {
    "positions": np.float32,
    "species_of": np.uint32,
    "sites": np.uint32,
    "images": np.int8,
    "bonds": np.uint32,
    "edges": np.float32,
    "faces": np.uint32,
    "face_species": np.uint32,
}
_FRAME_ARRAYS: dict[str, type[np.generic]] = {
    "positions": np.float32,
    "lattices": np.float32,
    "edges": np.float32,
    "bonds": np.uint32,
    "vectors": np.float32,
}


def text_of(raw: bytes) -> str:
    """Return bytes as base64 text.

    Args:
        raw: The bytes.
    """
    return base64.b64encode(raw).decode("ascii")


def scene_to_wire(scene: Scene, data: Data) -> dict[str, Any]:
    """Return a scene as JSON; see :data:`SCHEMA`.

    Args:
        scene: What to write.
        data: Makes the ``data`` of an array from its bytes.
    """
    written = {
        "schema": "nanoos.scene",
        "version": VERSION,
        "title": scene.title,
        "style": scene.style,
        "species": [_species_to_wire(s) for s in scene.species],
        "bond_radius": scene.bond_radius,
        "lattice": None if scene.lattice is None else _round(scene.lattice),
        "center": _round(scene.center),
        "view": _round(scene.view),
        **{name: _encode(getattr(scene, name), data) for name in _ARRAYS},
    }
    return written | _extras_to_wire(scene, data)


def scene_from_wire(data: Mapping[str, Any]) -> Scene:
    """Return the scene that was written.

    Args:
        data: The parsed JSON, of version 1 or 2.

    Raises:
        InvalidInputError: It is no scene, or one of a later version.
    """
    if data.get("schema") != "nanoos.scene" or data.get("version") not in range(1, VERSION + 1):
        raise InvalidInputError(
            f"not a scene of version 1 to {VERSION}: schema {data.get('schema')!r}, version {data.get('version')!r}"
        )
    lattice = data["lattice"]
    arrays: dict[str, Any] = {name: _decode(data[name], kind) for name, kind in _ARRAYS.items()}
    return Scene(
        title=data["title"],
        style=check_style(data["style"]),
        species=tuple(_species_from_wire(s) for s in data["species"]),
        bond_radius=data["bond_radius"],
        lattice=None if lattice is None else np.array(lattice, np.float32),
        center=np.array(data["center"], np.float32),
        view=np.array(data["view"], np.float32),
        **arrays,
        **_extras_from_wire(data),
    )


def _species_to_wire(species: SceneSpecies) -> dict[str, Any]:
    written = {name: getattr(species, name) for name in ("symbol", "label", "color", "radius", "full_radius")}
    return (
        written | {"portions": [list(portion) for portion in species.portions]}
        if species.portions
        else written
    )


def _species_from_wire(data: Mapping[str, Any]) -> SceneSpecies:
    portions = tuple((str(color), float(share)) for color, share in data.get("portions", ()))
    return SceneSpecies(**{**data, "portions": portions})


def _extras_to_wire(scene: Scene, data: Data) -> dict[str, Any]:
    """Return the fields of version 2 that this scene has."""
    extras: dict[str, Any] = {}
    if len(scene.face_edges):
        extras["face_edges"] = _encode(scene.face_edges, data)
    if scene.atom_labels:
        extras["atom_labels"] = list(scene.atom_labels)
    if (v := scene.site_values) is not None:
        named = {"name": v.name, "unit": v.unit, "low": v.low, "high": v.high, "scale": v.scale}
        extras["site_values"] = named | {"values": _encode(v.values, data)}
    if (a := scene.vectors) is not None:
        extras["vectors"] = {
            "name": a.name,
            "unit": a.unit,
            "longest": a.longest,
            "atoms": _encode(a.atoms, data),
            "tips": _encode(a.tips, data),
            **({"colors": list(a.colors)} if a.colors else {"color": a.color}),
        }
    if scene.surfaces:
        extras["surfaces"] = [_surface_to_wire(s, data) for s in scene.surfaces]
    if scene.labels:
        extras["labels"] = [{"text": x.text, "position": list(x.position)} for x in scene.labels]
    if scene.frames is not None:
        extras["frames"] = _frames_to_wire(scene.frames, data)
    return extras


def _extras_from_wire(data: Mapping[str, Any]) -> dict[str, Any]:
    extras: dict[str, Any] = {"atom_labels": tuple(data.get("atom_labels", ()))}
    if "face_edges" in data:
        extras["face_edges"] = _decode(data["face_edges"], np.uint32)
    if (v := data.get("site_values")) is not None:
        extras["site_values"] = SiteValues(**{**v, "values": _decode(v["values"], np.float32)})
    if (a := data.get("vectors")) is not None:
        arrays = {"atoms": _decode(a["atoms"], np.uint32), "tips": _decode(a["tips"], np.float32)}
        extras["vectors"] = Vectors(**{**a, **arrays, "colors": tuple(a.get("colors", ()))})
    extras["surfaces"] = tuple(
        Surface(
            **{
                **s,
                "positions": _decode(s["positions"], np.float32),
                "normals": _decode(s["normals"], np.float32),
                "triangles": _decode(s["triangles"], np.uint32),
            }
        )
        for s in data.get("surfaces", ())
    )
    extras["labels"] = tuple(Label(x["text"], tuple(x["position"])) for x in data.get("labels", ()))
    if (f := data.get("frames")) is not None:
        extras["frames"] = _frames_from_wire(f)
    return extras


def _surface_to_wire(surface: Surface, data: Data) -> dict[str, Any]:
    plain = {"name": surface.name, "color": surface.color, "opacity": surface.opacity}
    return plain | {
        name: _encode(getattr(surface, name), data) for name in ("positions", "normals", "triangles")
    }


def _frames_to_wire(frames: Frames, data: Data) -> dict[str, Any]:
    arrays = {name: getattr(frames, name) for name in _FRAME_ARRAYS}
    written: dict[str, Any] = {
        name: _encode(array, data) for name, array in arrays.items() if array is not None
    }
    if frames.bond_offsets is not None:
        written["bond_offsets"] = _encode(frames.bond_offsets, data, smallest=False)
    for name in ("values", "times"):
        series: Series | None = getattr(frames, name)
        if series is not None:
            written[name] = {
                "name": series.name,
                "unit": series.unit,
                "data": _encode(series.data, data),
            }
    return written


def _frames_from_wire(data: Mapping[str, Any]) -> Frames:
    read: dict[str, Any] = {
        name: _decode(data[name], kind) for name, kind in _FRAME_ARRAYS.items() if name in data
    }
    if "bond_offsets" in data:
        read["bond_offsets"] = _decode(data["bond_offsets"], np.uint32)
    for name in ("values", "times"):
        if data.get(name) is not None:
            series = data[name]
            read[name] = Series(series["name"], series["unit"], _decode(series["data"], np.float32))
    return Frames(**read)


def _round(values: NDArray[np.float32]) -> list[Any]:
    result: list[Any] = np.round(values.astype(np.float64), 5).tolist()
    return result


def _encode(values: NDArray[Any], data: Data, *, smallest: bool = True) -> dict[str, Any]:
    """Return an array as JSON, unsigned integers in the smallest type that holds them."""
    if values.dtype.kind == "u" and smallest:
        values = values.astype(np.min_scalar_type(int(values.max(initial=0))))
    wire = np.ascontiguousarray(values, dtype=_WIRE_TYPES[values.dtype.name])
    return {"dtype": values.dtype.name, "shape": list(values.shape), "data": data(wire.tobytes())}


def _decode(data: Mapping[str, Any], kind: type[np.generic]) -> NDArray[Any]:
    if data["dtype"] not in _WIRE_TYPES:
        raise InvalidInputError(f"unknown array type {data['dtype']!r}: use one of {', '.join(_WIRE_TYPES)}")
    raw = data["data"]
    content = base64.b64decode(raw) if isinstance(raw, str) else bytes(raw)
    array = np.frombuffer(content, dtype=_WIRE_TYPES[data["dtype"]])
    if array.size != int(np.prod(data["shape"])):
        raise InvalidInputError(f"an array of shape {data['shape']} has {array.size} entries")
    result: NDArray[Any] = array.reshape(data["shape"]).astype(kind)
    return result
