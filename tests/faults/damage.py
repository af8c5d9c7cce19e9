"""Damage to a case, byte by byte, and whether it is found; damage to the index, and whether it matters."""

import gzip
import itertools
import os
import queue
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from world import Skip, log, objects, said

# The auditor is told to use a copy of their own, so ours it is.
SCRIPT = Path(__file__).resolve().parents[2] / "src/export/scripts/verify.sh"


def small_case(bench, name):
    """Makes a case of five lines with an original that is kept, a bookmark, and a finding."""
    world = bench.world(name, memory=True)
    world.folder.joinpath("a.log").write_bytes(log(3, "a"))
    world.folder.joinpath("b.log.gz").write_bytes(gzip.compress(log(2, "b"), mtime=0))
    world.must("new", world.case)
    world.must("import", "a.log", "b.log.gz")
    world.must("bookmark", "add", world.must("search")[0]["id"], "--note", "seen")
    return world


def files_of(folder):
    """Gives the files of a folder; the name that a label shows is the same in every run."""
    named = lambda path: re.sub(r"[0-9a-f]{32,}", "N", str(path.relative_to(folder)))
    return sorted((named(path), path) for path in folder.rglob("*") if path.is_file())


def size(path):
    return path.stat().st_size


def spoil(bench, label, kind, paths, at):
    """Flips one bit of a byte (which one, the label decides), cuts or deletes a file, or swaps two."""
    contents = [path.read_bytes() for path in paths]
    if kind == "gone":
        paths[0].unlink()
    elif kind == "cut":
        paths[0].write_bytes(contents[0][:at])
    elif kind == "swap":
        paths[0].write_bytes(contents[1])
        paths[1].write_bytes(contents[0])
    else:
        flipped = contents[0][at] ^ 1 << bench.rng(label).randrange(8)
        paths[0].write_bytes(contents[0][:at] + bytes([flipped]) + contents[0][at + 1:])


def found(bench):
    """Damages a case and a bundle in every way and asks `verify --deep`, which must name the file."""
    world = small_case(bench, "small")
    spoiled(bench, world, world.case, "case")
    if world.knows("export"):
        world.must("export", "--query", "*", "--out", "bundle")
        spoiled(bench, world, world.folder / "bundle", "bundle", full=8_000)


def places(bench, name, path):
    """Gives each byte of a small file, and 2,000 of a larger one."""
    every = range(size(path))
    return every if size(path) <= 4096 else sorted(bench.rng(f"places:{name}").sample(every, 2000))


def spoiled(bench, world, folder, what, full=None):
    files = files_of(folder)
    bytes_of = (lambda name, path: range(size(path))) if what == "case" else (lambda *file: places(bench, *file))
    flips = [(f"{what}:flip:{name}:{at}", "flip", [path], at) for name, path in files for at in bytes_of(name, path)]
    cuts = [(f"{what}:cut:{name}:{at}", "cut", [path], at) for name, path in files for at in range(size(path))]
    deletions = [(f"{what}:gone:{name}", "gone", [path], 0) for name, path in files]
    swaps = [(f"{what}:swap:{a}:{b}", "swap", [one, two], 0) for (a, one), (b, two) in itertools.combinations(files, 2)
             if one.read_bytes() != two.read_bytes()]
    titles = {"one bit of each byte flipped": flips, "each file cut at each length": cuts,
              "each file deleted": deletions, "each two files swapped": swaps}
    for title, points in titles.items():
        row = bench.row("damage", f"a {what} of {len(files)} files: {title}")
        for label, kind, paths, at in bench.pick(title, points, 200, None if points is flips else full):
            contents = [path.read_bytes() for path in paths]
            spoil(bench, label, kind, paths, at)
            row.point(label, *verdict(world, folder, kind, paths))
            for path, content in zip(paths, contents):
                path.write_bytes(content)


def script(bench):
    """Flips one bit of a bundle and asks verify.sh alone, which must name the file: each byte of a small file, 2,000 of another."""
    if shutil.which("ssh-keygen") is None:
        raise Skip("ssh-keygen is not installed")
    world = small_case(bench, "script")
    world.must("export", "--query", "*", "--out", "bundle")
    bundle, points = world.folder / "bundle", []
    for name, path in files_of(bundle):
        points += [(f"script:{name}:{at}", str(path.relative_to(bundle)), at) for at in places(bench, name, path)]
    row = bench.row("script", f"a bundle of {len(files_of(bundle))} files, by `verify.sh`: one bit of a byte flipped")
    points = bench.pick("script", points, 60)
    hands = min(len(os.sched_getaffinity(0)), len(points)) or 1
    copies = queue.SimpleQueue()
    for hand in range(hands):
        copies.put(shutil.copytree(bundle, world.folder / f"copy-{hand}"))

    def trial(point):
        label, name, at = point
        copy = copies.get()
        path = copy / name
        whole = path.read_bytes()
        spoil(bench, label, "flip", [path], at)
        done = subprocess.run(["sh", SCRIPT, copy], capture_output=True, text=True, errors="replace")
        path.write_bytes(whole)
        copies.put(copy)
        if done.returncode == 0:
            return f"flip in {name} is not found"
        return None if name in done.stdout + done.stderr else f"flip in {name} is found, but another file is named"

    with ThreadPoolExecutor(hands) as pool:
        for (label, *_), complaint in zip(points, pool.map(trial, points)):
            row.point(label, complaint, None if complaint else "found, the file named")


# Deleted files that hold nothing of their own: the next command makes them again.
LOCKS = ["lock", "lock.import"]
REPLACEABLE = [*LOCKS, "index/meta.json"]


def verdict(world, folder, kind, paths):
    """Asks `verify --deep`; gives what is wrong with its answer, and the answer."""
    done = world.run("verify", folder, "--deep", "--json")
    names = [str(path.relative_to(folder)) for path in paths]
    shown = " or ".join(re.sub(r"[0-9a-f]{32,}", "N", name) for name in names)
    if kind == "gone" and shown in REPLACEABLE and done.returncode == 0:
        return None, f"no damage without {shown}"
    if kind == "gone" and shown == "case.toml" and done.returncode == 3 and b"no case.toml" in done.stderr:
        return None, "refused without case.toml"
    idle = [name for name in names if name.startswith("index/") or name in LOCKS]
    if idle == names and set(names) - set(LOCKS) and done.returncode == 0:
        # Nothing rests on the index, and nothing on what a lock holds: that they differ is told, and no damage.
        told = any("index/ does not agree" in note for note in objects(done.stdout)[0]["notes"])
        seal = kind == "flip" and shown == "index/meta.json"
        return None if told or seal else f"{kind}: {shown} is not told", "told, no damage"
    if kind == "gone" and shown.startswith("anchors/") and done.returncode == 0:
        # What a crash may leave as well is no damage, but has to be told.
        answer = objects(done.stdout)[0]
        told = any(names[0] in note for note in answer["notes"]) or answer["checks"]["signed"] is None
        return None if told else f"gone: {shown} is not told", "told, no damage"
    if done.returncode == 0:
        return f"{kind} in {shown} is not found", None
    if done.returncode != 4:
        return f"{kind} in {shown}: {said(done)}", None
    damaged = [row["file"] for found in objects(done.stdout) for row in found["damage"]]
    if not set(damaged) & set(names):
        return f"{kind} in {shown} is found, but another file is named", None
    return None, "found, the file named"


def torn(bench):
    """Cuts the journal's last entry at each length, as a death within a write would."""
    world = small_case(bench, "torn")
    sources, journal = len(world.status()["sources"]), world.case / "journal.jsonl"
    content, event = journal.read_bytes(), world.must("search")[0]["id"]
    last = content.rstrip(b"\n").rfind(b"\n") + 1
    # A death within the write comes before the checkpoint.
    entries = content.count(b"\n")
    for path in (world.case / "anchors").glob(f"checkpoint-{entries:06}*"):
        path.unlink()
    row = bench.row("torn", "the journal's last entry cut off within")
    for label, length in bench.pick("torn", [(f"torn:{n}", n) for n in range(last, len(content))], 12):
        trial = world.copy(bench.memory / "trial")
        trial.case.joinpath("journal.jsonl").write_bytes(content[:length])
        complaint = trial.complaint()
        if not complaint:
            done = trial.run("bookmark", "add", event)
            complaint = trial.complaint() if done.returncode == 0 else f"the next write: {said(done)}"
        before = trial.case.joinpath("journal.jsonl").read_bytes()[:last]
        if not complaint and (before != content[:last] or len(trial.status()["sources"]) != sources):
            complaint = "earlier entries are not as they were"
        row.point(label, complaint, None if complaint else "mended by the next write")


def index(bench):
    """Damages the index, on which nothing rests: each answer must stay the same, byte for byte."""
    world = small_case(bench, "index")
    ask = lambda: world.run("search", "--all", "--json", "*")
    place, saved, whole = world.case / "index", world.folder / "saved", ask().stdout
    shutil.copytree(place, saved)
    files = files_of(place)
    points = [("index:gone", "all", place, 0)]
    points += [(f"index:gone:{name}", "gone", path, 0) for name, path in files]
    points += [(f"index:{kind}:{name}:{at}", kind, path, at)
               for kind in ("flip", "cut") for name, path in files for at in range(size(path))]
    row = bench.row("index", "the index deleted, cut or flipped: `search --all --json`")
    for label, kind, path, at in bench.pick("index", points, 250):
        shutil.rmtree(place)
        if kind != "all":
            shutil.copytree(saved, place)
            spoil(bench, label, kind, [path], at)
        done = ask()
        right = done.returncode == 0 and done.stdout == whole
        wrong = f"{kind}: {said(done)}" if done.returncode else f"{kind}: another answer"
        row.point(label, None if right else wrong, "the same answer" if right else None)
