"""Bundles that a stranger changed and signed anew, and proofs that were put together."""

import csv
import io
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from splices import key_of, sign
from truth import sha256
from world import objects
from yard import bounded

SCRIPTS = Path(__file__).resolve().parents[2] / "src/export/scripts"


def lists(bundle):
    """Writes a bundle's lists anew, so that every hash fits."""
    payload = sorted(path for path in (bundle / "data").rglob("*") if path.is_file())
    oxum = f"Payload-Oxum: {sum(path.stat().st_size for path in payload)}.{len(payload)}"
    info = bundle / "bag-info.txt"
    info.write_text(re.sub(r"Payload-Oxum: .*", oxum, info.read_text()))
    line = lambda path: f"{sha256(path.read_bytes())}  {path.relative_to(bundle)}\n"
    (bundle / "manifest-sha256.txt").write_text("".join(map(line, payload)))
    tags = [path for path in sorted(bundle.iterdir()) if path.is_file() and not path.name.startswith("tagmanifest")]
    (bundle / "tagmanifest-sha256.txt").write_text("".join(map(line, tags)))


def signed_anew(bundle, key):
    """Signs a bundle as somebody else, who says so in bag-info.txt as vestigo does."""
    words = subprocess.run(["ssh-keygen", "-lf", str(key)], capture_output=True, text=True, check=True).stdout.split()
    info = bundle / "bag-info.txt"
    info.write_text(re.sub(r"Vestigo-Key: .*", f"Vestigo-Key: {words[1]}", info.read_text()))
    lists(bundle)
    sign(bundle / "tagmanifest-sha256.txt", key, "vestigo-bundle")


def leaves(value, path=()):
    """Every leaf of a JSON value, by its path; empty lists and objects are leaves."""
    if isinstance(value, dict) and value:
        for name, part in value.items():
            yield from leaves(part, (*path, name))
    elif isinstance(value, list) and value:
        for place, part in enumerate(value):
            yield from leaves(part, (*path, place))
    else:
        yield path, value


def other_value(value):
    """Something else of the same kind, such as a forger would write."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, float):
        return value / 2 + 0.25
    if isinstance(value, str):
        if re.match(r"\d{4}-\d\d-\d\dT", value):
            return str(int(value[:4]) - 1) + value[4:]
        if re.fullmatch("[0-9a-f]{32,}", value):
            return ("0" if value[0] != "0" else "1") + value[1:]
        return {"failure": "success", "success": "failure"}.get(value, value + "x")
    return "said" if value is None else ["said"] if value == [] else {"said": 1}


def with_leaf(value, path, change=other_value):
    if not path:
        return change(value)
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = with_leaf(value[path[0]], path[1:], change)
    return copy


def kind_of(path):
    return ".".join("*" if isinstance(part, int) else part for part in path) or "whole"


def changed_leaves(bundle):
    """Each kind of leaf of each file once: (name, kind, the file's new bytes)."""
    for path in sorted((bundle / "data").rglob("*.json*")):
        name, text, seen = str(path.relative_to(bundle / "data")), path.read_text(), set()
        if path.suffix == ".json":
            value = json.loads(text)
            for leaf, _ in leaves(value):
                if kind_of(leaf) not in seen:
                    seen.add(kind_of(leaf))
                    new = json.dumps(with_leaf(value, leaf), indent=2, ensure_ascii=False)
                    yield name, kind_of(leaf), (new + "\n" * text.endswith("\n")).encode()
            continue
        rows = text.splitlines()
        for number, row in enumerate(rows):
            value = json.loads(row)
            variant = value.get("kind") or value.get("do") or ("frame" if "frame" in value else "")
            for leaf, _ in leaves(value):
                if (variant, kind_of(leaf)) not in seen:
                    seen.add((variant, kind_of(leaf)))
                    new = json.dumps(with_leaf(value, leaf), separators=(",", ":"), ensure_ascii=False)
                    yield name, f"{variant}/{kind_of(leaf)}", "\n".join([*rows[:number], new, *rows[number + 1 :], ""]).encode()


def changed_cells(bundle):
    """One cell of each column of each table, with a figure or a word changed."""
    for path in sorted((bundle / "data").glob("*.csv")):
        rows = list(csv.reader(io.StringIO(path.read_text(), newline="")))
        for column, title in enumerate(rows[0]):
            number = next((n for n, row in enumerate(rows) if n and row[column]), 1)
            copy = [list(row) for row in rows]
            cell = copy[number][column]
            copy[number][column] = str(int(cell) + 1) if cell.isdigit() else other_value(cell)
            yield path.name, f"cell {title}", table(copy)


def table(rows):
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


def in_lines(change):
    """Changes the lines of a file: `change` takes and gives a list of lines with their ends."""
    return lambda path: path.write_bytes(b"".join(change(path.read_bytes().splitlines(keepends=True))))


# Whole changes to a bundle: (name, file, change)
CHANGES = [
    ("two rows swapped", "events.jsonl", in_lines(lambda rows: [rows[1], rows[0], *rows[2:]])),
    ("two rows swapped", "events.csv", in_lines(lambda rows: [rows[0], rows[2], rows[1], *rows[3:]])),
    ("two rows swapped", "records.csv", in_lines(lambda rows: [rows[0], rows[2], rows[1], *rows[3:]])),
    ("two rows swapped", "timesketch.jsonl", in_lines(lambda rows: [rows[1], rows[0], *rows[2:]])),
    ("a row withheld", "events.jsonl", in_lines(lambda rows: rows[1:])),
    ("a row withheld", "events.csv", in_lines(lambda rows: rows[:1] + rows[2:])),
    ("a row withheld", "timesketch.jsonl", in_lines(lambda rows: rows[1:])),
    ("a row withheld", "findings.jsonl", in_lines(lambda rows: rows[1:])),
    ("a row withheld", "journal.jsonl", in_lines(lambda rows: rows[:-1])),
    ("a row twice", "events.jsonl", in_lines(lambda rows: [rows[0], *rows])),
    ("a row twice", "events.csv", in_lines(lambda rows: [*rows[:2], *rows[1:]])),
    ("a row twice", "timesketch.jsonl", in_lines(lambda rows: [rows[0], *rows])),
    ("a row twice", "findings.jsonl", in_lines(lambda rows: [rows[0], *rows])),
    ("emptied", "coverage.json", lambda path: path.write_text("{}\n")),
    ("emptied", "findings.jsonl", lambda path: path.write_text("")),
    ("emptied", "timesketch.jsonl", lambda path: path.write_text("")),
    ("emptied", "query.json", lambda path: path.write_text("{}\n")),
    ("emptied", "report.html", lambda path: path.write_text("")),
    ("a figure changed", "report.html", lambda path: path.write_text(re.sub(r">(\d+)<", lambda m: f">{int(m[1]) + 1}<", path.read_text(), count=1))),
    ("a value changed", "report.html", lambda path: path.write_text(path.read_text().replace("192.0.2.", "192.0.3."))),
    ("told otherwise", "query.json", lambda path: path.write_text(path.read_text().replace('"words": "', '"words": "all, that is '))),
]


def said_of(done):
    answer = objects(done.stdout)
    return " ".join([*answer[0]["notes"], *answer[0]["not_proven"]]) if answer else ""


def estate_bundle(estate):
    """A bundle of a few events with a finding and a bookmark, signed by the owner."""
    yard = estate.trial(name="bundle-yard")
    yard.must("export", "--query", "first", "--out", "bundle")
    return yard, yard.folder / "bundle"


def strangers(bench, estate):
    """Changes one thing in a bundle, signs it anew with a stranger's key, and asks for a verdict."""
    yard, bundle = estate_bundle(estate)
    key = key_of(yard, "mallory")
    points = [(f"leaf:{name}:{kind}", name, content) for name, kind, content in (*changed_leaves(bundle), *changed_cells(bundle))]
    points += [(f"leaf:{name}:{kind}", name, change) for kind, name, change in CHANGES]
    row = bench.row("opponents", "a bundle with one leaf, cell or row changed, signed anew by a stranger: `vestigo verify`")
    script = bench.row("opponents", "a bundle with one leaf, cell or row changed, signed anew by a stranger: the scripts")
    for label, name, change in bench.pick("leaves", points, 20):
        copy = yard.folder / "copy-of-bundle"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(bundle, copy)
        before = (copy / "data" / name).read_bytes()
        change(copy / "data" / name) if callable(change) else (copy / "data" / name).write_bytes(change)
        if (copy / "data" / name).read_bytes() == before:
            continue
        signed_anew(copy, key)
        row.point(label, *bundle_verdict(estate, yard, copy, label))
        script.point(label.replace("leaf", "script", 1), *script_verdict(yard, copy, label))


def bundle_verdict(estate, yard, copy, label):
    _, name, kind = label.split(":", 2)
    done = yard.ask("--json", "verify", copy.name)
    trouble = done.trouble()
    if trouble or done.returncode == 3:
        return trouble, "refused"
    answer = objects(done.stdout)[0]
    if done.returncode != 0 and not answer["checks"]["consistent"]:
        files = {row["file"] for row in answer["damage"]}
        return None, f"found, {name} named" if f"data/{name}" in files else "found, another file named"
    signed = answer["checks"]["signed"]
    if signed and any(own in signed for own in estate.own):
        return f"{name}: ✓ signed by the owner, and a stranger signed it", None
    said = said_of(done)
    leaf = kind.split("/")[-1].split(" ")[-1].split(".")[-1]
    if name not in said or leaf not in said:
        return f"{name} says otherwise in {kind}, and it is ✓ consistent", None
    if not any(own in said for own in estate.own):
        return "two keys signed, and nothing names the other one", None
    return None, "said to rest on the signer alone"


def script_verdict(yard, copy, label):
    """What the scripts can derive they must find; verify.sh must name the stranger's key."""
    _, name, kind = label.split(":", 2)
    environment = yard.environment()
    shell = bounded(["sh", str(SCRIPTS / "verify.sh"), str(copy)], environment, yard.folder, seconds=15)
    proofs = bounded([sys.executable, str(SCRIPTS / "verify_proofs.py"), str(copy)], environment, yard.folder, seconds=15)
    for done, script in ((shell, "verify.sh"), (proofs, "verify_proofs.py")):
        if done.returncode not in (0, 1, 2):
            return f"{script} ended with status {done.returncode}", None
    if name in ("manifest-sha256.txt",):
        return None, None
    derived = name in ("journal.jsonl", "records.csv") or name.startswith("proofs/")
    derived |= name == "events.jsonl" and (kind.split("/")[-1] in DERIVED or "row" in kind)
    derived |= name == "query.json" and kind in ("events", "digest", "entries", "case", "evidence.*")
    if proofs.returncode == 0 and derived:
        return f"verify_proofs.py does not find {kind} of {name}", None
    return None, "found" if proofs.returncode else "not derived by the script"


DERIVED = ("id vestigo.source vestigo.record vestigo.line vestigo.offset vestigo.length event.original "
           "vestigo.time.text").split()


def proofs(bench, estate):
    """A proof of one line, put together from the attacker's case and the victim's checkpoint."""
    row = bench.row("opponents", "a proof of one line put together by an attacker: both verifiers")
    yard = estate.trial(name="bundle-yard")
    event = yard.must("search", "first")[0]["id"]
    real = json.loads(yard.ask("--json", "show", event, "--proof").stdout)
    mine = estate.trial("stranger", name="stranger-yard")
    made = mine.must("search", "foreign")[0]["id"]
    fake = json.loads(mine.ask("--json", "show", made, "--proof").stdout)
    owner = real["checkpoint"].split("\n")[0]
    rest = "\n".join(fake["checkpoint"].split("\n")[1:])
    forged = {
        "signature of another checkpoint": {**fake, "checkpoint": f"{owner}\n{rest}", **{k: real[k] for k in ("keys", "checkpoint_signature") if k in real}},
        "no signature": {**fake, "checkpoint": f"{owner}\n{rest}", "checkpoint_signature": None},
        "signature none": {**fake, "checkpoint": f"{owner}\n{rest}", "checkpoint_signature": "none"},
        "whole checkpoint of the victim": {**fake, "checkpoint": real["checkpoint"], "checkpoint_signature": real.get("checkpoint_signature")},
        "own signature, the owner's keys": {**fake, **{k: real[k] for k in ("keys",) if k in real}},
        "record bytes": {**real, "record": {**real["record"], "bytes_base64": fake["record"]["bytes_base64"]}},
        "record number": {**real, "record": {**real["record"], "record": real["record"]["record"] + 1}},
        "lead": {**real, "record": {**real["record"], "lead": real["record"]["lead"] + 1}},
        "text length": {**real, "record": {**real["record"], "text_length": real["record"]["text_length"] - 5}},
        "event": {**real, "event": fake["event"]},
        "signature left out": {k: v for k, v in real.items() if k != "checkpoint_signature"},
        "true": real,
    }
    points = [(f"proof:{name}", name, proof) for name, proof in forged.items()]
    for label, name, proof in bench.pick("proofs", points, len(points)):
        (yard.folder / "proof.json").write_text(json.dumps(proof))
        row.point(label, *proof_verdict(estate, yard, name))


def proof_verdict(estate, yard, name):
    ours = yard.ask("verify", "proof.json")
    script = bounded([sys.executable, str(SCRIPTS / "verify_proofs.py"), "proof.json"], yard.environment(), yard.folder)
    said = (ours.stdout + ours.stderr).decode(errors="replace")
    last = script.stdout.decode(errors="replace").strip().split("\n")[-1]
    if ours.trouble() or script.trouble():
        return ours.trouble() or script.trouble(), None
    if script.returncode == 0 and last.strip() == "sound":
        return "verify_proofs.py ends with a bare \"sound\"", None
    if script.returncode == 0 and b"NOT CHECKED" not in script.stdout:
        return "verify_proofs.py does not say that the signature was NOT CHECKED", None
    if name == "true":
        named = any(own in said for own in estate.own)
        return (None, "verified, the key named") if ours.returncode == 0 and named else ("vestigo does not verify a true proof", None)
    if name in ("lead", "text length") and ours.returncode == 0:
        # Its bytes are proved, and which of them are the text is not: that must be said.
        is_open = "Which part of the bytes is the event's text" in said
        return (None, "told not to be proved") if is_open else (f"vestigo verify does not say that {name} is not proved", None)
    if ours.returncode == 0 and name not in ("signature left out", "own signature, the owner's keys", "no signature", "signature none"):
        return f"vestigo verify takes it ({name})", None
    if ours.returncode == 0 and any(f"signed by {own}" in said for own in estate.own):
        return f"vestigo verify says that the owner signed it ({name})", None
    return None, "refused" if ours.returncode else "not better than the truth"
