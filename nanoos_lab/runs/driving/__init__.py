"""What moves runs along: start what waits, look after what is under way, collect what has ended.

Every act here is idempotent and may be done by any process of the person, at any time, again.
"""
