"""The foundation of live displays: one look for many, none for nobody, and plain words when it cannot look."""

from __future__ import annotations

import threading

import pytest

from nanoos_lab.errors import StoreError
from nanoos_lab.widgets import live
from nanoos_lab.widgets.live import Feed, Source, Viewer, alike


class Reader(Viewer):
    """Remembers what it was shown."""

    def __init__(self):
        self.seen, self.there = [], True

    def take(self, feed):
        """Remember it."""
        self.seen.append((feed.value, feed.problem))

    @property
    def attentive(self):
        """Whether it is there."""
        return self.there


class Thing:
    """Something that goes on until it is told to end."""

    def __init__(self):
        self.left, self.reads, self.broken = 1, 0, False
        self.read_again = threading.Event()

    def read(self):
        """Say what is left."""
        if self.broken:
            raise StoreError("the store is away")
        self.reads += 1
        self.read_again.set()
        return {"kind": "runs", "at": self.reads, "unfinished": self.left}

    def source(self):
        """Return it as a source."""
        return Source(key=("thing", id(self)), read=self.read)


@pytest.fixture(autouse=True)
def _brisk(monkeypatch):
    monkeypatch.setattr(live, "FIRST_PAUSE_S", 0.005)
    monkeypatch.setattr(live, "LAST_PAUSE_S", 0.01)


def _until(true):
    pause = threading.Event()
    for _ in range(3000):
        if true():
            return
        pause.wait(0.005)
    raise AssertionError


def test_many_viewers_of_one_thing_are_one_look():
    thing, readers = Thing(), [Reader() for _ in range(5)]
    thing.left = 0
    feed = Feed.of(thing.source())
    for reader in readers:
        Feed.of(thing.source()).join(reader)
    assert thing.reads == 1
    assert all(len(reader.seen) == 1 for reader in readers)
    thing.left = 1
    feed.wake()
    _until(lambda: len(readers[0].seen) > 3)
    thing.left = 0
    _until(lambda: not feed.watching)
    assert thing.reads == feed.looks
    assert [reader.seen[-1][0]["unfinished"] for reader in readers] == [0] * 5


def test_nobody_looks_so_nobody_reads_until_somebody_comes_back():
    thing, reader = Thing(), Reader()
    feed = Feed.of(thing.source())
    feed.join(reader)
    reader.there = False
    _until(lambda: not feed.watching)
    reads = thing.reads
    reader.there = True
    feed.wake()
    _until(lambda: thing.reads > reads + 2)
    feed.leave(reader)
    _until(lambda: not feed.watching)


def test_a_finished_thing_is_looked_at_once_when_somebody_asks():
    thing, reader = Thing(), Reader()
    thing.left = 0
    feed = Feed.of(thing.source())
    feed.join(reader)
    assert not feed.watching
    assert thing.reads == 1
    thing.left = 1  # something was begun since
    feed.wake()
    _until(lambda: reader.seen[-1][0]["unfinished"] == 1)
    thing.left = 0
    _until(lambda: not feed.watching)


def test_what_cannot_be_read_stays_as_it_was_and_says_why():
    thing, reader = Thing(), Reader()
    feed = Feed.of(thing.source())
    feed.join(reader)
    thing.broken = True
    _until(lambda: reader.seen[-1][1] == "the store is away")
    assert reader.seen[-1][0]["unfinished"] == 1
    thing.broken, thing.left = False, 0
    _until(lambda: reader.seen[-1] == ({"kind": "runs", "at": thing.reads, "unfinished": 0}, ""))
    _until(lambda: not feed.watching)


def test_what_cannot_be_read_at_first_is_an_error():
    thing = Thing()
    thing.broken = True
    with pytest.raises(StoreError, match="away"):
        Feed.of(thing.source()).join(Reader())


def test_a_feed_ends_with_its_viewers():
    thing, reader = Thing(), Reader()
    thing.left = 0
    Feed.of(thing.source()).join(reader)
    Feed.of(thing.source()).join(reader)  # nothing held the first one
    assert thing.reads == 2


def test_only_what_happened_makes_a_difference():
    assert alike({"at": 1, "rows": [1]}, {"at": 2, "rows": [1]})
    assert not alike({"at": 1, "rows": [1]}, {"at": 1, "rows": [2]})
