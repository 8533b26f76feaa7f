"""Spack's spec constraints as a language: text -> tokens -> parser -> frozen constraints -> canonical text.

`graph.matching` answers what a constraint matches; nothing here knows of any data.
"""

from graph.speclang.constraint import Constraint, Edge, FlagConstraint, VariantConstraint
from graph.speclang.parser import MAX_LENGTH, MAX_NODES, parse

__all__ = ["MAX_LENGTH", "MAX_NODES", "Constraint", "Edge", "FlagConstraint", "VariantConstraint", "parse"]
