"""Two cases spliced, one case spliced with its own past, and histories that the owner did not write."""

import base64
import itertools
import json
import os
import shutil
import subprocess
from pathlib import Path

from swaps import bundle_true, chosen, read, writers
from truth import chained, difference, journal_root, plain, sha256, snapshot
from yard import QUESTIONS, watched

PARTS = ["case.toml", "journal.jsonl", "anchors", "evidence", "evidence/0001", "index", "lock", "lock.import"]
VERIFY = ("--json", "verify", "--deep", "--require", "signed")


def put(yard, source, parts):
    """Puts parts of another case in the place of a case's own."""
    for part in parts:
        path, other = yard.case / part, Path(source) / part
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
        if other.is_dir():
            shutil.copytree(other, path, dirs_exist_ok=True)
        elif other.exists():
            path.parent.mkdir(exist_ok=True)
            shutil.copy2(other, path)


def nested(parts):
    return "evidence" in parts and "evidence/0001" in parts


def spliced(estate):
    """Every splice of a case with others and with its past, by one part and by two."""
    choices = [(part,) for part in PARTS] + [pair for pair in itertools.combinations(PARTS, 2) if not nested(pair)]
    for name in ("other", "stranger", "t0", "t1"):
        for parts in choices:
            yield f"{name}:{'+'.join(parts)}", lambda yard, name=name, parts=parts: put(yard, estate.states[name] / "case", parts)
    for parts in choices:
        yield f"newer:{'+'.join(parts)}", lambda yard, parts=parts: (
            put(yard, estate.states["t1"] / "case", PARTS), put(yard, estate.states["t2"] / "case", parts))


# What an insider does, who can write everything and has no key.

def entries_of(yard):
    return [json.loads(line) for line in (yard.case / "journal.jsonl").read_bytes().splitlines()]


def rewrite(yard, entries):
    (yard.case / "journal.jsonl").write_bytes(b"".join(chained(entries)))


def invented(entries, do="finding.add", by="bob@forensics"):
    """An entry such as vestigo writes, in somebody's name."""
    like = next(entry for entry in entries if entry["do"] == do)
    what = {**like["what"], "salt": "00112233445566778899aabbccddeeff"}
    if "title" in what:
        what["title"] = "The chief did it"
    return {**like, "by": by, "what": what}


def appended(yard, estate):
    rewrite(yard, entries_of(yard) + [invented(entries_of(yard))])


def appended_many(yard, estate):
    entries = entries_of(yard)
    rewrite(yard, entries + [invented(entries, "bookmark.add"), invented(entries), invented(entries, by=entries[0]["by"])])


def middle(yard):
    entries = entries_of(yard)
    for entry in entries:
        if entry["do"] == "bookmark.add":
            entry["what"]["note"] = "not seen"
            entry["by"] = "chief@hq"
    return entries


def rewritten(yard, estate):
    rewrite(yard, middle(yard))


def rewritten_bare(yard, estate):
    rewrite(yard, middle(yard))
    bare(yard, estate)


def bare(yard, estate):
    shutil.rmtree(yard.case / "anchors")


def bare_empty(yard, estate):
    bare(yard, estate)
    (yard.case / "anchors").mkdir()


def unsigned(yard, estate):
    for path in (yard.case / "anchors").glob("*.sig"):
        path.unlink()


def sizes(yard):
    paths = (yard.case / "anchors").glob("checkpoint-*.txt")
    return sorted(int(path.stem.split("-")[1]) for path in paths)


def drop_anchors(yard, above):
    for size in sizes(yard):
        if size > above:
            for path in (yard.case / "anchors").glob(f"checkpoint-{size:06}*"):
                path.unlink()


def bent(yard, estate):
    """The end is written anew behind a checkpoint that is left as it was."""
    entries, kept = entries_of(yard), sizes(yard)[2]
    drop_anchors(yard, kept)
    for entry in entries[kept:]:
        entry["by"] = "chief@hq"
    rewrite(yard, entries)


def cut(yard, estate):
    entries, kept = entries_of(yard), sizes(yard)[-2]
    drop_anchors(yard, kept)
    rewrite(yard, entries[:kept])


def cut_to_start(yard, estate):
    drop_anchors(yard, 1)
    rewrite(yard, entries_of(yard)[:1])


def cut_and_grown(yard, estate):
    entries, kept = entries_of(yard), sizes(yard)[-2]
    drop_anchors(yard, kept)
    rewrite(yard, entries[:kept] + [invented(entries)] * 1 + [invented(entries, "bookmark.add")] * 3)


def key_of(yard, name):
    """A key of the attacker's own."""
    path = yard.folder / "attacker" / name
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(path)], check=True)
    return path


def seal(yard, key, size=None):
    """Signs a checkpoint over the case as it is, with a key."""
    lines = (yard.case / "journal.jsonl").read_bytes().splitlines(keepends=True)
    lines = lines[: size or len(lines)]
    origin = f"vestigo/{json.loads(lines[0])['what']['id']}"
    path = yard.case / "anchors" / f"checkpoint-{len(lines):06}.txt"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"{origin}\n{len(lines)}\n{base64.b64encode(journal_root(lines)).decode()}\n")
    sign(path, key, "vestigo-checkpoint")


def sign(path, key, namespace):
    if not os.path.isfile(path) or os.path.islink(path):
        return  # what was put in its place has perhaps no end
    Path(f"{path}.sig").unlink(missing_ok=True)
    subprocess.run(["ssh-keygen", "-q", "-Y", "sign", "-n", namespace, "-f", str(key), str(path)], check=True, capture_output=True)


def sealed_by_stranger(yard, estate):
    rewritten_bare(yard, estate)
    seal(yard, key_of(yard, "mallory"))


def appended_and_sealed(yard, estate):
    appended(yard, estate)
    seal(yard, key_of(yard, "mallory"))


def own_key_added(yard, estate):
    """An entry that brings the attacker's key in, sealed by that key alone."""
    entries, key = entries_of(yard), key_of(yard, "mallory")
    public = " ".join(key.with_suffix(".pub").read_text().split()[:2])
    found = subprocess.run(["ssh-keygen", "-lf", str(key)], capture_output=True, text=True).stdout.split()[1]
    entry = {**entries[-1], "do": "key.add", "what": {"fingerprint": found, "public_key": public, "salt": "00" * 16}}
    rewrite(yard, entries + [entry, invented(entries)])
    seal(yard, key)


def taken_over(entries, do):
    """An entry that says the owner took everything over, or gave up what was known, which he did not."""
    key, size = entries[0]["what"]["key"], len(entries)
    ranges = {"ranges": [[1, size - 1]], "count": size - 1, "first": 1, "last": size - 1, "entries": []}
    what = {**ranges, "head": sha256(b""), "key": key, "remembered": None, "why": "rolled back", "given_up": [],
            "found": {"entries": size, "head": sha256(b"")}, "salt": "00" * 16}
    return {**entries[-1], "do": do, "what": what}


def adopted(yard, estate):
    entries = middle(yard)
    rewrite(yard, entries + [taken_over(entries, "checkpoint.adopt")])
    bare(yard, estate)


def appended_and_adopted(yard, estate):
    entries = entries_of(yard)
    entries.append(invented(entries))
    rewrite(yard, entries + [taken_over(entries, "checkpoint.adopt")])


def accepted(yard, estate):
    entries, kept = entries_of(yard), sizes(yard)[-2]
    drop_anchors(yard, kept)
    entries = entries[:kept]
    rewrite(yard, entries + [taken_over(entries, "history.accept")])


def rewritten_and_accepted(yard, estate):
    entries = middle(yard)
    rewrite(yard, entries + [taken_over(entries, "history.accept")])


def old_signature(yard, estate):
    """An older checkpoint, signed by a stranger instead of the owner."""
    path = yard.case / "anchors" / f"checkpoint-{sizes(yard)[0]:06}.txt"
    sign(path, key_of(yard, "mallory"), "vestigo-checkpoint")


def new_signature(yard, estate):
    path = yard.case / "anchors" / f"checkpoint-{sizes(yard)[-1]:06}.txt"
    sign(path, key_of(yard, "mallory"), "vestigo-checkpoint")


def wrong_namespace(yard, estate):
    path = yard.case / "anchors" / f"checkpoint-{sizes(yard)[-1]:06}.txt"
    sign(path, key_of(yard, "mallory"), "vestigo-bundle")


def swapped_signatures(yard, estate):
    first, last = (yard.case / "anchors" / f"checkpoint-{size:06}.txt.sig" for size in (sizes(yard)[0], sizes(yard)[-1]))
    one, two = first.read_bytes(), last.read_bytes()
    first.write_bytes(two)
    last.write_bytes(one)


def renamed(yard, estate):
    """case.toml names the attacker's key, the journal follows, he seals all of it."""
    key = key_of(yard, "mallory")
    public = " ".join(key.with_suffix(".pub").read_text().split()[:2])
    found = subprocess.run(["ssh-keygen", "-lf", str(key)], capture_output=True, text=True).stdout.split()[1]
    entries = middle(yard)
    old = entries[0]["what"]["key"]
    text = (yard.case / "case.toml").read_text()
    text = "\n".join(f'public_key = "{public}"' if line.startswith("public_key") else line for line in text.split("\n")).replace(old, found)
    about(yard, entries, text, key=found)
    bare(yard, estate)
    seal(yard, key)


def about(yard, entries, text, **what):
    """Writes case.toml anew, and the journal so that it agrees."""
    (yard.case / "case.toml").write_text(text)
    entries[0]["what"].update(case_toml_sha256=sha256(text.encode()), **what)
    rewrite(yard, entries)


def identified(name):
    """case.toml and the journal name another id, which would lead to another key file."""
    def by_id(yard, estate):
        entries, said = entries_of(yard), name
        if name == ANOTHER:
            said = json.loads((estate.states["other"] / "case" / "journal.jsonl").read_bytes().split(b"\n")[0])["what"]["id"]
        text = (yard.case / "case.toml").read_text().replace(entries[0]["what"]["id"], said)
        about(yard, entries, text, id=said)
        bare(yard, estate)
    by_id.__name__ = f"id_{IDS.index(name)}"
    return by_id


ANOTHER = "the id of another case of the owner's"
IDS = [ANOTHER, "../../home/.ssh/id_ed25519", "../../home/.ssh/other.x", "", ".", "../keys/x", "ID-OF-NO-CASE", "0" * 300,
       "40356eb0-2345-4223-8be0-317fa7e22cd7/../x", "{40356eb0-2345-4223-8be0-317fa7e22cd7}"]


def torn_link(yard, estate):
    """Bytes behind the last line end, and a link where they would be set aside."""
    path = yard.case / "journal.jsonl"
    count = path.read_bytes().count(b"\n")
    with path.open("ab") as file:
        file.write(b"ATTACKER BYTES")
    for number in range(count - 1, count + 3):
        (yard.case / f"journal.torn-{number}").symlink_to(yard.outside / "victim")


def without_index(deed):
    def both(yard, estate):
        deed(yard, estate)
        shutil.rmtree(yard.case / "index", ignore_errors=True)
    both.__name__ = f"{deed.__name__}_no_index"
    return both


def untouched(yard, estate):
    """Nothing is done: what is said of a sound case must not be worse than the truth."""


INSIDER = [appended, appended_many, rewritten, rewritten_bare, bare, bare_empty, unsigned, bent, cut, cut_to_start,
           cut_and_grown, sealed_by_stranger, appended_and_sealed, own_key_added, adopted, appended_and_adopted, accepted,
           rewritten_and_accepted, old_signature, new_signature,
           wrong_namespace, swapped_signatures, renamed, torn_link, without_index(torn_link), without_index(appended),
           *map(identified, IDS), untouched]


# What holds after the owner's next write.

def laundered(estate, yard, foreign, before):
    """Says which of the owner's signatures covers what he did not write."""
    truth = estate.truth(yard)
    first = next((place for place, line in enumerate(truth.lines) if line in foreign), None)
    if first is None:
        return None
    for size, who in truth.signers.items():
        known = before.get(str(yard.case / "anchors" / f"checkpoint-{size:06}.txt.sig"))
        now = snapshot(yard.case / "anchors" / f"checkpoint-{size:06}.txt.sig")
        if who in estate.own and size > first and known not in now.values():
            return "the owner's key signed what the owner did not write"
    return None


def own_lines(estate):
    lines = set()
    for kept in estate.states.values():
        lines |= set((kept / "case" / "journal.jsonl").read_bytes().splitlines(keepends=True))
    return lines


def after(estate, yard, deed, own):
    """Lets the owner write, verifies with `--require signed`, and holds all of it against the truth."""
    before, anchors = yard.watched(), snapshot(yard.case / "anchors")
    # What a key of the case signed before is its history, whoever wrote it.
    truth = estate.truth(yard)
    foreign = {line for place, line in enumerate(truth.lines) if line not in own and place >= truth.covered}
    done = yard.ask(*writers(estate)[deed])
    complaint = done.trouble() or watched(yard, before) or laundered(estate, yard, foreign, anchors)
    if complaint:
        return complaint
    if done.returncode not in (0, 1) and not done.stderr:
        return f"status {done.returncode} without a reason"
    verified = yard.ask(*VERIFY)
    complaint = verified.trouble() or estate.verdict(yard, verified)
    truth = estate.truth(yard)
    if not complaint and verified.returncode == 0 and (truth.damage or not truth.covered):
        complaint = "verify --require signed passes"
    if complaint or deed != "export" or done.returncode != 0:
        return complaint
    return bundle_true(estate, yard)


def spliced_cases(bench, estate):
    """Splices, read and written."""
    points = [(f"splice:{label}", deed) for label, deed in spliced(estate)]
    row = bench.row("opponents", "two cases, or two moments of one, spliced: answers and verdicts")
    names, own = list(writers(estate)), own_lines(estate)
    for label, splice in bench.pick("splices", points, 10):
        yard = estate.trial()
        splice(yard)
        before, case = yard.watched(), snapshot(yard.case)
        complaint = None
        for words in (*QUESTIONS, VERIFY):
            complaint = complaint or read(estate, yard, words) or watched(yard, before)
        changed = difference(case, snapshot(yard.case))
        complaint = complaint or (changed and f"reading wrote into the case: {changed}")
        for deed in chosen(bench, label, names):
            if complaint:
                break
            yard = estate.trial()
            splice(yard)
            complaint = after(estate, yard, deed, own)
            complaint = complaint and f"{deed}: {complaint}"
        row.point(label, complaint and f"{label}: {complaint}", None if complaint else "true or refused")


def insiders(bench, estate):
    """An insider without the key, on a machine that knows the case and on one that does not."""
    names, own = list(writers(estate)), own_lines(estate)
    for known in (True, False):
        where = "this machine saw the case before" if known else "on a machine that never saw it"
        row = bench.row("opponents", f"an insider without the key, {where}: the owner's next write")
        points = [(f"insider:{'known' if known else 'new'}:{deed.__name__}:{name}", deed, name)
                  for deed in INSIDER for name in names]
        for label, deed, name in bench.pick(f"insiders {known}", points, 10):
            yard = estate.trial()
            deed(yard, estate)
            if not known:
                yard.forget()
            before, lines = yard.watched(), plain(yard.case / "journal.jsonl") or b""
            complaint = None
            for words in (("search", "--count", "first"), VERIFY, ("--json", "status")):
                complaint = complaint or read(estate, yard, words) or watched(yard, before)
            contradicted = known and not deed.__name__.startswith("id_") and not lines.startswith((estate.states["t2"] / "case" / "journal.jsonl").read_bytes())
            complaint = complaint or (contradicted and told(yard)) or after(estate, yard, name, own) or None
            if not complaint and contradicted and plain(yard.case / "journal.jsonl") != lines:
                complaint = f"{name}: a history that this machine did not see was written to"
            row.point(label, complaint and f"{deed.__name__}: {complaint}", None if complaint else "true or refused")


def stolen(bench, estate):
    """A thief with the key: only what was kept outside helps, and what this machine remembers."""
    row = bench.row("opponents", "a thief with the key: an outside checkpoint, and what this machine remembers")
    deeds = [rewritten_bare, bent, cut, cut_to_start, cut_and_grown, appended, adopted, accepted]
    points = [(f"thief:{deed.__name__}:{how}", deed, how) for deed in deeds for how in ("anchor", "ticket", "remembered", "write")]
    for label, deed, how in bench.pick("thief", points, 6):
        yard = estate.trial()
        kept = sizes(yard)
        texts = [(yard.case / "anchors" / f"checkpoint-{size:06}.txt").read_text() for size in kept]
        key = yard.folder / "config" / "keys" / entries_of(yard)[0]["what"]["id"]
        deed(yard, estate)
        seal(yard, key)
        complaint = brought(estate, yard, deed, how, texts)
        row.point(label, complaint and f"{deed.__name__}, {how}: {complaint}", None if complaint else "found or refused")


def brought(estate, yard, deed, how, texts):
    extends = deed is appended
    if how in ("anchor", "ticket"):
        text = texts[-1] if how == "anchor" else "\n".join("kept: " + " ".join(text.split()) for text in texts)
        (yard.folder / "kept.txt").write_text(text)
        done = yard.ask("--json", "verify", "--deep", "--anchor", "kept.txt", "--require", "extends")
        trouble = done.trouble()
        if trouble:
            return trouble
        return None if (done.returncode == 0) == extends else f"status {done.returncode} with a checkpoint that was kept outside"
    if how == "remembered":
        return None if extends else told(yard)
    lines = (yard.case / "journal.jsonl").read_bytes()
    done = yard.ask("bookmark", "add", estate.event)
    if extends:
        return done.trouble()
    written = (yard.case / "journal.jsonl").read_bytes() != lines
    return "a history that this machine did not see was written to" if written else done.trouble()


def told(yard):
    """`status` says, or refuses, that this machine saw another history."""
    done = yard.ask("status")
    words = (done.stdout + done.stderr).lower()
    if done.returncode not in (0, 1) or remembered(words):
        return done.trouble()
    return "the machine saw another history, and status does not say so"


def remembered(words):
    """Does a text say that this machine saw another history?"""
    return any(word in words for word in (b"accept-history", b"another way", b"older than", b"this machine"))
