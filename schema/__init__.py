"""The GraphQL API over graph. Knows nothing of HTTP."""
