"""How records look: numbers, HTML for notebooks and text for terminals.

Every function here takes plain values and returns text. Nothing knows the lab or the store, so records of
any room can show themselves without being registered with IPython.
"""
