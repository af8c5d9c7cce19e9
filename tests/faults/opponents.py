"""Opponents: whoever hands a case over, keeps a copy of it, or has its key."""

from archives import archives
from strangers import proofs, strangers
from splices import insiders, spliced_cases, stolen
from swaps import swaps
from yard import Estate

KINDS = [swaps, spliced_cases, insiders, stolen, archives, strangers, proofs]


def opponents(bench):
    """Lets each kind of opponent do its worst; no verdict, count or word may be better than the truth."""
    estate = Estate(bench, "estate")
    for kind in KINDS:
        kind(bench, estate)
