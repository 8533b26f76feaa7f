"""The domain: packages, specs and snapshots as a graph. Knows nothing of GraphQL or HTTP."""
