"""The application on Ray Serve: snapshot files in groups, held by replicas that map them, behind a front that routes.

    client -> front (which snapshots does the request name?) -> holder (the application over those groups' files)

Nothing here is imported without the extra `ray`, but for `config` and `release`.
"""
