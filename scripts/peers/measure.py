"""Runs a command and prints what its whole process tree took as JSON: processor seconds and seconds by the clock.

Processes whose parent has died are adopted (PR_SET_CHILD_SUBREAPER) and waited for, so that helpers of a browser
count, too. Linux only.

usage: measure.py COMMAND [ARGUMENT ...]
"""
import ctypes
import json
import os
import resource
import subprocess
import sys
import time

PR_SET_CHILD_SUBREAPER = 36


def main(command):
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        sys.exit("measure.py: this system does not adopt orphaned processes")
    start = time.monotonic()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    clock = time.monotonic() - start
    while True:  # adopted ones
        try:
            os.wait()
        except ChildProcessError:
            break
    if done.returncode != 0:
        sys.exit("measure.py: %s failed:\n%s" % (command[0], done.stderr.decode(errors="replace")[-2000:]))
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(json.dumps({"cpu_seconds": used.ru_utime + used.ru_stime, "seconds": clock}))


main(sys.argv[1:])
