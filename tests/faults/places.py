"""Places that cannot take more, or may not be written."""

import os
import shutil
import subprocess
from contextlib import contextmanager

from world import Skip, log, objects, said, tree


@contextmanager
def mounted(folder, *words):
    """Mounts something on a folder for a while; needs the right to."""
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(["mount", *map(str, words), str(folder)], capture_output=True, text=True)
    if done.returncode != 0:
        raise Skip(f"nothing can be mounted here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def full_disk(bench):
    """Imports on file systems of every size between too small and large enough."""
    empty = bench.world("empty")
    empty.must("new", empty.case)
    for number in range(2):
        empty.folder.joinpath(f"{number}.log").write_bytes(log(700, f"disk-{number}", noise=60))
    whole = empty.copy(bench.scratch / "whole")
    whole.must("import", "0.log", "1.log")
    pages = lambda world: sum(1 + path.stat().st_size // 4096 for path in world.case.rglob("*"))
    bounds = [(f"disk:size={4 * n}k", f"size={4 * n}k") for n in range(pages(empty) + 1, pages(whole) + 12)]
    inodes = lambda world: sum(1 for _ in world.case.rglob("*"))
    counts = range(inodes(empty) + 3, inodes(whole) + 8)
    bounds += [(f"disk:nr_inodes={n}", f"nr_inodes={n}") for n in counts]
    row = bench.row("disk", "`import` on a file system that is too small, in steps")
    for label, bound in bench.pick("disk", bounds, 16):
        with mounted(bench.scratch / "disk", "-t", "tmpfs", "-o", bound, "vestigo-faults") as disk:
            world = empty.copy(bench.scratch / "trial")
            world.case = disk / "case"
            shutil.copytree(empty.case, world.case)
            row.point(label, *too_small(world, disk))


def too_small(world, disk):
    """Imports; gives what is wrong, and how it went."""
    done = world.run("--json", "import", "0.log", "1.log")
    rows = [row for row in objects(done.stdout) if row.get("source")]
    if done.returncode not in (0, 3):
        return f"ended with {said(done)}", None
    verified = world.run("verify", "--deep", "--json")
    if verified.returncode != 0:
        return f"verify --deep: {said(verified)}", None
    held = {source["source"]: source["events"] for source in world.status()["sources"]}
    if any(held.get(row["source"]) != row["events"] for row in rows):
        return "an acknowledged source is gone", None
    counted = world.run("search", "--count", "*")
    if counted.returncode in (0, 1) and int(counted.stdout) not in (0, sum(held.values())):
        return f"half visible: {int(counted.stdout)} of {sum(held.values())} events", None
    seen = f"{len(held)} of 2 sources kept" + ("" if counted.returncode in (0, 1) else ", no search until there was room")
    subprocess.run(["mount", "-o", "remount,size=64m,nr_inodes=1000", str(disk)], check=True)
    again = world.run("--json", "import", "0.log", "1.log")
    if again.returncode != 0:
        return f"with room, again: {said(again)}", seen
    complaint = world.complaint() or (world.count() != 1400 and "with room, again: events are missing")
    return complaint or None, seen


READING = [["status"], ["search", "*"], ["search", "--all", "--json", "*"], ["verify"], ["verify", "--deep"],
           ["timeline"], ["top", "source.ip"], ["bookmark", "list"], ["finding", "list"], ["journal"]]


def read_only(bench):
    """Reads a case that may not be written: by its modes, and by its mount."""
    full = bench.world("full")
    full.folder.joinpath("a.log").write_bytes(log(500, "read-only"))
    full.must("import", "a.log")
    event = full.must("search")[0]["id"]
    full.must("bookmark", "add", event)
    full.must("finding", "add", "Found", "--event", event)
    bench.scratch.chmod(0o755)  # another user must get through
    user = {"user": 65534, "group": 65534, "extra_groups": []} if os.getuid() == 0 else {}
    row = bench.row("readonly", "a case without the right to write, by its modes")
    world = full.copy(bench.scratch / "modes")
    for path in [world.case, *world.case.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    for part in ("data", "config", "home"):
        path = world.folder / part
        path.chmod(0o777)
        for inner in path.rglob("*"):
            inner.chmod(0o777 if inner.is_dir() else 0o666)
    world.folder.chmod(0o777)
    reads(bench, row, world, event, user)
    row = bench.row("readonly", "a case on a file system mounted read-only")
    world = full.copy(bench.scratch / "mount")
    with mounted(world.case, "--bind", world.case):
        subprocess.run(["mount", "-o", "remount,bind,ro", str(world.case)], check=True)
        reads(bench, row, world, event, {})


def reads(bench, row, world, event, options):
    """Every reading command works, every writing one is refused, nothing in the tree changes."""
    before = tree(world.case)
    reading = READING + [["show", event]]
    if world.knows("export"):
        reading.append(["export", "--query", "*", "--out", "bundle"])
    for words in reading:
        done = world.run(*words, **options)
        row.point(f"readonly:{words[0]}", None if done.returncode == 0 else f"{words[0]}: {said(done)}", "read")
    world.folder.joinpath("b.log").write_bytes(log(5, "more"))
    for words in (["import", "b.log"], ["bookmark", "add", event], ["reindex"]):
        done = world.run(*words, **options)
        right = done.returncode == 3 and b"error" in done.stderr
        row.point(f"readonly:{words[0]}", None if right else f"{words[0]}: {said(done)}", "writing refused")
    row.point("readonly:tree", None if tree(world.case) == before else "the tree was changed", "tree unchanged")
