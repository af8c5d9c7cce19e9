"""Sources that change while they are read, and sources that do not fit into memory."""

import hashlib
import os
import resource
import shutil
import signal
import subprocess
from pathlib import Path

from world import Skip, log, objects, said, wait_for

MEGABYTE = 1 << 20


def appended(path, _):
    with path.open("ab") as file:
        file.write(log(2_000, "appended"))


def cut_behind(path, read):
    os.truncate(path, read // 2)


def cut_ahead(path, read):
    os.truncate(path, (read + path.stat().st_size) // 2)


AFTER = log(1_000, "after the rotation")


def copied_and_emptied(path, _):
    path.write_bytes(AFTER)


def rotated(path, _):
    path.rename(path.with_suffix(".log.1"))
    path.write_bytes(AFTER)


def deleted(path, _):
    path.unlink()


CHANGES = [appended, cut_behind, cut_ahead, copied_and_emptied, rotated, deleted]


def changing(bench):
    """Stops an import within a log, changes the log, and lets it go on."""
    row = bench.row("sources", "a source changed while it is read")
    original = b"".join(log(50_000, f"stretch-{n}") for n in range(4 if bench.quick else 8))
    changes = [(f"sources:{change.__name__}:{turn}", change) for turn in range(10) for change in CHANGES]
    for label, change in bench.pick("sources", changes, 6) if bench.only_point or not bench.quick else changes[:6]:
        rng, outcome = bench.rng(label), None
        for _ in range(20):
            outcome = outcome or changed(bench, original, change, rng.randrange(1, len(original) // 4))
        row.point(label, *(outcome or ("it was always read before it could be changed", None)))


def changed(bench, original, change, at):
    """Changes a log that is read; gives what is wrong, and what was seen; none where reading was faster."""
    world = bench.world("changing")
    world.must("new", world.case)
    path = world.folder / "growing.log"
    path.write_bytes(original)
    vestigo = world.start("--json", "import", path.name)
    wait_for(lambda: position(vestigo, path) >= at)
    vestigo.send_signal(signal.SIGSTOP)
    # A thread may be within a read still, and would see what a cut leaves of its page.
    wait_for(lambda: has_stopped(vestigo))
    read = position(vestigo, path)
    # Near the end it may only look for the directory of an archive.
    if read >= len(original) - MEGABYTE or vestigo.poll() is not None:
        vestigo.send_signal(signal.SIGCONT)
        vestigo.communicate()
        return None
    change(path, read)
    vestigo.send_signal(signal.SIGCONT)
    output, errors = vestigo.communicate()
    rows = [row for row in objects(output) if row.get("source")]
    if vestigo.returncode not in (0, 3) or len(rows) != 1:
        return f"status {vestigo.returncode}: {errors.decode()[-200:]}", None
    kept = world.case / "evidence" / "0001" / "content.zst"
    content = subprocess.run(["zstd", "-dcq", str(kept)], capture_output=True).stdout
    if hashlib.sha256(content).hexdigest() != rows[0]["source"] or len(content) != rows[0]["bytes"]["total"]:
        return "the hash is not that of the bytes kept", None
    meant = original + (log(2_000, "appended") if change is appended else b"")
    if change is copied_and_emptied and read < len(AFTER):
        # What was written from the beginning on has reached the place that was read to.
        meant = original[:read] + AFTER[read:]
    # A log that was cut ends where reading met its end; one that was renamed is read to its end.
    shortest = len(original) if change in (appended, rotated, deleted) else read
    if not meant.startswith(content) or len(content) < shortest:
        return "the bytes kept are not those that were there to be read", None
    told = rows[0]["status"] == "partial" or rows[0]["reason"]
    if len(content) != len(original) and not told:
        return f"{change.__name__}: that it changed is not recorded", None
    return world.complaint(), "recorded" if told else "whole"


def has_stopped(vestigo):
    """Tells whether every thread of a process has stopped, or the process has ended."""
    if vestigo.poll() is not None:
        return True
    try:
        stats = [(thread / "stat").read_text() for thread in Path(f"/proc/{vestigo.pid}/task").iterdir()]
    except OSError:
        return False
    return all(stat.rpartition(")")[2].split()[0] in "TZX" for stat in stats)


def position(vestigo, path):
    """Tells how far a process has read a file; 0 where it has not opened it."""
    if vestigo.poll() is not None:
        return 1 << 62
    for link in Path(f"/proc/{vestigo.pid}/fd").iterdir():
        try:
            if os.readlink(link) == str(path):
                return int(Path(f"/proc/{vestigo.pid}/fdinfo/{link.name}").read_text().split()[1])
        except OSError:
            continue
    return 0


def one_line(size):
    piece = log(1, "x" * 4000).rstrip(b"\n")
    yield from pieces(piece, size)


def many_lines(size):
    yield from pieces(log(10_000, "many"), size)


def one_envelope(size):
    record = b'{"eventTime":"2026-03-01T10:00:00Z","eventName":"GetObject","eventSource":"s3.amazonaws.com"}'
    yield b'{"Records":[' + record
    yield from pieces(b"," + record, size)
    yield b"]}\n"


def one_text(size):
    yield b'{"message":"'
    yield from pieces(b"never ending ", size)


def pieces(piece, size):
    block = piece * (MEGABYTE // len(piece) + 1)
    for _ in range(size // len(block)):
        yield block


def memory(bench):
    """Imports more than fits into the memory that the program may have."""
    allowed, size = 512 * MEGABYTE, (300 if bench.quick else 1024) * MEGABYTE
    row = bench.row("memory", f"{size // MEGABYTE} MiB within an address space of {allowed // MEGABYTE} MiB")
    if shutil.disk_usage(bench.scratch).free < 3 * size:
        raise Skip(f"{bench.scratch} has no room for a file of {size} bytes")
    shapes = [(f"memory:{shape.__name__}", shape) for shape in (one_line, many_lines, one_envelope, one_text)]
    limit = lambda: resource.setrlimit(resource.RLIMIT_AS, (allowed, allowed))
    for label, shape in bench.pick("memory", shapes, 4) if bench.only_point or not bench.quick else shapes[:1]:
        world = bench.world("memory")
        world.must("new", world.case)
        path, sha256 = world.folder / "huge.log", hashlib.sha256()
        with path.open("wb") as file:
            for block in shape(size):
                sha256.update(block)
                file.write(block)
        done = world.run("--json", "import", path.name, preexec_fn=limit)
        path.unlink()
        row.point(label, *huge(world, done, sha256.hexdigest(), limit))


def huge(world, done, sha256, limit):
    if done.returncode not in (0, 3):
        return f"ended with {said(done)}", None
    rows = [row for row in objects(done.stdout) if row.get("source")]
    if done.returncode == 3 and not rows:
        return world.complaint(), f"refused: {said(done)}"
    if rows[0]["source"] != sha256:
        return "not every byte was kept", None
    verified = world.run("verify", "--deep", "--json", preexec_fn=limit)
    wrong = None if verified.returncode == 0 else f"verify --deep: {said(verified)}"
    return wrong or world.complaint(), "every byte kept"
