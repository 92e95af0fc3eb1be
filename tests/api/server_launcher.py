"""Starts servers by fork, from a process that has imported dcr serve already: an import costs a second, a fork nothing.

Reads one JSON request a line on stdin: `{"start": {...}}` answers with the process id, `{"wait": PID}` with its status.
"""

import json
import os
import sys

import gitdb  # noqa: F401

import dcr.api.server
import dcr.cli.app
import dcr.cli.commands.serve
import dcr.cli.entry
import dcr.git.writing.object_store


def run(request: dict) -> None:
    """Be `dcr serve` with some arguments, as if it had been typed."""
    os.setsid()
    log = os.open(request["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(log, stream)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    sys.argv = ["dcr", "serve", *request["arguments"]]
    sys.stdin, sys.stdout, sys.stderr = os.fdopen(0), os.fdopen(1, "w"), os.fdopen(2, "w")
    dcr.cli.entry.main()


for line in sys.stdin:
    request = json.loads(line)
    if "start" in request:
        pid = os.fork()
        if pid == 0:
            try:
                run(request["start"])
            finally:
                os._exit(70)
        answer = pid
    else:
        _, status = os.waitpid(request["wait"], 0)
        answer = os.waitstatus_to_exitcode(status)
    print(json.dumps(answer), flush=True)
