"""Tags: words on structures, to find them by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, func, literal, select

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.store.events import record_event, record_events
from nanoos_lab.store.rows import as_list, chunks, insert_new
from nanoos_lab.store.schema import TagRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy.orm import Session

    from nanoos_lab.store.scope import Scope

LONGEST = 100
_MOST_STEPS = 1_000


def clean_tags(tags: str | Iterable[str]) -> list[str]:
    """Return tags as they are stored: sorted, each once, without space around them.

    Args:
        tags: One word or several.

    Raises:
        InvalidInputError: A tag is empty or too long.
    """
    words = sorted({str(tag).strip() for tag in as_list(tags)})
    for word in words:
        if not word or len(word) > LONGEST:
            raise InvalidInputError(f"a tag is 1 to {LONGEST} characters, not {word!r}")
    return words


def tags_of(session: Session, scope: Scope, structure_ids: str | Iterable[str]) -> Mapping[str, list[str]]:
    """Return the sorted tags of each structure, by its id; structures without tags have an empty list.

    Args:
        session: An open session.
        scope: The project.
        structure_ids: Full ids.
    """
    found: dict[str, list[str]] = {structure_id: [] for structure_id in as_list(structure_ids)}
    t = TagRow
    for part in chunks(list(found)):
        query = select(t.structure_id, t.tag).where(
            t.project_id == scope.project_id, t.structure_id.in_(part)
        )
        for structure_id, tag in session.execute(query):
            found[structure_id].append(tag)
    for words in found.values():
        words.sort()  # here, so that the order does not depend on a database's alphabet
    return found


def count_tags(session: Session, scope: Scope) -> dict[str, int]:
    """Return how many structures carry each tag, by tag in alphabetical order.

    Args:
        session: An open session.
        scope: The project.
    """
    query = select(TagRow.tag, func.count()).where(TagRow.project_id == scope.project_id)
    return dict(sorted((tag, n) for tag, n in session.execute(query.group_by(TagRow.tag))))


def tag_names(session: Session, scope: Scope) -> list[str]:
    """Return the tags there are, in no order.

    Args:
        session: An open session.
        scope: The project.
    """
    # From each tag to the next through the index: what DISTINCT would do by reading every row.
    t = TagRow.__table__.c
    of_project = t.project_id == scope.project_id
    names = select(func.min(t.tag).label("tag"), literal(1).label("n")).where(of_project).cte(recursive=True)
    following = select(func.min(t.tag)).where(of_project, t.tag > names.c.tag).scalar_subquery()
    more = select(following, names.c.n + 1).where(names.c.tag.is_not(None), names.c.n <= _MOST_STEPS)
    names = names.union_all(more)
    found = session.scalars(select(names.c.tag).where(names.c.tag.is_not(None))).all()
    if len(found) <= _MOST_STEPS:
        return list(found)
    return list(session.scalars(select(t.tag).where(of_project).distinct()))


def add_tags(session: Session, scope: Scope, tags: Mapping[str, Iterable[str]]) -> None:
    """Add tags, without a word in the journal.

    Args:
        session: A writing session.
        scope: The project.
        tags: Clean tags by the structure's id.
    """
    pairs = [(structure, tag) for structure, words in tags.items() for tag in words]
    common = {"project_id": scope.project_id}
    insert_new(session, TagRow, [{**common, "structure_id": one, "tag": tag} for one, tag in pairs])


def set_tags(session: Session, scope: Scope, structure_id: str, tags: Iterable[str]) -> list[str]:
    """Give a structure exactly these tags, and return them sorted.

    Args:
        session: A writing session.
        scope: The project.
        structure_id: Its full id.
        tags: The words; space around them is dropped.

    Raises:
        InvalidInputError: A tag is empty or too long.
    """
    words = clean_tags(tags)
    t = TagRow
    session.execute(delete(t).where(t.project_id == scope.project_id, t.structure_id == structure_id))
    add_tags(session, scope, {structure_id: words})
    record_event(session, scope, "structure.tagged", structure_id, tags=words)
    return words


def change_tags(
    session: Session,
    scope: Scope,
    structure_ids: Sequence[str],
    *,
    add: str | Iterable[str] = (),
    remove: str | Iterable[str] = (),
) -> Mapping[str, list[str]]:
    """Add tags to structures and take others away, and return the tags that each has now.

    The journal tells of each structure whose tags have changed.

    Args:
        session: A writing session.
        scope: The project.
        structure_ids: Full ids.
        add: Words to add.
        remove: Words to take away; those that are not there do not matter.

    Raises:
        InvalidInputError: A tag is empty or too long, or is both added and removed.
    """
    wanted, unwanted = clean_tags(add), clean_tags(remove)
    if both := sorted({*wanted} & {*unwanted}):
        raise InvalidInputError(f"the tag {both[0]!r} is both added and removed: say which")
    before = tags_of(session, scope, structure_ids)
    after = {one: sorted({*words, *wanted} - {*unwanted}) for one, words in before.items()}
    changed = [one for one in after if after[one] != before[one]]
    t = TagRow
    for part in chunks(changed if unwanted else []):
        session.execute(
            delete(t).where(t.project_id == scope.project_id, t.structure_id.in_(part), t.tag.in_(unwanted)),
            execution_options={"synchronize_session": False},
        )
    add_tags(session, scope, dict.fromkeys(changed, wanted))
    record_events(session, scope, "structure.tagged", {one: {"tags": after[one]} for one in changed})
    return after
