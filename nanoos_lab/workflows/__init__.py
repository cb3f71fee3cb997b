"""Notebooks as work: templates with typed parameters, run through papermill, turned into reports.

The task ``notebook`` executes a template in a fresh kernel; ``report`` makes one HTML file of what came out;
``screening`` holds the thinking of the screening template as plain functions. A template opens the lab itself:
nothing in this room imports it.
"""
