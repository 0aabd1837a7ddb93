"""Every problem there is, in words a person can act on: one code, one entry, one page in the docs. Pure data.

Decides who owns a problem, what its case says in English and Swedish, and where it is mended. It never decides
whether an order is held, and it reads no database and no vendor.
"""

from kontera.cases.catalogue.entries import LASTS, CaseText, CatalogueError, Severity, Team, Wording, catalogue
from kontera.cases.catalogue.render import Button, Place, RenderedCase, render
from kontera.cases.catalogue.words import LANGUAGES, Words, words

__all__ = [
    "LANGUAGES",
    "LASTS",
    "Button",
    "CaseText",
    "CatalogueError",
    "Place",
    "RenderedCase",
    "Severity",
    "Team",
    "Wording",
    "Words",
    "catalogue",
    "render",
    "words",
]
