"""Every file and folder of a case replaced by something else, then read and written."""

import json
import os
import shutil
from pathlib import Path

from truth import difference, snapshot
from yard import QUESTIONS, watched

HUGE = 10 << 30


def to_victim(path, yard, foreign):
    path.symlink_to(yard.outside / "victim")


def to_folder(path, yard, foreign):
    path.symlink_to(yard.outside)


def to_copy(path, yard, foreign):
    path.symlink_to(yard.folder / "elsewhere" / path.name)


def dangling(path, yard, foreign):
    path.symlink_to(yard.outside / "absent")


def loop(path, yard, foreign):
    path.symlink_to(path.name)


def fifo(path, yard, foreign):
    os.mkfifo(path)


def zero(path, yard, foreign):
    path.symlink_to("/dev/zero")


def null(path, yard, foreign):
    path.symlink_to("/dev/null")


def folder(path, yard, foreign):
    path.mkdir()
    (path / "within").write_text("a file\n")


def huge(path, yard, foreign):
    path.touch()
    os.truncate(path, HUGE)


def empty(path, yard, foreign):
    path.touch()


def noise(path, yard, foreign):
    path.write_bytes(bytes(n * 7 % 256 for n in range(5000)))


def wrong_json(path, yard, foreign):
    path.write_text('{"schema":1,"batch":1,"sources":[],"version":1}\n')


def zeros(path, yard, foreign):
    """A text of 60 MB that becomes many times as large once it is read as JSON."""
    with path.open("wb") as file:
        file.write(b'{"seq":0,"zeros":[')
        for _ in range(300):
            file.write(b"0," * 100_000)
        file.write(b"0]}\n")


def other(path, yard, foreign):
    if foreign is None:
        path.write_text("of another case\n")
    elif foreign.is_dir():
        shutil.copytree(foreign, path)
    else:
        shutil.copy(foreign, path)


KINDS = [to_victim, to_folder, to_copy, dangling, loop, fifo, zero, null, folder, huge, empty, noise, wrong_json, zeros, other]
READERS = [*QUESTIONS, ("--json", "status"), ("--json", "journal"), ("--json", "finding", "list"),
           ("--json", "bookmark", "list"), ("verify",), ("--json", "verify", "--roots")]


def writers(estate):
    """Each kind of owner's write, in words."""
    return {
        "bookmark": ["bookmark", "add", estate.event, "--note", "again"],
        "finding": ["finding", "add", "Second", "--event", estate.event],
        "import": ["import", "new.log"],
        "checkpoint": ["checkpoint"],
        "merge": ["journal", "merge", "copy"],
        "reindex": ["reindex"],
        "undo": ["undo"],
        "export": ["export", "--query", "first", "--out", "bundle"],
    }


def places(case):
    """The files and folders of a case, by names that are the same in each run, and some that are not there yet."""
    for path in sorted(path.relative_to(case) for path in Path(case).rglob("*")):
        yield (f"index/segment{path.suffix}" if len(path.stem) == 32 else str(path)), path
    for name in ("evidence/.tmp-work", "evidence/0003", "anchors/checkpoint-000008.txt", "anchors/checkpoint-000009.txt",
                 "anchors/checkpoint-000008.txt.sig", "index/new.fast", "journal.torn-7", "index.new", "case.toml.new"):
        yield name, Path(name)


def replace(yard, estate, name, kind):
    """Replaces one thing in a case; gives the place."""
    path = yard.case / name
    elsewhere = yard.folder / "elsewhere" / path.name
    elsewhere.parent.mkdir(exist_ok=True)
    if path.is_dir():
        shutil.copytree(path, elsewhere)
        shutil.rmtree(path)
    elif path.exists():
        shutil.move(path, elsewhere)
    if path.parent.is_dir():
        foreign = estate.states["other"] / "case" / name
        kind(path, yard, foreign if foreign.exists() else None)
    if str(name) == "journal.torn-7":
        # What stands behind the last line end would be set aside there.
        with (yard.case / "journal.jsonl").open("ab") as file:
            file.write(b"of the attacker")
    return path


def swaps(bench, estate):
    points = [(f"swap:{label}:{kind.__name__}", name, kind)
              for label, name in places(estate.states["t2"] / "case") for kind in KINDS]
    reads = bench.row("opponents", "a part of a case replaced, by a link, FIFO, device, folder, huge, empty or foreign file: reads")
    writes = bench.row("opponents", "a part of a case replaced: owner's writes")
    names = list(writers(estate))
    for label, name, kind in bench.pick("swaps", points, 12):
        yard = estate.trial()
        path = replace(yard, estate, name, kind)
        before, case = yard.watched(), snapshot(yard.case)
        for words in READERS:
            complaint = read(estate, yard, words) or watched(yard, before)
            complaint = complaint or case_unchanged(yard, case)
            reads.point(label, complaint and f"{what(label)}: {complaint}", None if complaint else "true or refused")
        for deed in chosen(bench, label, names):
            complaint = write(estate, name, kind, deed)
            writes.point(f"{label}", complaint and f"{what(label)}, {deed}: {complaint}", None if complaint else "true or refused")


def chosen(bench, label, names):
    """The owner's writes to try: one in a quick run, which depends on the label alone."""
    return [bench.rng(label).choice(names)] if bench.quick else names


def what(label):
    return label.split(":", 1)[1].replace(":", " → ")


def case_unchanged(yard, before):
    changed = difference(before, snapshot(yard.case))
    return changed and f"reading wrote into the case: {changed}"


def read(estate, yard, words):
    done = yard.ask(*words)
    if words in QUESTIONS:
        return estate.answered(yard, words, done)
    trouble = done.trouble()
    if trouble:
        return f"{' '.join(words)}: {trouble}"
    if words[:2] == ("--json", "verify"):
        return estate.verdict(yard, done)
    if words == ("verify",) and done.returncode == 0 and estate.truth(yard).damage and b"not read" not in done.stdout.lower():
        lowered = done.stdout.lower()
        if b"agree with their hashes" in lowered:
            return "verify says that the sources agree with their hashes"
    return None


def write(estate, name, kind, deed):
    """Replaces a part, writes as the owner would, and holds all against the truth."""
    yard = estate.trial()
    replace(yard, estate, name, kind)
    before = yard.watched()
    done = yard.ask(*writers(estate)[deed])
    trouble = done.trouble() or watched(yard, before)
    if trouble:
        return trouble
    if done.returncode not in (0, 1) and not done.stderr:
        return f"status {done.returncode} without a reason"
    complaint = estate.judged(yard) or watched(yard, before)
    if complaint or deed != "export" or done.returncode != 0:
        return complaint
    return bundle_true(estate, yard)


def bundle_true(estate, yard, bundle="bundle", word="first"):
    """A bundle that was made must verify, and give as many events as the evidence does."""
    done = yard.ask("--json", "verify", bundle)
    if done.returncode != 0:
        return f"the bundle does not verify: status {done.returncode}"
    query = json.loads((yard.folder / bundle / "data" / "query.json").read_bytes())
    true = estate.answers.get(estate.truth(yard).imports)
    if true is None:
        return "a bundle was made of a journal that nobody knows"
    honest = int(true["search", "--count", word].stdout)
    return None if query["events"] == honest else f"a bundle of {query['events']} events, the evidence gives {honest}"
