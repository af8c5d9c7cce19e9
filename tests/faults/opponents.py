"""Opponents: whoever hands a case or a bundle over, keeps a copy of it, has its key, or writes the logs."""

from archives import archives
from mixtures import mixtures
from received import packed_bundles, received
from splices import insiders, spliced_cases, stolen
from strangers import proofs, strangers
from swaps import swaps
from yard import Estate

KINDS = [swaps, spliced_cases, insiders, stolen, archives, received, packed_bundles, strangers, proofs, mixtures]


def opponents(bench):
    """Lets each kind of opponent do its worst; no verdict, count or word may be better than the truth."""
    estate = Estate(bench, "estate")
    for kind in KINDS:
        kind(bench, estate)
