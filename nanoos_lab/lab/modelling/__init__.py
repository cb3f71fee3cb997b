"""Trained models of a lab: datasets of its values, trainings on them, and the registry of what came out."""
