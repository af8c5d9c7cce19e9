#!/usr/bin/env python3
"""Checks that the records of a bundle are parts of the sealed originals.

    python3 verify_proofs.py [BUNDLE]        a bundle's folder (default: the one around this file)
    python3 verify_proofs.py PROOF.json      what `vestigo show ID --proof` printed
    python3 verify_proofs.py --reveal REVEALED.json [BUNDLE]

From a record's bytes and its salt to the root of its source, to the journal
entry that names this root, to the checkpoint over the journal. The signature of
the checkpoint is checked by verify.sh. Needs Python's standard library alone.

    leaf   = SHA-256(0x00 || salt || bytes)            one for each record
    node   = SHA-256(0x01 || left || right)            RFC 9162, section 2.1
    frame  = root over the leaves of its records, in order
    source = root over the roots of its frames, which are its leaves as they are
    line   = SHA-256(0x00 || the journal's line with its line end)

A list of nodes holds the roots of the largest subtrees in which nothing is
known, from left to right.
"""

import base64
import csv
import hashlib
import json
import os
import sys

problems = []


def wrong(text):
    problems.append(text)
    print("WRONG:", text)


def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def split(size):
    return 1 << (size - 1).bit_length() - 1


def root_of(leaves):
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    middle = split(len(leaves))
    return node(root_of(leaves[:middle]), root_of(leaves[middle:]))


def root_from(size, known, nodes):
    """The root over `size` leaves, some known by place, the others from nodes."""
    rest = iter(nodes)
    places = sorted(known)

    def walk(first, size, low, high):
        if low == high:
            return next(rest)
        if size == 1:
            return known[first]
        middle = split(size)
        cut = low
        while cut < high and places[cut] < first + middle:
            cut += 1
        left = walk(first, middle, low, cut)
        return node(left, walk(first + middle, size - middle, cut, high))

    if not places or places[0] < 0 or places[-1] >= size:
        raise ValueError("a place outside the tree")
    found = walk(0, size, 0, len(places))
    if next(rest, None) is not None:
        raise ValueError("nodes are left over")
    return found


def unhex_all(texts):
    return [bytes.fromhex(text) for text in texts]


def check_frame(line, bytes_of):
    """Works out the root of a frame; `bytes_of` gives a record's bytes, or None."""
    known = {}
    for row in line["known"]:
        if "leaf" in row:
            leaf = bytes.fromhex(row["leaf"])
        else:
            data = bytes_of(line["source"], row["record"])
            if data is None:
                raise ValueError("record %d is not in the bundle" % row["record"])
            leaf = hashlib.sha256(b"\x00" + bytes.fromhex(row["salt"]) + data).digest()
        known[row["record"] - line["first_record"]] = leaf
    found = root_from(line["records"], known, unhex_all(line["nodes"]))
    if found.hex() != line["root"]:
        raise ValueError("frame %d does not lead to its root" % line["frame"])
    return found


def check_source(lines, bytes_of):
    """Checks one source's proof; gives its root and how many records it proves."""
    frames, count, total = {}, 0, None
    for line in lines:
        if "frame" in line:
            frames[line["frame"]] = check_frame(line, bytes_of)
            count += sum("salt" in row for row in line["known"])
        else:
            total = line
    if total is None or sorted(frames) != total["known"]:
        raise ValueError("its frames are not those that lead to its root")
    found = root_from(total["frames"], frames, unhex_all(total["nodes"]))
    if found.hex() != total["root"]:
        raise ValueError("its frames do not lead to its root")
    return total["source"], total["root"], count


def leaf_of_line(text):
    return hashlib.sha256(b"\x00" + text).digest()


def read_checkpoint(text):
    origin, size, root = text.split("\n")[:3]
    return origin, int(size), base64.b64decode(root)


def imported(entry):
    """The roots that a journal entry names: source to root."""
    if entry.get("do") != "evidence.import":
        return {}
    return {row["source"]: row["root"] for row in entry["what"]["sources"]}


def check_bundle(bundle):
    data = os.path.join(bundle, "data")

    def lines_of(name):
        with open(os.path.join(data, name), "rb") as file:
            return file.read().splitlines(keepends=True)

    # The journal leads to its checkpoint.
    leaves, roots, head, withheld = [], {}, "0" * 64, 0
    for place, text in enumerate(lines_of("journal.jsonl")):
        entry = json.loads(text)
        if entry.get("withheld"):
            withheld += 1
            leaves.append(bytes.fromhex(entry["leaf"]))
            head = entry["sha256"]
            continue
        if entry["prev"] != head or entry["seq"] != place:
            wrong("journal.jsonl, line %d: it does not follow the line before" % (place + 1))
        head = hashlib.sha256(text).hexdigest()
        leaves.append(leaf_of_line(text))
        roots.update(imported(entry))
    with open(os.path.join(data, "checkpoint.txt")) as file:
        _, size, root = read_checkpoint(file.read())
    if size != len(leaves):
        wrong("checkpoint.txt: it is over %d entries, the journal has %d" % (size, len(leaves)))
    elif root_of(leaves) != root:
        wrong("checkpoint.txt: the journal does not lead to its root")

    # Each record leads to the root of its source, and that to the journal.
    rows = {}
    with open(os.path.join(data, "records.csv"), newline="") as file:
        for row in csv.DictReader(file):
            rows[row["event"]] = row
    files = {}

    def bytes_of(source, record):
        row = rows.get("%s:%d" % (source, record))
        if row is None or not row["file"]:
            return None
        if row["file"] not in files:
            with open(os.path.join(bundle, row["file"]), "rb") as file:
                files.clear()
                files[row["file"]] = file.read()
        offset = int(row["offset"])
        return files[row["file"]][offset : offset + int(row["length"])]

    proved, shown = 0, sum(bool(row["file"]) for row in rows.values())
    folder = os.path.join(data, "proofs")
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        try:
            lines = [json.loads(line) for line in lines_of("proofs/" + name)]
            source, root, count = check_source(lines, bytes_of)
        except (ValueError, KeyError, TypeError, StopIteration) as error:
            wrong("proofs/%s: %s" % (name, error or "it is cut off"))
            continue
        proved += count
        if roots.get(source) != root:
            wrong("proofs/%s: no import in the journal names this root" % name)
    if proved != shown:
        wrong("%d records are shown, %d of them are proved" % (shown, proved))

    # The normalised events say what the records say.
    events = 0
    for text in lines_of("events.jsonl"):
        event = json.loads(text)
        events += 1
        name = "%s:%d" % (event["vestigo.source"], event["vestigo.record"])
        if name not in rows:
            wrong("events.jsonl: %s is not in records.csv" % name)
        elif not event.get("vestigo.withheld"):
            row = rows[name]
            data_of = bytes_of(event["vestigo.source"], event["vestigo.record"])
            lead = int(row["lead"])
            text_of = data_of[lead : lead + int(row["text_length"])]
            if hashlib.sha256(text_of).hexdigest() != row["sha256"]:
                wrong("records.csv: the SHA-256 of %s is not that of its bytes" % name)
            if "vestigo.original_base64" in event:
                said = base64.b64decode(event["vestigo.original_base64"])
            else:
                said = event["event.original"].encode()
            if said != text_of:
                wrong("events.jsonl: the original of %s is not that of its record" % name)
    if events != len(rows):
        wrong("events.jsonl has %d events, records.csv %d" % (events, len(rows)))
    print("%d records are proved to be parts of the sealed originals, %d were withheld" % (proved, events - shown))
    if withheld:
        print("%d entries of the journal are withheld; their hashes lead to the checkpoint" % withheld)


def check_one(proof):
    record = proof["record"]
    data = base64.b64decode(record["bytes_base64"])
    source, root, _ = check_source(proof["proof"], lambda *_: data)
    journal = proof["journal"]
    text = journal["line"].encode() + b"\n"
    if imported(json.loads(text)).get(source) != root:
        wrong("the journal entry does not name this root")
    leaf = {journal["place"]: leaf_of_line(text)}
    _, size, wanted = read_checkpoint(proof["checkpoint"])
    if root_from(size, leaf, unhex_all(journal["nodes"])) != wanted:
        wrong("the journal entry does not lead to the checkpoint")
    print("record %d of source %s is a part of the sealed original" % (record["record"], source))
    print("checkpoint:", " ".join(proof["checkpoint"].split()))


def check_revealed(revealed, bundle):
    field, value = revealed["field"].encode(), revealed["value"].encode()
    commitment = hashlib.sha256(bytes.fromhex(revealed["salt"]) + field + b"\x00" + value).hexdigest()
    with open(os.path.join(bundle, "data", "redactions.jsonl")) as file:
        rows = [json.loads(line) for line in file]
    known = [row for row in rows if row["token"] == revealed["token"]]
    if not known or known[0]["commitment"] != commitment or known[0]["field"] != revealed["field"]:
        wrong("what was revealed is not what the bundle committed to")
    else:
        print("%s stands for %s = %r" % (revealed["token"], revealed["field"], revealed["value"]))


def main(words):
    around = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    try:
        if words and words[0] == "--reveal":
            with open(words[1]) as file:
                check_revealed(json.load(file), words[2] if len(words) > 2 else around)
        elif words and os.path.isfile(words[0]):
            with open(words[0]) as file:
                check_one(json.load(file))
        else:
            check_bundle(words[0] if words else around)
    except (OSError, ValueError, KeyError, TypeError, IndexError, StopIteration) as error:
        wrong("it cannot be read: %s %s" % (type(error).__name__, error))
    print("NOT SOUND: see above" if problems else "sound")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
