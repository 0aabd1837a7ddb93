"""Spans of days, as people choose them: today, 7 days, 30 days, this month, all. Decides which instants they mean.

A day is the merchant's local day. An order counts on the day it was placed; one that cannot be read has no such day
and counts on the day we first saw it, so that no order is in no span.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.db.models import Q

from kontera.clock import local_date


class Span(StrEnum):
    """What a person can choose on Today."""

    TODAY = "today"
    WEEK = "week"
    DAYS_30 = "days_30"
    MONTH = "month"
    ALL = "all"


def span_of(text: str) -> Span:
    """The chosen span; 30 days when nothing usable was chosen."""
    return Span(text) if text in set(Span) else Span.DAYS_30


def first_day(span: Span, now: datetime, zone: str) -> date | None:
    """The first local day of the span, or None for all time."""
    today = local_date(now, zone)
    return {
        Span.TODAY: today,
        Span.WEEK: today - timedelta(days=6),
        Span.DAYS_30: today - timedelta(days=29),
        Span.MONTH: today.replace(day=1),
        Span.ALL: None,
    }[span]


def within(start: date | None, end: date | None, zone: str) -> Q:
    """Orders of the local days from `start` to `end`, both included, either open."""
    if start is None and end is None:
        return Q()
    placed, seen = Q(placed_at__isnull=False), Q(placed_at__isnull=True)
    if start is not None:
        begin = datetime.combine(start, time.min, ZoneInfo(zone))
        placed, seen = placed & Q(placed_at__gte=begin), seen & Q(first_seen_at__gte=begin)
    if end is not None:
        stop = datetime.combine(end + timedelta(days=1), time.min, ZoneInfo(zone))
        placed, seen = placed & Q(placed_at__lt=stop), seen & Q(first_seen_at__lt=stop)
    return placed | seen
