"""Runs a command to its end and prints its wall time, processor time (s) and the peak memory of its largest process (MB) as JSON."""

import json
import resource
import subprocess
import sys
import time

start = time.monotonic()
with open(sys.argv[1], "wb") as log:
    status = subprocess.run(sys.argv[2:], stdout=log, stderr=subprocess.STDOUT).returncode
wall = time.monotonic() - start
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({"status": status, "wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "peak": usage.ru_maxrss / 1000}))
