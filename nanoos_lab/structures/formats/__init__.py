"""One module per file format, each with ``parse(text, source)`` giving the structures of a text in order.

A format raises ``StructureParseError`` with the line where it knows it, and nothing else. Which format a text is in
is decided by its content (:mod:`nanoos_lab.structures.formats.recognise`).
"""
