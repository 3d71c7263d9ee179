"""Proofs about the whole knowledge with a solver (z3, a development tool). Knows decision, knowledge and domain."""
