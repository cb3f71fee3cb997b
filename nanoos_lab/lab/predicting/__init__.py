"""Predictions at scale: whatever names structures goes in, a piece at a time; values, a table and a file come out.

Knows the lab's records and runs; what a model says is decided below, in :mod:`nanoos_lab.ml`.
"""
