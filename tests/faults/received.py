"""Bundles as they are received: every file replaced, in a folder and in a tar; read by all three verifiers."""

import io
import shutil
import sys
import tarfile

from strangers import SCRIPTS, estate_bundle
from swaps import KINDS
from yard import bounded, watched


def received(bench, estate):
    """Replaces each file of a bundle, and asks the three verifiers."""
    yard, bundle = estate_bundle(estate)
    names = sorted(str(path.relative_to(bundle)) for path in bundle.rglob("*"))
    points = [(f"bundle:{name}:{kind.__name__}", name, kind) for name in names for kind in KINDS]
    row = bench.row("opponents", "a file of a bundle replaced: `vestigo verify`, `verify.sh`, `verify_proofs.py`")
    passes(yard, bundle)
    for label, name, kind in bench.pick("received", points, 8):
        copy = yard.folder / "copy-of-bundle"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(bundle, copy)
        elsewhere = yard.folder / "elsewhere"
        shutil.rmtree(elsewhere, ignore_errors=True)
        elsewhere.mkdir()
        shutil.move(copy / name, elsewhere / (copy / name).name)
        kind(copy / name, yard, None)
        if same(copy / name, elsewhere / (copy / name).name):
            continue  # a file that was empty before is no other one
        before = yard.watched()
        for program in ["vestigo", "verify.sh", "verify_proofs.py"]:
            complaint = judged(yard, copy, name, program) or watched(yard, before)
            row.point(f"{label}", complaint and f"{name} → {kind.__name__}: {program} {complaint}", None if complaint else "found, refused, or not its matter")


def same(now, before):
    plain = all(path.is_file() and not path.is_symlink() for path in (now, before))
    return plain and now.stat().st_size == before.stat().st_size and now.read_bytes() == before.read_bytes()


def run(yard, program, bundle):
    if program == "vestigo":
        return yard.ask("--json", "verify", str(bundle))
    interpreter = "sh" if program.endswith(".sh") else sys.executable
    return bounded([interpreter, str(SCRIPTS / program), str(bundle)], yard.environment(), yard.folder)


def passes(yard, bundle):
    """Makes sure that a whole bundle passes."""
    for program in ["vestigo", "verify.sh", "verify_proofs.py"]:
        done = run(yard, program, bundle)
        if done.returncode != 0:
            raise RuntimeError(f"{program} refuses a sound bundle: {done.stdout[-300:]}{done.stderr[-300:]}")


def judged(yard, copy, name, program):
    done = run(yard, program, copy)
    trouble = done.trouble()
    if trouble:
        return trouble
    if done.returncode == 0 and program != "verify_proofs.py":
        return "calls it sound"
    return None


def member(name, kind=tarfile.REGTYPE, data=b"", link="", **more):
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, link, len(data)
    for key, value in more.items():
        setattr(info, key, value)
    return info, data


def tars(bundle, top):
    """Each way to pack a bundle: (label, is it sound, members)."""
    files = [(f"{top}/{path.relative_to(bundle)}", path.read_bytes()) for path in sorted(bundle.rglob("*")) if path.is_file()]
    whole = [member(name, data=data) for name, data in files]
    yield "as an ordinary archiver packs it", True, whole
    yield "as an ordinary archiver packs it, with folders", True, [member(f"{top}", tarfile.DIRTYPE), member(f"{top}/data", tarfile.DIRTYPE), *whole]
    for place, (name, data) in enumerate(files):
        short = name.split("/", 1)[1]
        rest = whole[:place] + whole[place + 1 :]
        yield f"{short} as a link", False, [*rest, member(name, tarfile.SYMTYPE, link="/etc/passwd")]
        yield f"{short} as a hard link", False, [*rest, member(name, tarfile.LNKTYPE, link=files[place - 1][0])]
        yield f"{short} as a pipe", False, [*rest, member(name, tarfile.FIFOTYPE)]
        yield f"{short} as a device", False, [*rest, member(name, tarfile.CHRTYPE, devmajor=1, devminor=5)]
        yield f"{short} as a folder", False, [*rest, member(name, tarfile.DIRTYPE)]
        yield f"{short} twice, the other first", False, [member(name, data=b"other\n"), *whole]
        yield f"{short} twice, the other last", False, [*whole, member(name, data=b"other\n")]
        yield f"{short} under a name that climbs", False, [*rest, member(f"{top}/../{name}", data=data)]
        yield f"{short} emptied", False, [*rest, member(name)] if data else [*rest]
    yield "something of another folder", False, [*whole, member("other/file", data=b"x")]
    yield "a file by its full name", False, [*whole, member("/etc/vestigo", data=b"x")]


def packed(members):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for info, data in members:
            archive.addfile(info, io.BytesIO(data))
    return file.getvalue()


def packed_bundles(bench, estate):
    """A bundle packed in every way: the sound ones pass, no other does."""
    yard, bundle = estate_bundle(estate)
    row = bench.row("opponents", "a bundle packed into a tar in every way: `vestigo verify`")
    points = [(f"bundle:tar:{label}", sound, members) for label, sound, members in tars(bundle, bundle.name)]
    for label, sound, members in bench.pick("tars", points, 8):
        (yard.folder / "packed.tar").write_bytes(packed(members))
        before = yard.watched()
        done = yard.ask("--json", "verify", "packed.tar")
        complaint = done.trouble() or watched(yard, before)
        if not complaint and (done.returncode == 0) != sound:
            complaint = f"status {done.returncode}"
        row.point(label, complaint and f"{label.split(':', 2)[2]}: {complaint}", None if complaint else "passes" if sound else "refused")
