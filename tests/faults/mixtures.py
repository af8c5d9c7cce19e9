"""Random mixtures of everything that opponents do."""

import bz2
import gzip
import lzma
import shutil

import archives
from splices import INSIDER, PARTS, after, own_lines, put, seal
from strangers import CHANGES, changed_leaves, estate_bundle, key_of, lists, signed_anew
from swaps import KINDS, READERS, case_unchanged, places, read, replace, writers
from truth import snapshot
from yard import watched

BROKEN = (OSError, ValueError, KeyError, IndexError, StopIteration, AttributeError, TypeError, shutil.Error)


def mixtures(bench, estate):
    """Each mixture follows from its label and the seed alone."""
    row = bench.row("opponents", "random mixtures of all of it")
    own = own_lines(estate)
    yard, bundle = estate_bundle(estate)
    spoiled = [(name, content) for name, _, content in changed_leaves(bundle)]
    for (label,) in bench.pick("mixtures", [(f"mix:{n}",) for n in range(2000)], 60):
        rng = bench.rng(label)
        kind = rng.choices(["case", "archive", "bundle"], [6, 2, 2])[0]
        if kind == "case":
            complaint, done = mixed_case(estate, rng, own)
        elif kind == "archive":
            complaint, done = mixed_archive(bench, rng)
        else:
            complaint, done = mixed_bundle(estate, yard, bundle, spoiled, rng)
        row.point(label, complaint and f"{done}: {complaint}", None if complaint else f"{kind}: true or refused")


def deeds(estate, rng):
    """Up to three things that are done to a case, with names."""
    for _ in range(rng.choice([1, 1, 2, 2, 3])):
        how = rng.choice(["swap", "splice", "insider", "insider", "key"])
        if how == "swap":
            label, name = rng.choice(list(places(estate.states["t2"] / "case")))
            kind = rng.choice(KINDS)
            yield f"{label} → {kind.__name__}", lambda yard, name=name, kind=kind: replace(yard, estate, name, kind)
        elif how == "splice":
            source, parts = rng.choice(["other", "stranger", "t0", "t1", "copy"]), rng.sample(PARTS, rng.choice([1, 2]))
            yield f"{source}:{'+'.join(parts)}", lambda yard, source=source, parts=parts: put(yard, estate.states[source] / "case", parts)
        elif how == "insider":
            deed = rng.choice(INSIDER)
            yield deed.__name__, lambda yard, deed=deed: deed(yard, estate)
        else:
            yield "sealed by mallory", lambda yard: seal(yard, key_of(yard, "mallory"))


def mixed_case(estate, rng, own):
    yard, names = estate.trial(rng.choice(["t2", "t2", "t1", "copy"])), []
    for name, deed in deeds(estate, rng):
        try:
            deed(yard)
            names.append(name)
        except BROKEN:
            continue
    if rng.random() < 0.4:
        yard.forget()
        names.append("new machine")
    done = ", ".join(names)
    before, case = yard.watched(), snapshot(yard.case)
    for words in rng.sample(READERS, 3):
        complaint = read(estate, yard, words) or watched(yard, before) or case_unchanged(yard, case)
        if complaint:
            return complaint, done
    deed = rng.choice(list(writers(estate)))
    return after(estate, yard, deed, own), f"{done}, {deed}"


def mixed_archive(bench, rng):
    """An archive put together at random; each piece has lines of its own."""
    count, made = 0, []

    def piece():
        nonlocal count
        count += 1
        return archives.lines(f"piece{count}", 6)

    def build(depth):
        how = rng.choice(["zip", "tar", "gz", "bz2", "xz", "plain", "plain"] if depth else ["zip", "tar", "gz", "bz2", "xz"])
        made.append(how)
        if how == "plain":
            return piece()
        inner = [build(depth + 1) if depth < 2 and rng.random() < 0.4 else piece() for _ in range(rng.choice([1, 2]))]
        names = [rng.choice(["a.log", "a.log", "b.log", "c/d.log"]) for _ in inner]
        members = list(zip(names, inner))
        whole = {"zip": lambda: archives.zipped(*members), "tar": lambda: archives.tarred(*members),
                 "gz": lambda: b"".join(map(gzip.compress, inner)), "bz2": lambda: b"".join(map(bz2.compress, inner)),
                 "xz": lambda: b"".join(map(lzma.compress, inner))}[how]()
        odd = rng.random()
        if odd < 0.15:
            made.append("line behind")
            return whole + piece()
        if odd < 0.25:
            made.append("line before")
            return piece() + whole
        if odd < 0.35:
            made.append("twice")
            return whole + archives.zipped(("z.log", piece()))
        if odd < 0.45:
            made.append("cut")
            return whole[: -rng.randrange(1, len(whole) // 2)]
        return whole

    name = rng.choice(["x.bin", "x.log", "x.zip", "x.tar", "x.gz"])
    data = build(0)
    world = bench.world("archives", memory=True)
    world.must("new", world.case)
    world.folder.joinpath(name).write_bytes(data)
    complaint, _ = archives.kept(world, name, data, 6 * count)
    return complaint, f"archive {'+'.join(made)}"


def mixed_bundle(estate, yard, bundle, spoiled, rng):
    """A bundle with some files replaced, some changed, signed anew or not."""
    copy, names = yard.folder / "copy-of-bundle", []
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(bundle, copy)
    for _ in range(rng.choice([1, 2, 3])):
        if rng.random() < 0.5:
            name, content = rng.choice(spoiled)
            (copy / "data" / name).write_bytes(content)
        else:
            kind, name, change = rng.choice(CHANGES)
            try:
                change(copy / "data" / name)
            except BROKEN:
                continue
        names.append(name)
    signed = rng.random() < 0.6
    if signed:
        signed_anew(copy, key_of(yard, "mallory"))
    elif rng.random() < 0.5:
        lists(copy)
    done = yard.ask("--json", "verify", copy.name)
    words = f"bundle {'+'.join(names)}{', signed anew' if signed else ''}"
    if done.trouble():
        return done.trouble(), words
    same = all((copy / path.relative_to(bundle)).read_bytes() == path.read_bytes() for path in bundle.rglob("*") if path.is_file() and "data" in path.parts)
    if done.returncode == 0 and not same:
        return "✓ consistent of a bundle that was changed", words
    return None, words
