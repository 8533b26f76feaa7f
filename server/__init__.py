"""The ASGI application: HTTP, settings, command line, current snapshots."""
