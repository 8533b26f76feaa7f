"""specgraph under libfaketime: python -m tests.server.turned serve ...

libfaketime 0.9 refuses what `time.sleep` asks the system for, a wait until a time of the monotonic clock; waiting for
an event that never comes takes as long.
"""

import threading
import time

from server.cli import main

if __name__ == "__main__":
    time.sleep = threading.Event().wait  # type: ignore[assignment]
    main()
