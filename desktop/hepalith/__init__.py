"""Hepalith: decision support for a liver calcification on imaging. The version stands here and nowhere else."""

__version__ = "0.1.0"
