"""Death and failure at each system call that writes, one after another."""

import gzip
import os
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Callable, NamedTuple

from world import LIMIT, Skip, log, objects, said, wait_for

CALLS = """write pwrite64 writev openat rename renameat renameat2 link linkat fsync fdatasync ftruncate
fallocate copy_file_range unlink unlinkat rmdir mkdir mkdirat""".split()
TRACE = "trace=" + ",".join("?" + call for call in CALLS)


class Deed(NamedTuple):
    """A command that changes something, and how its acknowledgement is held against the case."""

    name: str
    words: list
    kept: Callable
    again: str = ""  # what a repetition may be refused with
    piped: str = ""  # the file that it reads from standard input, strace attached before it begins


def kept_case(world, output):
    return None if not output or world.case.joinpath("case.toml").exists() else "the case is gone"


def kept_sources(world, output):
    held = {source["source"]: source for source in world.status()["sources"]}
    for row in objects(output):
        if not row.get("source"):
            continue  # the total, or a container that was imported before
        source = held.get(row["source"])
        if source is None:
            return f"source {row['path']} was acknowledged and is gone"
        if row["status"] == "imported" and not row["events"] == source["events"] == found(world, source):
            return f"source {row['path']}: acknowledged {row['events']} events, not all are found"
    return None


def found(world, source):
    return world.count(f"vestigo.source:{source['source']}")


def listed(world, kind):
    """Lists bookmarks or findings; where there are none, the status is 1."""
    done = world.run("--json", kind, "list")
    if done.returncode not in (0, 1):
        raise RuntimeError(f"{kind} list: {said(done)}")
    return objects(done.stdout)


def kept_bookmark(world, output):
    marks = {mark["id"] for mark in listed(world, "bookmark")}
    lost = [event for row in objects(output) for event in row["events"] if event not in marks]
    return f"bookmarks {lost} were acknowledged and are gone" if lost else None


def kept_finding(world, output):
    held = {finding["fingerprint"] for finding in listed(world, "finding")}
    lost = [row["finding"] for row in objects(output) if row["fingerprint"] not in held]
    return f"findings {lost} were acknowledged and are gone" if lost else None


def kept_bundle(world, output):
    if not output.endswith(b"\n"):
        return None
    done = world.run("verify", "bundle", "--json")
    return None if done.returncode == 0 else f"the bundle: {said(done)}"


def deeds(bench):
    """Makes the worlds in which the deeds are done: an empty one, and one with a case of a few events."""
    nothing = bench.world("nothing")
    plain, packed = nothing.folder / "plain.log", nothing.folder / "packed.log.gz"
    plain.write_bytes(log(40, "plain"))
    packed.write_bytes(gzip.compress(log(30, "packed"), mtime=0))
    empty = nothing.copy(bench.scratch / "empty")
    empty.must("new", empty.case)
    full = empty.copy(bench.scratch / "full")
    full.must("import", "plain.log")
    event = full.must("search")[0]["id"]
    planned = [
        (nothing, Deed("new", ["new", "./case"], kept_case, "is already a case")),
        (empty, Deed("import", ["import", "plain.log", "packed.log.gz"], kept_sources)),
        # Counted from the first byte on, the calls of the reading and working threads come into their own.
        (empty, Deed("import", ["import", "-"], kept_sources, piped="packed.log.gz")),
        (full, Deed("bookmark", ["bookmark", "add", event, "--note", "seen"], kept_bookmark)),
        (full, Deed("finding", ["finding", "add", "Found", "--severity", "high", "--event", event], kept_finding)),
        (full, Deed("export", ["export", "--query", "*", "--out", "bundle"], kept_bundle, "already exists")),
    ]
    for world, deed in planned:
        if full.knows(deed.name):
            yield world, deed


def census(bench, world, deed):
    """Counts the writing calls of a deed, by thread as strace does: gives (call, number) pairs."""
    if shutil.which("strace") is None:
        raise Skip("strace is not installed")
    trial, trace = world.copy(bench.scratch / "trial"), bench.scratch / "trace"
    done = do(trial, deed, strace(trace))
    if done.returncode != 0:
        raise Skip(f"vestigo cannot run under strace here: {said(done)}")
    counts, points = Counter(), {}
    for line in trace.read_text(errors="replace").splitlines():
        entered = re.match(r"(\d+) +(\w+)\((.*)", line)
        if entered:
            thread, call, rest = entered.groups()
            counts[thread, call] += 1
            writes = call != "openat" or "O_CREAT" in rest
            # Of the threads that make an n-th call, the first one meets the fault.
            points.setdefault((call, counts[thread, call]), writes)
    return sorted(point for point, writes in points.items() if writes)


def strace(trace, *inject):
    # Not --seccomp-bpf: strace 6.1 then injects errors, and no signals.
    return ["strace", "-f", "-qq", "-o", str(trace), "-e", TRACE, *inject]


def do(world, deed, wrap):
    """Does a deed under strace, which ends as its tracee did."""
    if not deed.piped:
        return world.run("--json", *deed.words, wrap=wrap)
    vestigo = world.start("--json", *deed.words, stdin=subprocess.PIPE)
    threads = lambda: [task.joinpath("status").read_text() for task in Path(f"/proc/{vestigo.pid}/task").iterdir()]
    # One thread settles, one feeds, one for each processor works.
    wait_for(lambda: len(threads()) == 2 + len(os.sched_getaffinity(0)))
    tracer = subprocess.Popen([*wrap, "-p", str(vestigo.pid)], stderr=subprocess.DEVNULL)
    wait_for(lambda: not any("TracerPid:\t0\n" in status for status in threads()))
    output, errors = vestigo.communicate((world.folder / deed.piped).read_bytes(), timeout=LIMIT)
    tracer.wait(LIMIT)
    return subprocess.CompletedProcess(deed.words, vestigo.returncode, output, errors)


def kill(bench):
    """Kills vestigo on entering each writing call."""
    trials(bench, "kill", "killed at each writing call", {"KILL": "signal=KILL"}, quick=20)


def errors(bench):
    """Lets each writing call fail."""
    faults = {name: f"error={name}" for name in ("EIO", "ENOSPC", "EROFS")}
    trials(bench, "errors", "each writing call fails", faults, quick=24)


def trials(bench, part, title, faults, quick):
    for world, deed in deeds(bench):
        name = deed.name + ("-" if deed.piped else "")
        row = bench.row(part, f"`{' '.join([deed.name] + ['-'] * bool(deed.piped))}`: {title}")
        calls = census(bench, world, deed)
        points = [(f"{name}:{call}:{n}:{fault}", call, n, how)
                  for call, n in calls for fault, how in faults.items()]
        for label, call, n, how in bench.pick(part + name, points, quick):
            row.point(label, *trial(bench, world, deed, f"inject={call}:{how}:when={n}"))
        if part == "kill" and row.tried and not row.seen["died"]:
            row.point(f"{name}:strace", "no run died: strace injects no signals here")


def trial(bench, world, deed, inject):
    """Does the deed with one fault; gives what is wrong afterwards, and how the deed ended."""
    world, trace = world.copy(bench.scratch / "trial"), bench.scratch / "trace"
    done = do(world, deed, strace(trace, "-e", inject))
    status = done.returncode
    seen = {0: "carried on", 3: "stopped with an error", -9: "died"}.get(status, "ended otherwise")
    if status == 0 and "(INJECTED)" not in trace.read_text(errors="replace"):
        seen = "did not come to this call"
    if status not in (0, 3, -9):
        return f"ended with {said(done)}", seen
    told = b"error" in done.stderr or any(row.get("reason") for row in objects(done.stdout))
    if status == 3 and not told:
        return "stopped without saying why", seen
    if deed.name == "new" and not (world.case / "case.toml").exists():
        complaint = kept_case(world, done.stdout) if status != 0 else "status 0 and no case"
    else:
        complaint = world.complaint() or held(world, deed, done.stdout)
    return complaint or repeated(world, deed), seen


def held(world, deed, output):
    try:
        return deed.kept(world, output)
    except RuntimeError as error:
        return str(error)


def repeated(world, deed):
    """Does the deed again, without a fault: it must succeed, and its result be there."""
    piped = {"input": (world.folder / deed.piped).read_bytes(), "stdin": None} if deed.piped else {}
    done = world.run("--json", *deed.words, **piped)
    refused = done.returncode == 3 and deed.again and deed.again.encode() in done.stderr
    if done.returncode != 0 and not refused:
        return f"again: {said(done)}"
    # Where it is refused because there is a result already, that result must be whole.
    complaint = world.complaint() or held(world, deed, b"\n" if refused else done.stdout)
    return complaint and f"again: {complaint}"
