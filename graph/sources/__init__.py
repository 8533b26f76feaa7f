"""Readers of what Spack publishes: one file a format, one that detects.

Parsers are pure: bytes in, records and problems out. Nothing here knows of networkx or settings, and of the network
only `remote`, and what it stands on (`download`, `receive`, `client`, `cache`), which is imported for addresses alone.
"""
