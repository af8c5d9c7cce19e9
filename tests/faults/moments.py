"""Death at random moments, and many at once."""

import threading
import time

from calls import kept_sources
from world import log, objects, said

FILES = 6  # logs of one import


def random_kills(bench):
    """Kills imports at random moments; cases grow for a while, so that earlier acknowledgements are checked too."""
    row = bench.row("random", "`import` killed at a random moment")
    empty = bench.world("empty")
    empty.must("new", empty.case)
    body = log(4_000 if bench.quick else 8_000, "body")
    takes = min(imported(empty.copy(bench.scratch / "trial"), f"rehearsal {n}", body)[2] for n in range(3))
    points = [(f"random:{n}",) for n in range(1000)]
    complaint = None
    for number, (label,) in enumerate(bench.pick("random", points, 15)):
        if number % 8 == 0 or complaint:
            world, promised, before = empty.copy(bench.scratch / "trial"), {}, 0
        delay = takes * bench.rng(label).uniform(0.0, 1.2)
        output, status, _ = imported(world, label, body, delay)
        complaint = world.complaint() or kept_sources(world, output)
        if complaint:
            row.point(label, complaint)
            continue
        held = {source["source"]: source["events"] for source in world.status()["sources"]}
        acknowledged = [line for line in objects(output) if line.get("source")]
        promised.update({line["source"]: line["events"] for line in acknowledged})
        visible, before = len(held) - before, len(held)
        if any(held.get(source) != events for source, events in promised.items()):
            complaint = "an acknowledged source is gone"
        elif visible not in (0, FILES):
            complaint = "an import is half visible"
        row.point(label, complaint, moment(status, acknowledged, visible))


def imported(world, name, body, delay=None):
    """Imports a few logs that are unlike all others; kills it after so many seconds, where they are given."""
    for n in range(FILES):
        world.folder.joinpath(f"{n}.log").write_bytes(log(1, f"{name}-{n}") + body)
    started = time.monotonic()
    vestigo = world.start("--json", "import", *(f"{n}.log" for n in range(FILES)))
    if delay is not None:
        time.sleep(delay)
        vestigo.kill()
    output, _ = vestigo.communicate()
    return output, vestigo.returncode, time.monotonic() - started


def moment(status, acknowledged, visible):
    if acknowledged:
        return "acknowledged" if status == 0 else "died after it was acknowledged"
    return "died between commit and acknowledgement" if visible else "died before the commit"


def crowd(bench):
    """Lets 8 writers and 8 readers at one case; each import is a step between two states."""
    writes, reads = (bench.row("crowd", f"8 writers and 8 readers at once: {what}") for what in ("writes", "reads"))
    for turn in range(1 if bench.quick else 8):
        world = bench.world("crowd")
        world.must("new", world.case)
        rounds, observed, finished = 3 if bench.quick else 8, [], threading.Event()
        writers = [threading.Thread(target=writer, args=(world, writes, f"crowd:{turn}:{n}", rounds)) for n in range(8)]
        readers = [threading.Thread(target=reader, args=(world, observed, finished)) for _ in range(8)]
        for thread in writers + readers:
            thread.start()
        for thread in writers:
            thread.join()
        finished.set()
        for thread in readers:
            thread.join()
        committed = {0}
        for source in world.status()["sources"]:
            committed.add(max(committed) + source["events"])
        for counts, refused in observed:
            for count in counts:
                wrong = None if count in committed else "a reader saw a state that was never committed"
                reads.point(f"crowd:{turn}", wrong, "a committed state" if not wrong else None)
            for why in refused:
                reads.point(f"crowd:{turn}", f"a reader was refused: {why}")
            if counts != sorted(counts):
                reads.point(f"crowd:{turn}", "a reader saw the case shrink")
        everything = sum(range(1, 8 * rounds + 1))
        complaint = world.complaint() or (max(committed) != everything and f"{max(committed)} events, not {everything}")
        writes.point(f"crowd:{turn}", complaint or None, "verified at the end")


def writer(world, row, label, rounds):
    """Imports logs of different lengths; where another one writes, tries again."""
    number = int(label.rsplit(":", 1)[1])
    for turn in range(rounds):
        lines = turn * 8 + number + 1
        path = world.folder / f"{lines}.log"
        path.write_bytes(log(lines, f"{label}-{turn}"))
        while True:
            done = world.run("--json", "import", path.name)
            if done.returncode == 3 and b"another vestigo is " in done.stderr:
                row.point(label, None, "refused, as another one writes")
                time.sleep(0.01)
                continue
            right = done.returncode == 0 and objects(done.stdout)[0]["events"] == lines
            row.point(label, None if right else said(done), "imported" if right else None)
            break


def reader(world, observed, finished):
    counts, refused = [], []
    observed.append((counts, refused))
    while not finished.is_set():
        try:
            counts.append(world.count())
        except RuntimeError as error:
            refused.append(str(error))
