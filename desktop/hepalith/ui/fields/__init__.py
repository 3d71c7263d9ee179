"""Editors for findings, one for each type, found through a registry."""
