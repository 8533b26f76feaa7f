"""Readers of what Spack publishes: one file a format, one that detects.

Parsers are pure: bytes in, records and problems out. Nothing here knows of networkx, settings or the network.
"""
