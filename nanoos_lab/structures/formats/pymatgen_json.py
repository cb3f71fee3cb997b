"""JSON of pymatgen's ``Structure.to_json``, and of this package, one structure or a list."""

from __future__ import annotations

import json

from nanoos_lab.errors import InvalidInputError, StructureParseError
from nanoos_lab.foreign_json import loads
from nanoos_lab.structures.build import BuildError, check_distances
from nanoos_lab.structures.formats.parsed import Parsed
from nanoos_lab.structures.serialize import from_json


def parse(text: str, source: str) -> list[Parsed]:
    """Return the structures of a JSON text.

    Args:
        text: The file's text.
        source: Its name, for messages.

    Raises:
        StructureParseError: With the line where the JSON itself is broken.
    """
    try:
        data = loads(text, "the JSON")
    except json.JSONDecodeError as error:
        raise StructureParseError(f"not valid JSON: {error.msg}", source, error.lineno) from None
    except InvalidInputError as error:
        raise StructureParseError(f"not a structure: {error}", source) from None
    except ValueError as error:
        raise StructureParseError(f"not valid JSON: {error}", source) from None
    items = data if isinstance(data, list) else [data]
    if not items:
        raise StructureParseError("this JSON is an empty list", source)
    found = []
    for item in items:
        try:
            structure = from_json(item)
            check_distances(structure)
        except (InvalidInputError, BuildError) as error:
            raise StructureParseError(str(error), source) from None
        found.append(Parsed(structure, text if len(items) == 1 else json.dumps(item), ""))
    return found
