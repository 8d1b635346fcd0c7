"""The API's common manners: what an address may ask, cursor pages, problem+json answers, and the contract that tells of them."""

from .cursor import Cursor
from .problems import problem, problem_of
from .reading import Asked, Listed, Reads, Router, choice, instant, ordering, search, whole, word

__all__ = [
    "Asked",
    "Cursor",
    "Listed",
    "Reads",
    "Router",
    "choice",
    "instant",
    "ordering",
    "problem",
    "problem_of",
    "search",
    "whole",
    "word",
]
