"""Servers that specgraph is measured beside. They serve the same data through the same part of the contract."""
